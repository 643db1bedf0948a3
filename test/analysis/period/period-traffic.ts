/**
 * Sampled traffic drawn straight into 10 ms ticks, with its truth: jobs that compute and exchange, and traffic without
 * any period. What is random is drawn from the seed alone.
 */
import type {Random} from '../../../src/simulator/random.ts';

export const TICK_MS = 10;

export type Shape = 'one burst' | 'micro-batches' | 'two bursts';

/** One job, as drawn. */
export interface DrawnJob {
  shape: Shape;
  periodMs: number;
  /** Share of the cycle that is exchange. */
  duty: number;
  /** Standard deviation of a cycle's length, as a share of it; cycles follow each other, so that it adds up. */
  jitter: number;
  /** Bursts of a cycle: where they begin and end, in cycles, and how high they are. */
  bursts: {from: number; to: number; height: number}[];
  /** Samples a second at height 1. */
  samplesPerSecond: number;
}

export interface Scenario {
  jobs: DrawnJob[];
  /** Links of all jobs together, each end counted where frames come in. */
  links: number;
  /** Switches on the way of a packet: one in so many of its samples is taken where it comes in from its host. */
  hops: number;
  /** N of 1-in-N. */
  sampling: number;
  seconds: number;
  /** Agents hold samples back for up to so long, each on its own clock; the times are spread over it. */
  flushMs: number;
  /** They do so by a timer; else whenever a datagram is full, which takes so long on average. */
  isTimed: boolean;
  agents: number;
  /** Traffic without a period, as a share of the jobs' mean. */
  background: number;
}

/** A job's truth in what was drawn. */
export interface JobTruth {
  job: DrawnJob;
  /** Mean length of the cycles that lie in the window. */
  periodMs: number;
  /** n · R² of the fundamental: n all expected samples, R the job's resultant length after the agents' timing error. */
  carried: number;
}

/** Samples by tick, and what a perfect detector could know of them. */
export interface Drawn {
  counts: Float64Array;
  resolutionMs: number;
  truths: JobTruth[];
}

/** A scenario as it happened once, before sampling. */
export interface Happened {
  /** What a detector sees that is given everything. */
  mixed(): Drawn;
  /** What it sees of the hosts of one job: little of the others, and the background of its share. */
  ofJob(index: number): Drawn;
}

/** Samples that fill a datagram: most agents send it then, or after a second; others keep them for a time of their own. */
const DATAGRAM_SAMPLES = 7;

/** A random scenario: 60 ms to 60 s, 1 to 3 jobs, at least 8 cycles of the slowest and 60 s. */
export function randomScenario(random: Random): Scenario {
  const pick = <T>(...of: T[]): T => of[random.below(of.length)];
  const links = Math.round(logUniform(random, 8, 4_096));
  const hops = pick(1, 3, 3, 5);
  const speed = pick(25e9, 100e9, 100e9, 200e9, 400e9);
  // From what is recommended for switches of that speed to ten times as many samples.
  const sampling = Math.round(logUniform(random, speed / 1e7, speed / 1e6));
  const frameBytes = pick(1_088, 4_178, 4_178);
  const jobs = 1 + random.below(3);
  const drawn = Array.from({length: jobs}, (): DrawnJob => {
    const duty = 0.1 + 0.8 * random.uniform();
    const shape = pick<Shape>('one burst', 'micro-batches', 'two bursts');
    const load = 0.3 + 0.65 * random.uniform();
    const share = (links / jobs) * (0.3 + 0.7 * random.uniform());
    return {
      shape,
      periodMs: logUniform(random, 60, 60_000),
      duty,
      jitter: 0.03 * random.uniform(),
      bursts: burstsOf(random, shape, duty),
      samplesPerSecond: (share * speed * load) / (8 * frameBytes * sampling),
    };
  });
  const slowest = Math.max(...drawn.map(({periodMs}) => periodMs));
  const seconds = Math.ceil(Math.max(60, (8.5 + 4 * random.uniform()) * (slowest / 1_000)));
  const agents = Math.ceil(links / pick(8, 32, 64, 128));
  const samplesPerSecond = drawn.reduce((sum, job) => sum + job.samplesPerSecond, 0);
  const timerMs = pick(0, 0, 0, 20, 20, 100, 250, 1_000);
  const flushMs = timerMs > 0 ? timerMs : Math.min(1_000, (1_000 * DATAGRAM_SAMPLES * agents) / samplesPerSecond);
  const background = 0.5 * random.uniform();
  return {jobs: drawn, links, hops, sampling, seconds, flushMs, isTimed: timerMs > 0, agents, background};
}

