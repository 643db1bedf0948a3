import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, expect, test} from 'vitest';
import {datagram, flow} from '../account/support/wire.ts';
import {ethernet, ipv4, pcap, write} from '../collector/pcap-builder.ts';
import {repositoryRoot} from '../support/captures.ts';
import {Child} from '../support/child.ts';
import {freeTcpPort} from '../support/ports.ts';

const folder = mkdtempSync(join(tmpdir(), 'tenhertz-errors-'));
afterAll(() => rmSync(folder, {recursive: true, force: true}));

/** Runs a command to its end; what it said on standard error, without the logger's lines. */
async function fails(...args: string[]): Promise<string> {
  const child = new Child(process.execPath, [join(repositoryRoot, 'dist/main.js'), ...args]);
  expect(await child.finished(20_000)).toBe(1);
  return child.stderr.trim();
}

test('a truth file that cannot be opened is one clear line', async () => {
  const file = join(folder, 'nowhere', 'truth');
  const said = await fails('simulate', '--duration', '1s', '--collector', '127.0.0.1:9', '--truth', file);
  expect(said).toMatch(/^error: ENOENT.*truth/);
  expect(said).not.toContain('\n');
});

test('a recording that cannot be played is named', async () => {
  const port = String(await freeTcpPort());
  const foreign = join(folder, 'foreign.pcap');
  writeFileSync(foreign, 'no recording at all');
  for (const file of [join(folder, 'missing.pcap'), folder, foreign]) {
    const said = await fails('replay', file, '--exit', '--http-port', port);
    expect(said).toContain(`tenhertz: ${file}: `);
    expect(said).not.toContain('\n');
  }
});

test('a recording whose clock was set back is played on, and the last line says so', async () => {
  const record = (seconds: number, sequence: number) => ({
    seconds,
    fraction: 0,
    bytes: ethernet(ipv4(datagram([flow({sequence})], {sequence}))),
  });
  const file = write(pcap([record(1_750_000_020, 1), record(1_750_000_010, 2), record(1_750_000_011, 3)]));
  const port = String(await freeTcpPort());
  const args = ['replay', file, '--speed', 'max', '--exit', '--http-port', port];
  const child = new Child(process.execPath, [join(repositoryRoot, 'dist/main.js'), ...args]);
  expect(await child.finished(20_000)).toBe(0);
  expect(child.stdout.trim().split('\n').at(-1)).toBe(
    `${file}: 3 datagrams in 3 frames; its clock was set back once, and time ran on from there`,
  );
});
