import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, afterEach, beforeEach, expect, it} from 'vitest';
import {type JobSpec, job, nodesFrom} from '../../src/simulator/job-spec.ts';
import {defaultOptions, type SimulationOptions} from '../../src/simulator/options.ts';
import {Random} from '../../src/simulator/random.ts';
import {run} from '../../src/simulator/runner.ts';
import {addressesOf} from '../proofs/support/watched.ts';
import {proofCount, proofSeed, proofTable} from '../support/proof.ts';
import {Rest, until} from '../support/rest.ts';
import {type Server, startServer} from '../support/server.ts';

/** What carries a period: n · R² of the truth. */
const CARRIES = 30;
/** Servers and simulators that share the machine's cores at a time. */
const AT_ONCE = 5;
const NODES = 16;
/** Cycles and looks that are needed; a server takes so long to make a bin final, and two seconds to look. */
const SETTLED_MS = 4_000;

interface PeriodAnswer {
  periodMs: number;
  jitter: number;
  duty: number;
  confidence: number;
  ambiguous: boolean;
}

interface Case {
  shape: string;
  options: SimulationOptions;
}

/** What a job really did: the beginning and the end of each exchange. */
interface Exchanges {
  spec: JobSpec;
  times: [startMs: number, endMs: number][];
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenhertz-periods-'));
});
afterEach(() => rmSync(folder, {recursive: true, force: true}));

const table: string[][] = [];
afterAll(() => {
  const about = [
    "Fabrics of 16 hosts and 1 or 2 jobs, simulated in real time, their sFlow sent over UDP to a server's own process, whose",
    '`/api/v1/periods` and `/api/v1/jobs` are asked after a minute. Truth is the mean of the cycles that there really were',
    'in the minute; n the samples that it promises, R the resultant length of its exchanges.',
  ];
  const head = ['job', 'jobs', 'told by', 'true period', 'n · R²', 'told', 'off by', 'duty (true)', 'jitter (true)'];
  proofTable('periods-udp', 'Periods the whole way by UDP', about, head, table);
});

/** One or more jobs of the whole fabric, their cycles within a range. */
function drawCase(random: Random, [shortestMs, longestMs]: readonly [number, number], mostJobs: number): Case {
  const jobs = random.uniform() < 0.6 ? 1 : mostJobs;
  const shapes = [
    ['one burst', () => [1]],
    ['micro-batches', () => [1, ...new Array<number>(2 + random.below(3)).fill(0.4 + 0.3 * random.uniform())]],
    ['two bursts', () => [1, 0.65 + 0.2 * random.uniform()]],
  ] as const;
  const [shape, bursts] = shapes[random.below(shapes.length)]!;
  const specs = Array.from({length: jobs}, (_, index) => {
    const cycleMs = shortestMs * (longestMs / shortestMs) ** random.uniform();
    return job({
      name: String(index),
      members: [nodesFrom((index * NODES) / jobs, NODES / jobs)],
      pattern: random.uniform() < 0.5 ? 'ring' : 'all-to-all',
      ...{cycleMs, duty: 0.1 + 0.8 * random.uniform(), phase: random.uniform()},
      ...{bursts: bursts(), jitter: 0.005, drift: 0.02 * random.uniform(), load: 0.4 + 0.5 * random.uniform()},
    });
  });
  const sampling = 10_000 * (1 + random.below(3));
  const flushMs = [5, 10, 20][random.below(3)]!;
  const seed = 1 + random.below(2 ** 30);
  return {shape, options: {...defaultOptions, nodes: NODES, jobs: specs, sampling, flushMs, slotMs: 2, seed}};
}

/** Reads what the simulator wrote down: the exchanges of each job, and the RoCEv2 frames that came in anywhere. */
function readTruth(file: string, jobs: readonly JobSpec[], untilMs: number) {
  const exchanges = new Map(jobs.map((spec): [string, Exchanges] => [spec.name, {spec, times: []}]));
  let frames = 0;
  for (const line of readFileSync(file, 'utf8').trim().split('\n')) {
    const one = JSON.parse(line);
    if (one.job !== undefined && one.endMs <= untilMs) exchanges.get(one.job)!.times.push([one.startMs, one.endMs]);
    else if (one.in !== undefined && one.bin * 100 < untilMs) frames += one.in.roceFrames;
  }
  return {exchanges: [...exchanges.values()], frames};
}

