/** Cycles and time that two series must keep in step for. */
const LEAST_CYCLES = 32;
const LEAST_MS = 10_000;
/** Parts of that time in which the phase is taken. */
const BLOCKS = 8;
/** Groups of one job are in step to this part of a cycle, by the jitter of their hosts. */
const LOOSE = 0.008;
/** How well the phase of a part must be known, in cycles: else nobody can tell yet. */
const LEAST_KNOWN = 0.04;
const DEVIATIONS = 3;
/** Who is taken to be in step for sure is no more out of it in all parts together: χ² of 7 degrees, exceeded 1 in 20 times. */
const SURE = 14;
const SAME_PERIOD = 0.005;
/** Rails of one job send at once, to this part of a cycle; two jobs do so one time in ten. */
const SAME_PHASE = 0.05;

/** Series with a period, one behind the other, all of one length and ending together. */
export interface LockInput {
  /** By series: its period, and how many hosts it is of. */
  periodMs: Float64Array;
  hosts: Uint32Array;
  /** `length` counts of each series, steps of `tickMs`; those before the first that is known are NaN. */
  counts: Float32Array;
  length: number;
  tickMs: number;
}

/** Two series that are in step. */
export interface Lock {
  a: number;
  b: number;
  /** Cycles that they were in step for, and by how much at most they were out of it, in cycles. */
  cycles: number;
  off: number;
  /** Whether they sent at once, and kept so near to it as two that wander hardly ever do: enough to take them for one. */
  isSure: boolean;
}

/**
 * Series of equal size that keep the same phase for `LEAST_CYCLES` and `LEAST_MS`: each with the first one that it is in
 * step with. Jobs of one model drift apart; rails of one job cannot.
 */
export function locksOf({periodMs, hosts, counts, length, tickMs}: LockInput): Lock[] {
  const locks: Lock[] = [];
  const isTaken = new Uint8Array(periodMs.length);
  for (let a = 0; a < periodMs.length; a++) {
    if (isTaken[a] === 1) continue;
    for (let b = a + 1; b < periodMs.length; b++) {
      if (isTaken[b] === 1 || hosts[a] !== hosts[b]) continue;
      if (Math.abs(periodMs[b] / periodMs[a] - 1) > SAME_PERIOD) continue;
      const series = [a, b].map((at) => counts.subarray(at * length, (at + 1) * length));
      const step = stepOf(series[0], series[1], tickMs, (periodMs[a] + periodMs[b]) / 2);
      if (!step?.isKept) continue;
      isTaken[b] = 1;
      const isSure = step.isSure && Math.abs(step.apart) <= SAME_PHASE;
      locks.push({a, b, cycles: step.cycles, off: step.off, isSure});
    }
  }
  return locks;
}

/** How two series of one period went together: for so many cycles, and by how much at most they were out of step. */
export interface Step {
  cycles: number;
  off: number;
  /** By how much the first was ahead on average, in cycles: -½ to ½. */
  apart: number;
  /** Whether they kept step, as far as can be told; and whether they were never far from it. */
  isKept: boolean;
  isSure: boolean;
}

/** How two series of equal length went together; undefined where they are too short, or tell too little. */
export function stepOf(x: Float32Array, y: Float32Array, tickMs: number, periodMs: number): Step | undefined {
  let from = 0;
  while (from < x.length && (Number.isNaN(x[from]) || Number.isNaN(y[from]))) from++;
  const ms = (x.length - from) * tickMs;
  if (ms < LEAST_MS || ms < LEAST_CYCLES * periodMs) return undefined;
  const length = Math.floor((x.length - from) / BLOCKS);
  const apart: number[] = [];
  const errors: number[] = [];
  for (let block = 0; block < BLOCKS; block++) {
    const start = from + block * length;
    const ofX = resultant(x, start, length, tickMs / periodMs);
    const ofY = resultant(y, start, length, tickMs / periodMs);
    const error = Math.hypot(ofX.error, ofY.error);
    if (!(error < LEAST_KNOWN)) return undefined;
    apart.push(turn(ofX.phase - ofY.phase - (apart[0] ?? 0)) + (apart[0] ?? 0));
    errors.push(Math.hypot(error, LOOSE));
  }
  const mean = apart.reduce((sum, value) => sum + value, 0) / BLOCKS;
  const off = Math.max(...apart.map((value) => Math.abs(value - mean)));
  const isLoose = apart.some((value, block) => Math.abs(value - mean) > DEVIATIONS * errors[block]);
  const isKept = !isLoose && !hasDrift(apart, errors);
  const squares = apart.reduce((sum, value, block) => sum + ((value - mean) / errors[block]) ** 2, 0);
  return {cycles: Math.floor(ms / periodMs), off, apart: turn(mean), isKept, isSure: isKept && squares <= SURE};
}

/** Whether the phase wanders off in one direction, over the whole time. */
function hasDrift(apart: readonly number[], errors: readonly number[]): boolean {
  const middle = (BLOCKS - 1) / 2;
  let sum = 0;
  let squares = 0;
  let variance = 0;
  for (let block = 0; block < BLOCKS; block++) {
    const at = block - middle;
    sum += at * apart[block];
    squares += at * at;
    variance += (at * errors[block]) ** 2;
  }
  return Math.abs(sum / squares) > (DEVIATIONS * Math.sqrt(variance)) / squares;
}

/** Phase of a stretch at one frequency, in cycles, and its standard error. */
function resultant(counts: Float32Array, from: number, length: number, cyclesPerTick: number) {
  let re = 0;
  let im = 0;
  let all = 0;
  const step = 2 * Math.PI * cyclesPerTick;
  for (let i = from; i < from + length; i++) {
    const angle = step * i;
    re += counts[i] * Math.cos(angle);
    im += counts[i] * Math.sin(angle);
    all += counts[i];
  }
  const power = re * re + im * im;
  return {phase: Math.atan2(im, re) / (2 * Math.PI), error: Math.sqrt(all / (2 * power)) / (2 * Math.PI)};
}

/** To -½ … ½. */
const turn = (cycles: number) => cycles - Math.round(cycles);
