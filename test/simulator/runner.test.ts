import {createSocket} from 'node:dgram';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {networkInterfaces, tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {job, nodesFrom} from '../../src/simulator/job-spec.ts';
import {defaultOptions, type SimulationOptions} from '../../src/simulator/options.ts';
import {run} from '../../src/simulator/runner.ts';
import {parseDuration, parseHostPort, parseSpeed} from '../../src/simulator/units.ts';
import {type Walked, walk} from './walker.ts';

async function collector(type: 'udp4' | 'udp6', host: string) {
  const received: Walked[] = [];
  const socket = createSocket({type, recvBufferSize: 4 << 20});
  socket.on('message', (message) => received.push(walk(message, message.length)));
  await new Promise<void>((resolve) => socket.bind(0, host, resolve));
  return {received, socket, destination: {host, port: socket.address().port}};
}

describe('the runner', () => {
  for (const [type, host] of [
    ['udp4', '127.0.0.1'],
    ['udp6', '::1'],
  ] as const) {
    const isThere = Object.values(networkInterfaces()).some((list) => list?.some((entry) => entry.address === host));
    test.skipIf(!isThere)(`sends over ${type} in real time and writes the truth`, async () => {
      const {received, socket, destination} = await collector(type, host);
      const folder = mkdtempSync(join(tmpdir(), 'truth-'));
      const truthFile = join(folder, 'truth.jsonl');
      const lines: string[] = [];
      const before = performance.now();
      const simulation = {...defaultOptions, nodes: 32, seed: 2};
      const print = (line: string) => lines.push(line);
      const summary = await run({simulation, collector: destination, durationMs: 600, truthFile, print});
      expect(performance.now() - before).toBeGreaterThan(590);
      expect(summary.endMs - summary.startMs).toBe(600);
      await expect.poll(() => received.length).toBe(summary.sent);
      expect(summary.failed).toBe(0);
      expect(received.map((datagram) => datagram.sequence)).toEqual(received.map((_, i) => i + 1));
      const truth = readFileSync(truthFile, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(new Set(truth.map((line) => line.bin)).size).toBe(6);
      expect(truth[0].bin).toBe(summary.startMs / 100);
      expect(lines.at(-1)).toContain(`${summary.sent} datagrams`);
      rmSync(folder, {recursive: true});
      await new Promise<void>((resolve) => socket.close(() => resolve()));
    });
  }

  test('writes the truth of a fabric of several tiers and of its jobs, and loses on the way what it is told', async () => {
    const {received, socket, destination} = await collector('udp4', '127.0.0.1');
    const folder = mkdtempSync(join(tmpdir(), 'tenhertz-'));
    const truthFile = join(folder, 'truth.jsonl');
    const simulation: SimulationOptions = {
      ...defaultOptions,
      nodes: 8,
      sampling: 500,
      fabric: {kind: 'leaf-spine', leaves: 2, spines: 2},
      jobs: [job({name: 'training', members: [nodesFrom(0, 8)], cycleMs: 100})],
    };
    const transport = {loss: 0.5};
    const summary = await run({simulation, transport, collector: destination, durationMs: 300, truthFile});
    await expect.poll(() => received.length).toBe(summary.sent);
    const highest = Math.max(...received.map((datagram) => datagram.sequence));
    expect(summary.sent).toBeLessThan(highest * 4 * 0.8);
    const truth = readFileSync(truthFile, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const fabric = truth.filter((line) => line.fabric !== undefined);
    expect(fabric.length).toBe(3);
    for (const {bin, fabric: sums} of fabric) {
      for (const role of ['edge', 'core']) {
        const ports = truth.filter((line) => line.bin === bin && line.role === role);
        expect(ports.reduce((sum, line) => sum + line.in.bytes, 0)).toBe(sums[role].in.bytes);
      }
    }
    const exchanges = truth.filter((line) => line.job === 'training');
    expect(exchanges.map((line) => line.exchange)).toEqual(exchanges.map((_, i) => i));
    expect(exchanges.length).toBeGreaterThanOrEqual(3);
    expect(exchanges[0].startMs - summary.startMs).toBeLessThan(5);
    rmSync(folder, {recursive: true});
    await new Promise<void>((resolve) => socket.close(() => resolve()));
  });

  test('never runs ahead of the clock, catches up when late, and ends cleanly when aborted', async () => {
    const {received, socket, destination} = await collector('udp4', '127.0.0.1');
    const stop = new AbortController();
    let calls = 0;
    // A clock that stands still at first, then jumps by 300 ms, then stands still again.
    const now = () => {
      calls++;
      if (calls === 60) stop.abort();
      return calls < 20 ? 1_700_000_000_001 : 1_700_000_000_600;
    };
    const simulation = {...defaultOptions, nodes: 8, sampling: 1_000, seed: 2};
    const summary = await run({simulation, collector: destination, durationMs: 1e6, signal: stop.signal, now});
    expect(summary.startMs).toBe(1_700_000_000_300);
    expect(summary.endMs).toBe(1_700_000_000_600);
    await expect.poll(() => received.length).toBe(summary.sent);
    await new Promise<void>((resolve) => socket.close(() => resolve()));
  });
});

test('units', () => {
  expect([parseDuration('500ms'), parseDuration('1.5s'), parseDuration('2m'), parseDuration('5')]).toEqual([
    500,
    1_500,
    120_000,
    undefined,
  ]);
  expect([parseSpeed('100G'), parseSpeed('2.5G'), parseSpeed('1e9')]).toEqual([100e9, 2.5e9, undefined]);
  expect(parseHostPort('[::1]:6343')).toEqual({host: '::1', port: 6343});
  expect(parseHostPort('collector.example:1')).toEqual({host: 'collector.example', port: 1});
  for (const bad of ['::1:6343', 'host', 'host:0', 'host:65536', ':6343']) expect(parseHostPort(bad)).toBeUndefined();
});
