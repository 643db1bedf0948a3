import {TICKS_PER_BIN} from '../../fabric/history/port-ticks.ts';
import {SIDES} from './host-phases.ts';
import type {Step, StepStatistics} from './steps.ts';
import type {Straggler} from './straggler-list.ts';
import {type StragglerChange, StragglerWatch, type Wait} from './straggler-watch.ts';

/** Some bins of the samples of one job. */
export interface StragglerInput {
  /** Whose they are; the job's former bins are remembered under the same name, as long as its hosts are the same. */
  job: string;
  /** Grows when the hosts of a job are others, or in another order. */
  revision: number;
  /** The length of its cycle as far as known. */
  periodMs: number;
  /** By host: which agent samples it. */
  agents: Int32Array;
  /** The first bin, and how many; bins follow each other, and `isBroken` says that these do not follow the last ones. */
  bin: number;
  bins: number;
  isBroken: boolean;
  /** By channel, of host h what it sent at 2h and what it received behind that: ten ticks a bin. */
  counts: Uint8Array;
}

/** What is known of a job after them. */
export interface StragglerOutput {
  /** Length of a cycle now, ms; null while cycles are not followed one by one. */
  periodMs: number | null;
  /** That length, or the one that is looked for, ms. */
  triedMs: number;
  stragglers: Straggler[];
  wait: Wait;
  steps: StepStatistics | null;
  changes: StragglerChange[];
  /** Steps that were not told before. */
  newSteps: Step[];
}

/** Jobs that are followed at once, with the hosts of all: their memory is 70 kB a host. The least recent gives way. */
const MOST_JOBS = 64;
/** A job whose period is said to differ by so much from that of its cycles is followed anew. */
const OTHER_PERIOD = 0.2;
/** That it is so is believed when it has been for so many bins. */
const BELIEVED_BINS = 100;

interface Followed {
  revision: number;
  watch: StragglerWatch;
  /** Bins since which another period is said. */
  other: number;
}

/** Follows jobs; what arrives is counted by tick, host and side. */
export class StragglerWork {
  private readonly jobs = new Map<string, Followed>();

  take(input: StragglerInput): StragglerOutput {
    const {watch} = this.followed(input);
    if (input.isBroken) watch.interrupt();
    const channels = SIDES * input.agents.length;
    const row = new Uint8Array(channels);
    const ticks = input.bins * TICKS_PER_BIN;
    for (let tick = 0; tick < ticks; tick++) {
      for (let channel = 0; channel < channels; channel++) row[channel] = input.counts[channel * ticks + tick];
      watch.add(input.bin * TICKS_PER_BIN + tick, row);
    }
    const before = watch.steps.count;
    const changes = watch.advance();
    const fresh = watch.steps.count - before;
    return {
      periodMs: watch.periodMs ?? null,
      triedMs: watch.triedMs,
      stragglers: watch.list.all,
      wait: watch.wait,
      steps: watch.steps.statistics(),
      changes,
      newSteps: fresh > 0 ? watch.steps.steps.slice(-fresh) : [],
    };
  }

  private followed({job, revision, periodMs, agents, bins}: StragglerInput): Followed {
    const known = this.jobs.get(job);
    this.jobs.delete(job);
    if (known && known.revision === revision && !isOther(known, periodMs, bins)) {
      this.jobs.set(job, known);
      return known;
    }
    const followed = {revision, watch: new StragglerWatch(agents.length, agents, periodMs), other: 0};
    this.jobs.set(job, followed);
    if (this.jobs.size > MOST_JOBS) this.jobs.delete(this.jobs.keys().next().value!);
    return followed;
  }
}

/** Whether a job's period has been said to be another one for long; one whose cycles are not followed at once. */
function isOther(followed: Followed, periodMs: number, bins: number): boolean {
  const own = followed.watch.periodMs;
  const ratio = periodMs / (own ?? followed.watch.triedMs);
  if (Math.abs(ratio - 1) <= (own === undefined ? 0.01 : OTHER_PERIOD)) {
    followed.other = 0;
    return false;
  }
  followed.other += bins;
  return own === undefined || followed.other >= BELIEVED_BINS;
}