function burstsOf(random: Random, shape: Shape, duty: number): DrawnJob['bursts'] {
  switch (shape) {
    case 'one burst':
      return [{from: 0, to: duty, height: 1}];
    case 'micro-batches': {
      // Bursts with pauses between them, in the part of the cycle that they have.
      const count = 3 + random.below(6);
      const span = duty + (1 - duty) * 0.5 * random.uniform();
      const step = span / count;
      return Array.from({length: count}, (_, i) => ({from: i * step, to: i * step + duty / count, height: 1}));
    }
    case 'two bursts': {
      const height = 0.65 + 0.3 * random.uniform();
      const second = 0.5 + 0.03 * random.gaussian();
      return [
        {from: 0, to: duty / 2, height: 1},
        {from: second, to: second + duty / 2, height},
      ];
    }
  }
}

/** Of the other jobs' traffic so much is seen at the hosts of one. */
const STRANGERS = 0.02;

/**
 * Lets a scenario happen: every cycle gets its length. Samples are drawn when they are asked for. All jobs stop at
 * `stopMs`; then only the background is left.
 */
export function happen(scenario: Scenario, random: Random, stopMs = Number.POSITIVE_INFINITY): Happened {
  const ticks = Math.round((scenario.seconds * 1_000) / TICK_MS);
  const lines = scenario.jobs.map((job) => {
    const {intensity, periodMs} = intensityOf(job, ticks, random);
    if (stopMs < scenario.seconds * 1_000) intensity.fill(0, Math.floor(stopMs / TICK_MS));
    return {job, periodMs, intensity: flushed(intensity, scenario, random)};
  });
  const draw = (shares: readonly number[]): Drawn => {
    const total = new Float64Array(ticks);
    lines.forEach(({intensity}, index) => {
      for (let i = 0; i < ticks; i++) total[i] += shares[index] * intensity[i];
    });
    const mean = total.reduce((sum, value) => sum + value, 0) / ticks;
    const expected = mean * ticks * (1 + scenario.background);
    const truths = lines.map(({job, periodMs, intensity}, index): JobTruth => {
      const [re, im] = resultant(intensity, periodMs);
      return {job, periodMs, carried: (shares[index] ** 2 * (re * re + im * im)) / expected};
    });
    const counts = total.map((value) => poisson(random, value + mean * scenario.background));
    return {counts, resolutionMs: Math.max(TICK_MS, scenario.flushMs), truths};
  };
  return {
    mixed: () => draw(lines.map(() => 1)),
    ofJob: (own) => draw(lines.map((_, index) => (index === own ? 1 : STRANGERS) / scenario.hops)),
  };
}

/** Expected samples a tick, and the realised mean period. */
function intensityOf(job: DrawnJob, ticks: number, random: Random): {intensity: Float64Array; periodMs: number} {
  const intensity = new Float64Array(ticks);
  const perMs = job.samplesPerSecond / 1_000;
  const end = ticks * TICK_MS;
  let start = -random.uniform() * job.periodMs;
  let first = Number.NaN;
  let last = Number.NaN;
  let cycles = -1;
  while (start < end) {
    if (start >= 0) {
      if (Number.isNaN(first)) first = start;
      last = start;
      cycles++;
    }
    const length = job.periodMs * Math.max(0.5, 1 + job.jitter * random.gaussian());
    for (const {from, to, height} of job.bursts) {
      addRectangle(intensity, start + from * length, start + to * length, height * perMs);
    }
    start += length;
  }
  return {intensity, periodMs: (last - first) / cycles};
}

function addRectangle(into: Float64Array, fromMs: number, toMs: number, perMs: number): void {
  const first = Math.max(0, Math.floor(fromMs / TICK_MS));
  const end = Math.min(into.length, Math.ceil(toMs / TICK_MS));
  for (let i = first; i < end; i++) {
    into[i] += perMs * (Math.min(toMs, (i + 1) * TICK_MS) - Math.max(fromMs, i * TICK_MS));
  }
}

/** Agents beyond so many have the clocks of those. */
const MOST_CLOCKS = 32;
/** Mean lateness of a timer. */
const LATE_MS = 0.5;

/** What is left when each agent sends what it has at times of its own, and the receiver spreads it over the time since. */
function flushed(intensity: Float64Array, {flushMs, isTimed, agents}: Scenario, random: Random): Float64Array {
  if (flushMs < TICK_MS / 4) return intensity;
  const sum = new Float64Array(intensity.length + 1);
  for (let i = 0; i < intensity.length; i++) sum[i + 1] = sum[i] + intensity[i];
  const until = (ms: number) => {
    const at = Math.min(intensity.length, Math.max(0, ms / TICK_MS));
    const whole = Math.floor(at);
    return sum[whole] + (at - whole) * (intensity[whole] ?? 0);
  };
  const clocks = Math.min(agents, MOST_CLOCKS);
  const end = intensity.length * TICK_MS;
  const result = new Float64Array(intensity.length);
  for (let clock = 0; clock < clocks; clock++) {
    let due = -random.uniform() * flushMs;
    let last = due;
    while (last < end) {
      due += isTimed ? flushMs : fillMs(flushMs, random);
      const next = isTimed ? due - LATE_MS * Math.log(1 - random.uniform()) : due;
      addRectangle(result, last, next, (until(next) - until(last)) / (next - last) / clocks);
      last = next;
    }
  }
  return result;
}

