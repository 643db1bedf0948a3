import {spawnSync} from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {loadAddon} from '../../src/collector/native/addon.ts';
import {repositoryRoot} from '../support/captures.ts';
import {needsAddon} from './support/receivers.ts';

const SOURCE = join(repositoryRoot, 'src/collector/native');

let folder: string;
let output: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenhertz-build-'));
  output = join(folder, 'out/receiver.node');
  cpSync(SOURCE, join(folder, 'source'), {recursive: true});
});
afterEach(() => rmSync(folder, {recursive: true, force: true}));

/** Runs the copy's build; `env` replaces the environment. */
function build(env: NodeJS.ProcessEnv = {PATH: process.env['PATH']}) {
  const script = join(folder, 'source/build.mjs');
  const {status, stdout, stderr} = spawnSync(process.execPath, [script, output], {encoding: 'utf8', env});
  return {status, said: `${stdout}${stderr}`};
}

/** A compiler of a few words. */
function compiler(...lines: string[]): string {
  const file = join(folder, 'cc');
  writeFileSync(file, ['#!/bin/sh', '[ "$1" = --version ] && exit 0', ...lines, ''].join('\n'));
  chmodSync(file, 0o755);
  return file;
}

needsAddon()('building the native receiver', () => {
  it('says nothing, and makes an addon that loads', () => {
    expect(build()).toEqual({status: 0, said: ''});
    expect(loadAddon(output).layout).toBeGreaterThan(0);
  });

  it('happens again only when a source is newer', () => {
    build();
    const old = new Date(Date.now() + 1_000);
    utimesSync(output, old, old);
    const {mtimeMs} = statSync(output);
    build();
    expect(statSync(output).mtimeMs).toBe(mtimeMs);
    const newer = new Date(Date.now() + 5_000);
    utimesSync(join(folder, 'source/ring.h'), newer, newer);
    build();
    expect(statSync(output).mtimeMs).not.toBe(mtimeMs);
  });
});

const LINE = /^native receiver not built \([^\n]+\); the server will receive through Node's own sockets\n$/;

it('is no failure without a compiler: one line says so, and no old addon stays', () => {
  mkdirSync(join(folder, 'out'));
  writeFileSync(output, '');
  utimesSync(output, 1, 1);
  const {status, said} = build({PATH: '/nowhere'});
  expect(status).toBe(0);
  expect(said).toMatch(LINE);
  expect(said).toContain('no C compiler');
  expect(existsSync(output)).toBe(false);
});

it('is no failure where the compiler fails: one line says why', () => {
  const {status, said} = build({
    PATH: process.env['PATH'],
    CC: compiler('echo "In file included from x.c:1:" >&2', 'echo "x.c:7: error: no such thing" >&2', 'exit 1'),
  });
  expect(status).toBe(0);
  expect(said).toMatch(LINE);
  expect(said).toContain('x.c:7: error: no such thing');
});

it('is no failure where the compiler is killed', () => {
  const {status, said} = build({PATH: process.env['PATH'], CC: compiler('kill -9 $$')});
  expect(status).toBe(0);
  expect(said).toMatch(LINE);
});
