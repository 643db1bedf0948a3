import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import {Fabric} from '../../src/fabric/fabric.ts';
import {parseNames} from '../../src/fabric/wiring/names-parse.ts';
import {parseTopology} from '../../src/fabric/wiring/topology-parse.ts';
import {State} from '../../src/history/state.ts';
import {Store} from '../../src/history/store.ts';
import {AGENT, PartialBuilder, T} from '../support/partial-builder.ts';

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'tenhertz-store-'));
  onTestFinished(() => rmSync(made, {recursive: true, force: true}));
  return join(made, 'a/b');
}

const same = (data: unknown) => data;
const silent = (message: string) => expect.unreachable(message);

describe('a store', () => {
  it('gives back what was written, for its owner alone', async () => {
    const directory = folder();
    const store = new Store(directory, silent);
    expect(store.read('topology', same)).toBeUndefined();
    await store.write('topology', {links: {}});
    expect(new Store(directory, silent).read('topology', same)).toEqual({links: {}});
    expect(readdirSync(directory)).toEqual(['topology.json']);
    expect(statSync(join(directory, 'topology.json')).mode & 0o077).toBe(0);
    await store.write('topology', undefined);
    expect(readdirSync(directory)).toEqual([]);
  });

  it('writes in the order in which it was asked to, and goes on after one that failed', async () => {
    const directory = folder();
    const store = new Store(directory, silent);
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    const failing = store.write('names', loop);
    const writes = Array.from({length: 20}, (_, i) => store.write('names', i));
    await expect(failing).rejects.toThrow(/circular/);
    await Promise.all(writes);
    expect(store.read('names', same)).toBe(19);
  });

  it.each([
    ['is cut off', '{"tenhertz":"names","ver', /JSON/],
    ['is empty', '', /JSON/],
    ['is of another version', '{"tenhertz":"names","version":2,"data":{}}', /version 2, not 1/],
    ['is something else', '{"tenhertz":"topology","version":1,"data":{}}', /holds no names/],
    ['holds null', 'null', /null/],
    ['is refused by its reader', '{"tenhertz":"names","version":1,"data":[]}', /names: must be an object/],
  ])('keeps a file aside that %s, and warns', (_, text, reason) => {
    const directory = folder();
    const warnings: string[] = [];
    const store = new Store(directory, (message) => warnings.push(message));
    const file = join(directory, 'names.json');
    writeFileSync(file, text);
    expect(store.read('names', parseNames)).toBeUndefined();
    expect(warnings).toEqual([expect.stringMatching(reason)]);
    expect(existsSync(file)).toBe(false);
    expect(readFileSync(`${file}.unreadable`, 'utf8')).toBe(text);
  });

  it('leaves what is there as it was when a write is cut off', async () => {
    const directory = folder();
    const store = new Store(directory, silent);
    await store.write('names', 1);
    writeFileSync(join(directory, 'names.json.tmp'), '{"tenh');
    expect(new Store(directory, silent).read('names', same)).toBe(1);
    await store.write('names', 2);
    expect(readdirSync(directory)).toEqual(['names.json']);
  });
});

describe('the state of a fabric', () => {
  const given = parseTopology({nodes: {leaf1: {agent: AGENT}}, links: {}});
  const put = parseTopology({nodes: {other: {agent: AGENT}}, links: {}});

  it('is what was put, else what was given at the start', async () => {
    const store = new Store(folder(), silent);
    const first = new State(new Fabric(), store);
    expect(first.restore({topology: given})).toEqual([]);
    await first.putTopology(put, 0);
    await first.putNames(parseNames({hosts: {'10.1.1.1': 'gpu-1'}}));

    const fabric = new Fabric();
    const second = new State(fabric, store);
    expect(second.restore({topology: given})).toEqual([expect.stringContaining('DELETE')]);
    expect(fabric.wiring.topology).toEqual(put);
    expect(fabric.names.host('10.1.1.1')).toBe('gpu-1');
    await second.putTopology(undefined, 0);
    expect(fabric.wiring.topology).toEqual(given);

    const third = new Fabric();
    new State(third, store).restore();
    expect(third.wiring.topology).toBeUndefined();
  });

  it('knows what agents and ports called themselves', async () => {
    const directory = folder();
    const fabric = new Fabric();
    const state = new State(fabric, new Store(directory, silent));
    state.restore();
    await state.keepLearned();
    expect(readdirSync(directory)).toEqual(['learned-names.json']);
    const names = [
      {port: 0, name: 'leaf1'},
      {port: 1, name: 'Ethernet1'},
      {port: 2, name: 'an \u001b escape'},
    ];
    fabric.apply(new PartialBuilder().next(T + 1, {names}));
    await state.keepLearned();

    const next = new Fabric();
    const restored = new State(next, new Store(directory, silent));
    restored.restore();
    const written = statSync(join(directory, 'learned-names.json')).mtimeMs;
    await restored.keepLearned();
    expect(statSync(join(directory, 'learned-names.json')).mtimeMs).toBe(written);
    next.apply(new PartialBuilder().next(T + 1, {rows: [{bin: T, roce: [1_000]}]}));
    expect(next.agents.get(AGENT)?.name).toBe('leaf1');
    expect(next.ports.get(`${AGENT}~1`)?.name).toBe('Ethernet1');
  });
});