/** The realised cycle of a job, and what it carries of a period in so many samples of all jobs. */
function truthOf({spec, times}: Exchanges, samples: number, allMs: number) {
  const {bursts} = spec;
  const starts = times.map(([start]) => start).filter((_, index) => index % bursts.length === 0);
  const lengths = starts.slice(1).map((start, index) => start - starts[index]!);
  const periodMs = (starts.at(-1)! - starts[0]!) / lengths.length;
  const jitter = Math.sqrt(lengths.reduce((sum, one) => sum + (one / periodMs - 1) ** 2, 0) / (lengths.length - 1));
  let re = 0;
  let im = 0;
  let busyMs = 0;
  for (const [start, end] of times) {
    busyMs += end - start;
    for (let ms = start; ms < end; ms++) {
      re += Math.cos((2 * Math.PI * (ms - starts[0]!)) / periodMs);
      im += Math.sin((2 * Math.PI * (ms - starts[0]!)) / periodMs);
    }
  }
  const carried = (samples * (re * re + im * im)) / allMs ** 2;
  return {periodMs, jitter, duty: busyMs / (times.at(-1)![1] - times[0]![0]), carried};
}

/** Plays a case for so many seconds to a server of its own; what that told at the end, and how long it had looked. */
async function play(one: Case, index: number, seconds: number, server: Server) {
  const truthFile = join(folder, `${index}.jsonl`);
  const rest = new Rest(server.url);
  const stop = new AbortController();
  try {
    const collector = {host: '127.0.0.1', port: server.udpPort};
    const durationMs = seconds * 1_000 + 60_000;
    const running = run({simulation: one.options, collector, durationMs, truthFile, signal: stop.signal});
    const periods = await until(
      'a look so far back',
      () => rest.get<{time: number | null; history: number; periods: PeriodAnswer[]}>('periods'),
      ({time, history}) => time !== null && history >= seconds * 1_000,
      seconds + 60,
    );
    const {jobs} = await rest.get<{jobs: {hosts: {address: string}[]; period: PeriodAnswer | null}[]}>('jobs');
    stop.abort();
    await running;
    const truth = readTruth(truthFile, one.options.jobs, periods.time!);
    return {...truth, periods: periods.periods, jobs};
  } finally {
    stop.abort();
    await server.stop();
  }
}

const isRight = (told: number, truth: number) => Math.abs(told / truth - 1) <= 0.02;

it('tells the period of what a simulator sends over UDP', {timeout: 1_200_000}, async () => {
  const seed = proofSeed();
  const count = proofCount(1, 20);
  const isSlice = count < 20;
  const random = new Random(seed, 41);
  const cases = Array.from({length: count}, () =>
    isSlice ? drawCase(random, [300, 900], 1) : drawCase(random, [60, 6_000], 2),
  );
  const wrong: string[] = [];
  let carrying = 0;
  const playOne = async (one: Case, index: number, server: Server) => {
    const {exchanges, frames, periods, jobs} = await play(one, index, isSlice ? 14 : 60 + SETTLED_MS / 1_000, server);
    const allMs = exchanges.reduce((sum, {times}) => sum + times.reduce((ms, [from, to]) => ms + to - from, 0), 0);
    for (const each of exchanges) {
      const truth = truthOf(each, frames / one.options.sampling, allMs);
      const isAlone = exchanges.length === 1;
      const hosts = addressesOf(each.spec.members.flat());
      const own = jobs.find((one) => one.hosts.some(({address}) => address === hosts[0]));
      const told = isAlone ? periods[0] : own?.period;
      const by = isAlone ? 'periods' : 'jobs';
      const off = told ? `${(100 * (told.periodMs / truth.periodMs - 1)).toFixed(2)} %` : '';
      const percent = (a: number | undefined, b: number) =>
        a === undefined ? '' : `${(100 * a).toFixed(1)} % (${(100 * b).toFixed(1)} %)`;
      const figures = [
        `${truth.periodMs.toFixed(1)} ms`,
        truth.carried.toFixed(0),
        told ? `${told.periodMs.toFixed(1)} ms` : 'nothing',
        off,
      ];
      table.push([
        one.shape,
        String(exchanges.length),
        by,
        ...figures,
        percent(told?.duty, truth.duty),
        percent(told?.jitter, truth.jitter),
      ]);
      if (truth.carried < CARRIES) continue;
      carrying++;
      if (!told || !isRight(told.periodMs, truth.periodMs))
        wrong.push(
          `${index}: ${table.at(-1)!.join(', ')}; told ${JSON.stringify({periods, jobs: jobs.map((j) => j.period)})}`,
        );
    }
  };
  for (let from = 0; from < count; from += AT_ONCE) {
    const batch = cases.slice(from, from + AT_ONCE);
    const servers: Server[] = [];
    // One after the other: each is ready only once it runs smoothly.
    for (let i = 0; i < batch.length; i++) servers.push(await startServer());
    await Promise.all(batch.map((one, index) => playOne(one, from + index, servers[index]!)));
  }
  console.log(table.map((row) => row.join(' | ')).join('\n'));
  expect(carrying).toBeGreaterThanOrEqual(0.6 * count);
  // Of twenty scenarios one may be missed, of the slice none.
  expect(wrong.length, wrong.join('\n')).toBeLessThanOrEqual(0.05 * carrying);
});
