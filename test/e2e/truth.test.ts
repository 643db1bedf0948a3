import {createReadStream, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {repositoryRoot} from '../support/captures.ts';
import {Child} from '../support/child.ts';
import {proofCount} from '../support/proof.ts';
import {bytesOf, Rest, until} from '../support/rest.ts';
import {type Server, startServer} from '../support/server.ts';

/** Seconds that the sum is taken over. */
const SECONDS = {slice: 20, whole: 60};
const Z_95 = 1.96;
const Z_999 = 3.29;

let server: Server;
let simulator: Child;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tenhertz-truth-'));
  server = await startServer();
});
afterEach(async () => {
  await simulator?.stop();
  await server?.stop();
  rmSync(folder, {recursive: true, force: true});
});

/** Received RoCEv2 bytes of all ports by bin, as the simulator wrote them down. */
async function truthByBin(file: string): Promise<Map<number, number>> {
  const bins = new Map<number, number>();
  for await (const line of createInterface(createReadStream(file))) {
    const {bin, in: received} = JSON.parse(line) as {bin: number; in: {roceBytes: number}};
    bins.set(bin, (bins.get(bin) ?? 0) + received.roceBytes);
  }
  return bins;
}

it("the fabric's RoCEv2 bytes are what the simulator really sent, with no bin lost or twice", async () => {
  const seconds = proofCount(SECONDS.slice, SECONDS.whole);
  const truthFile = join(folder, 'truth.jsonl');
  const main = join(repositoryRoot, 'dist/main.js');
  const collector = `127.0.0.1:${server.udpPort}`;
  simulator = new Child(process.execPath, [
    ...[main, 'simulate', '--collector', collector, '--duration', `${seconds + 6}s`],
    // Samples that wait for company would be binned when they arrive; then the sums at the edges do not match.
    ...['--truth', truthFile, '--flush', '10ms', '--seed', '7', '--sampling', '50000'],
  ]);
  const rest = new Rest(server.url);
  await until(
    'links',
    () => rest.links(),
    (links) => links.length === 244,
  );
  expect(await simulator.finished((seconds + 20) * 1_000)).toBe(0);
  const endedAt = Date.now();
  await until(
    'final',
    () => rest.health(),
    ({finalBefore}) => finalBefore > endedAt + 500,
  );

  const truth = await truthByBin(truthFile);
  const bins = [...truth.keys()].sort((a, b) => a - b);
  const first = bins[20]!;
  const from = first * 100;
  const to = from + seconds * 1_000;
  const series = await rest.fabricSeries(`from=${from}&to=${to}`);
  expect(series.start).toBe(from);
  expect(series.values).toHaveLength(seconds * 10);
  expect(series.values.filter((value) => value === null)).toEqual([]);
  expect(series.finalBefore).toBeGreaterThan(to);

  // No bin twice, none lost, none exchanged: each lies within what it and its neighbours really held (a sample may come
  // up to the flush time late) and six standard errors of a bin.
  series.values.forEach((value, i) => {
    const near = [-1, 0, 1].map((offset) => (truth.get(first + i + offset) ?? 0) * 80);
    const error = ((series.high[i]! - series.low[i]!) / 2 / Z_95) * 6;
    expect(value!, `bin ${i}`).toBeLessThan(Math.max(...near) * 1.15 + error);
    expect(value!, `bin ${i}`).toBeGreaterThan(Math.min(...near) * 0.85 - error);
  });

  let really = 0;
  for (let bin = first; bin < first + seconds * 10; bin++) really += truth.get(bin) ?? 0;
  const estimate = bytesOf(series, 'values');
  const whole = await rest.fabricSeries(`from=${from}&to=${to}&step=${seconds * 1_000}`);
  const relative = (whole.high[0]! - whole.low[0]!) / 2 / whole.values[0]!;
  const halfWidth = (relative * estimate * Z_999) / Z_95;
  console.log(
    `truth ${(really / 1e12).toFixed(4)} TB, estimate ${(estimate / 1e12).toFixed(4)} TB, ` +
      `off by ${((100 * (estimate - really)) / really).toFixed(3)} %, 99.9 % interval ± ${((100 * halfWidth) / really).toFixed(3)} %`,
  );
  expect(really).toBeGreaterThan(1e12);
  expect(Math.abs(estimate - really)).toBeLessThan(halfWidth);
  // An interval narrows with the root of the time that it is taken over.
  expect(halfWidth / really).toBeLessThan(0.02 * Math.sqrt(SECONDS.whole / seconds));

  // The ledger of the way in adds up.
  const {waterfall} = await rest.health();
  const sum = (reasons: Record<string, number>) => Object.values(reasons).reduce((a, b) => a + b, 0);
  expect(waterfall['datagramsReceived']).toBe(
    waterfall['datagramsDecoded']! +
      waterfall['datagramsDuplicate']! +
      waterfall['datagramsThinned']! +
      sum(waterfall.datagramsRejected),
  );
  expect(waterfall['flowSamples']).toBe(waterfall['flowSamplesCounted']! + sum(waterfall.flowSamplesUnusable));
  expect([waterfall['datagramsMissing'], waterfall['kernelDropped']]).toEqual([0, 0]);
}, 120_000);
