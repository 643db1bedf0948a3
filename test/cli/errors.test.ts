import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, expect, test} from 'vitest';
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