/** A datagram is full when so many samples have come, each at random. */
function fillMs(mean: number, random: Random): number {
  let product = 1;
  for (let sample = 0; sample < DATAGRAM_SAMPLES; sample++) product *= 1 - random.uniform();
  return (-mean * Math.log(product)) / DATAGRAM_SAMPLES;
}

/** Σ intensity · e^{2πit/P}. */
function resultant(intensity: Float64Array, periodMs: number): [number, number] {
  let re = 0;
  let im = 0;
  intensity.forEach((value, i) => {
    const turn = (2 * Math.PI * (i + 0.5) * TICK_MS) / periodMs;
    re += value * Math.cos(turn);
    im += value * Math.sin(turn);
  });
  return [re, im];
}

export type NullKind = 'noise' | 'steady' | 'self-similar' | 'bursts' | 'flushed' | 'flushed, not spread';
export const NULL_KINDS: readonly NullKind[] = [
  'noise',
  'steady',
  'self-similar',
  'bursts',
  'flushed',
  'flushed, not spread',
];

/** Traffic without any period. */
export function drawNull(
  kind: NullKind,
  seconds: number,
  random: Random,
): {counts: Float64Array; resolutionMs: number} {
  const ticks = Math.round((seconds * 1_000) / TICK_MS);
  const rate = logUniform(random, 5, 20_000) * (TICK_MS / 1_000);
  const steady = () => new Float64Array(ticks).fill(rate);
  const draw = (intensity: Float64Array) => intensity.map((value) => poisson(random, value));
  switch (kind) {
    case 'noise':
      return {counts: draw(steady()), resolutionMs: TICK_MS};
    case 'steady': {
      // Constant but for a load that comes and goes now and then, for minutes.
      const intensity = steady();
      let level = 1;
      for (let i = 0; i < ticks; i++) {
        if (random.uniform() < TICK_MS / 60_000) level = 0.3 + 1.4 * random.uniform();
        intensity[i] *= level;
      }
      return {counts: draw(intensity), resolutionMs: TICK_MS};
    }
    case 'self-similar':
      return {counts: draw(onAndOff(ticks, rate, 10 + random.below(190), random)), resolutionMs: TICK_MS};
    case 'bursts':
      return {counts: draw(onAndOff(ticks, rate, 2 + random.below(6), random)), resolutionMs: TICK_MS};
    case 'flushed':
    case 'flushed, not spread': {
      const intensity = random.uniform() < 0.5 ? steady() : onAndOff(ticks, rate, 10 + random.below(90), random);
      const agents = 1 + random.below(8);
      const flushMs = 1_000;
      const steps = flushMs / TICK_MS;
      const result = new Float64Array(ticks);
      for (let agent = 0; agent < agents; agent++) {
        const offset = random.below(steps);
        let held = 0;
        let flushedAt = 0;
        for (let i = 0; i < ticks; i++) {
          held += poisson(random, intensity[i] / agents);
          // Its timer is late by a little, as timers are.
          const isDue = (i + offset) % steps === 0;
          if (!isDue) continue;
          const at = Math.min(ticks - 1, i + (random.uniform() < 0.1 ? 1 : 0));
          if (kind === 'flushed') for (let j = flushedAt; j < at; j++) result[j] += held / (at - flushedAt);
          else result[at] += held;
          flushedAt = at;
          held = 0;
        }
      }
      return {counts: result, resolutionMs: flushMs};
    }
  }
}

/** Sources that are on and off for Pareto distributed times: self-similar where they are many (Willinger, 1997). */
function onAndOff(ticks: number, mean: number, sources: number, random: Random): Float64Array {
  const shape = 1.2 + 0.6 * random.uniform();
  const shortest = logUniform(random, 20, 1_000);
  const duration = () => shortest * random.uniform() ** (-1 / shape);
  const intensity = new Float64Array(ticks);
  for (let source = 0; source < sources; source++) {
    let at = -shortest * 10 * random.uniform();
    while (at < ticks * TICK_MS) {
      const on = duration();
      addRectangle(intensity, at, at + on, (2 * mean) / sources / TICK_MS);
      at += on + duration();
    }
  }
  return intensity;
}

export function logUniform(random: Random, from: number, to: number): number {
  return from * (to / from) ** random.uniform();
}

/** Poisson: exact below 30, else the nearest to a normal one that is not negative. */
export function poisson(random: Random, mean: number): number {
  if (mean >= 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * random.gaussian()));
  let product = random.uniform();
  const least = Math.exp(-mean);
  let count = 0;
  while (product > least) {
    product *= random.uniform();
    count++;
  }
  return count;
}
