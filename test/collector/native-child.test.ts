import {join} from 'node:path';
import {expect, it} from 'vitest';
import {repositoryRoot} from '../support/captures.ts';
import {Child} from '../support/child.ts';
import {needsAddon} from './support/receivers.ts';

const SCRIPT = join(repositoryRoot, 'test/collector/support/native-child.mjs');

/** What the script printed; it has ended well. */
async function run(mode: string): Promise<Record<string, never>> {
  const child = new Child(process.execPath, ['--expose-gc', SCRIPT, mode]);
  const code = await child.finished(30_000);
  expect([code, child.stderr]).toEqual([0, '']);
  return JSON.parse(child.stdout) as Record<string, never>;
}

needsAddon()('the native receiver in a process of its own', () => {
  it('leaves no thread, descriptor or memory behind, however often it starts and stops', async () => {
    const {before, after} = (await run('cycles')) as Record<string, Record<string, number>>;
    expect(after!['threads']).toBe(before!['threads']);
    expect(after!['descriptors']).toBe(before!['descriptors']);
    // A hundred rings would be 1,600 MB, a hundred batches 400 and stacks 800; what stays is the heap's own breathing.
    expect(after!['mapped']! - before!['mapped']!).toBeLessThan(200);
    expect(after!['resident']! - before!['resident']!).toBeLessThan(80);
  });

  it('outlives workers that are stopped, terminated or forgotten while datagrams of all sizes come', async () => {
    const {workers, read, wrong, ringDropped} = (await run('abuse')) as Record<string, number>;
    expect(workers).toBeGreaterThanOrEqual(4);
    expect(read).toBeGreaterThan(100);
    expect(ringDropped).toBeGreaterThan(0);
    expect(wrong).toBe(0);
  });

  it('brings each datagram to the ring of its agent once, whatever it holds and however often agents move', async () => {
    const {received, read, unseen, wrong, left, arrived, moved} = (await run('rings')) as Record<string, number>;
    expect([unseen, wrong]).toEqual([0, 0]);
    expect(read).toBeGreaterThan(100);
    expect(received).toBeGreaterThanOrEqual(read!);
    expect(moved).toBeGreaterThan(10);
    expect([left, arrived]).toEqual([moved, moved]);
  });

  it('lets the process end while it receives', async () => {
    expect(await run('exit')).toEqual({received: true});
  });
});
