/**
 * What a sampling rate is good for, and what it costs. N frames stand behind each sample; a frame of L bytes (with FCS)
 * takes 8 · (L + 20) bits of a line (preamble and gap, IEEE 802.3).
 */

/** RoCEv2 with an MTU of 4,096: what ports are judged by until they have shown frames of their own. */
export const TYPICAL_FRAME = 4_178;
/** Samples a second that a switch's way to its CPU is assumed to take; vendors police between some 1,000 and 16,000. */
export const POLICER_LIMIT = 8_000;
/** The 95 % quantile of the normal distribution, both sides. */
const Z = 1.96;
/** Error of a bin's bytes that is aimed at, relative and at 95 %. */
const AIM = 0.2;
const BIN_SECONDS = 0.1;
const LINE_OVERHEAD = 20;

/** Frames a second of a full line; `speed` in bit/s. */
export function lineFrames(speed: number, frame: number): number {
  return speed / (8 * (frame + LINE_OVERHEAD));
}

/** What one direction of a port at line rate gives. */
export interface PortAdvice {
  /** Samples a second. */
  samplesPerSecondAtLineRate: number;
  /** Relative error of a 100 ms bin's bytes at 95 %: 1.96 / √samples, for n samples of one length are off by √n. */
  errorAtLineRate: number;
  /** N of 1-in-N, a round number, at which that error would be ± 20 % or less. */
  suggestedRate: number;
}

/**
 * `frame`: the byte-weighted length of its samples, ΣL²/ΣL. Bytes of mixed lengths are off by as much as those of so
 * long frames alone would be.
 */
export function adviseOnPort(speed: number, rate: number, frame: number): PortAdvice {
  const frames = lineFrames(speed, frame);
  return {
    samplesPerSecondAtLineRate: frames / rate,
    errorAtLineRate: Z / Math.sqrt((BIN_SECONDS * frames) / rate),
    suggestedRate: roundDown((BIN_SECONDS * frames) / (Z / AIM) ** 2),
  };
}

/** One direction of a port that is sampled. */
export interface SampledDirection {
  speed: number;
  rate: number;
  frame: number;
}

export interface AgentAdvice {
  /** Samples a second that the agent makes now; null until it was heard for a second. */
  samplesPerSecond: number | null;
  /** And with all ports at line rate, in the directions that are sampled; null where no speed is known. */
  samplesPerSecondAtLineRate: number | null;
  policer: {limit: number; share: number | null};
  /** N at which all ports at line rate keep within the limit; null where nothing is known. */
  suggestedRate: number | null;
  text: string;
}

/** What an agent's rates cost it, and what they are good for. `samplesPerSecond` is what it makes now. */
export function adviseOnAgent(
  directions: readonly SampledDirection[],
  samplesPerSecond: number | null,
  limit = POLICER_LIMIT,
): AgentAdvice {
  const each = directions.map(({speed, rate, frame}) => adviseOnPort(speed, rate, frame));
  if (each.length === 0) {
    const text = 'no sampled port has told its speed: nothing can be said of its sampling rate';
    return {
      samplesPerSecond,
      samplesPerSecondAtLineRate: null,
      policer: {limit, share: null},
      suggestedRate: null,
      text,
    };
  }
  const most = each.reduce((sum, one) => sum + one.samplesPerSecondAtLineRate, 0);
  const share = most / limit;
  // Ports at several rates are asked to change by the same factor.
  const usual = directions.reduce((sum, {rate}) => sum + rate, 0) / directions.length;
  const fits = roundUp(usual * share);
  const aim = Math.min(...each.map(({suggestedRate}) => suggestedRate));
  const worst = Math.max(...each.map(({errorAtLineRate}) => errorAtLineRate));
  return {
    samplesPerSecond,
    samplesPerSecondAtLineRate: most,
    policer: {limit, share},
    suggestedRate: fits,
    text: inWords({ports: each.length, most, limit, fits, aim, worst}),
  };
}

interface Figures {
  ports: number;
  most: number;
  limit: number;
  /** Rate that keeps within the limit, and rate that gives ± 20 %. */
  fits: number;
  aim: number;
  worst: number;
}

function inWords({ports, most, limit, fits, aim, worst}: Figures): string {
  const what = ports === 1 ? 'its sampled port makes' : `its ${count(ports)} sampled port directions make`;
  const cost = `at line rate ${what} ${count(most)} samples a second`;
  const error = `a full port's 100 ms bin is then off by up to ± ${Math.round(worst * 100)} %`;
  const aims = `± ${AIM * 100} % needs 1 in ${count(aim)}`;
  const takes = `the ${count(limit)} that a switch is assumed to take`;
  if (most <= limit) {
    if (worst <= AIM) return `${cost}, within ${takes}; ${error}`;
    return aim >= fits
      ? `${cost}, within ${takes}; ${error}: ${aims}, which it has room for`
      : `${cost}, within ${takes}; ${error}: ${aims}, more than it is assumed to take; 1 in ${count(fits)} would just fit`;
  }
  const fit = `1 in ${count(fits)} would fit`;
  return aim >= fits
    ? `${cost}, more than ${takes}; ${fit}, and ${aims}`
    : `${cost}, more than ${takes}; ${fit}, but ${aims}: full ports are estimated coarsely in single bins, and well in sums over ports or seconds`;
}

const count = (value: number) => Math.round(value).toLocaleString('en');

const STEPS = [1, 2, 5, 10];

/** The largest of 1, 2, 5, 10, 20, … that is no larger; 1 at least. */
export function roundDown(rate: number): number {
  if (rate < 1) return 1;
  const decade = 10 ** Math.floor(Math.log10(rate));
  return decade * STEPS.findLast((step) => step * decade <= rate)!;
}

/** The smallest of 1, 2, 5, 10, 20, … that is no smaller. */
export function roundUp(rate: number): number {
  if (rate <= 1) return 1;
  const decade = 10 ** Math.floor(Math.log10(rate));
  return decade * STEPS.find((step) => step * decade >= rate)!;
}
