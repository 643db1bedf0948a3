import {CycleTracker} from './cycle-tracker.ts';
import {HostPhases, SIDES, WINDOWS} from './host-phases.ts';
import {StepRing} from './step-ring.ts';
import {type SlowStep, type StepShift, StepWatch} from './steps.ts';
import {LEAST_HOSTS, scoreHosts} from './straggler.ts';
import {type ListChange, StragglerList} from './straggler-list.ts';

/** Looks are so far apart at least. */
const LOOK_MS = 500;
/** Cycles before anything is said. */
const LEAST_CYCLES = 5;
/** A longer window is looked at when it holds so much more than the one before. */
const LONGER = 1.5;
/** First samples that it takes to name a host, measured; and the head start that is assumed: of an exchange. */
const EARLY_NEEDED = 45;
const HEAD_START = 0.05;

/** What has changed in a job. */
export type StragglerChange =
  | ListChange
  | {what: 'slow'; step: SlowStep; usualMs: number}
  | {what: 'shift'; shift: StepShift};

/** How many cycles it takes to name a host that holds the others back; null: none can be named, and why. */
export interface Wait {
  cycles: number | null;
  why: string;
}

/**
 * Follows one job: its cycles one by one, how long they take, and which of its hosts are late or slow in them. Give it
 * its samples tick by tick, by host and side (sent, received), and ask from time to time.
 */
export class StragglerWatch {
  readonly steps = new StepWatch();
  readonly list: StragglerList;
  wait: Wait = {cycles: null, why: 'too few cycles have been seen'};
  private readonly hosts: number;
  private readonly agents: ArrayLike<number>;
  private readonly ring: StepRing;
  private readonly tracker: CycleTracker;
  private readonly phases: HostPhases;
  private cycles = 0;
  private lookedAtMs = Number.NEGATIVE_INFINITY;

  /** `agents` says by host which agent samples it, -1 where that is not known. */
  constructor(hosts: number, agents: ArrayLike<number>, periodMs: number) {
    this.hosts = hosts;
    this.agents = agents;
    this.list = new StragglerList(hosts);
    this.ring = new StepRing(hosts * SIDES, periodMs);
    this.tracker = new CycleTracker(this.ring, periodMs);
    this.phases = new HostPhases(hosts);
  }

  /** Length of a cycle now, ms; undefined while cycles are not followed. */
  get periodMs(): number | undefined {
    return this.tracker.isLocked ? this.tracker.periodMs : undefined;
  }

  /** The length that is looked for, ms, followed or not. */
  get triedMs(): number {
    return this.tracker.periodMs;
  }

  /** What comes next does not follow what came last: no step goes over from one to the other. */
  interrupt(): void {
    this.ring.clear();
    this.tracker.restart();
  }

  /** Adds a tick's samples: of host h what it sent stands at `offset` + 2h, what it received behind that. */
  add(tick: number, counts: ArrayLike<number>, offset = 0): void {
    this.ring.add(tick, counts, offset);
  }

  /** Takes the cycles whose exchange is over; tells what has changed. */
  advance(): StragglerChange[] {
    const changes: StragglerChange[] = [];
    for (let cycle = this.tracker.next(); cycle; cycle = this.tracker.next()) {
      const {startMs, lengthMs, periodMs} = cycle;
      this.cycles++;
      this.phases.add(this.ring, startMs, periodMs);
      if (lengthMs !== undefined) {
        const {slow, shift} = this.steps.take({time: startMs, ms: lengthMs});
        if (slow) changes.push({what: 'slow', step: slow, usualMs: slow.ms / (1 + slow.share)});
        if (shift) changes.push({what: 'shift', shift});
      }
      if (startMs - this.lookedAtMs < LOOK_MS || this.cycles < LEAST_CYCLES) continue;
      this.lookedAtMs = startMs;
      changes.push(...this.look(startMs + periodMs, periodMs));
    }
    return changes;
  }

  private look(time: number, periodMs: number): ListChange[] {
    if (this.hosts < LEAST_HOSTS) {
      this.wait = {cycles: null, why: `${this.hosts} hosts are too few to hold one against the others`};
      return [];
    }
    const windows: {scores: ReturnType<typeof scoreHosts>['hosts']; cycles: number}[] = [];
    for (let level = 0; level < WINDOWS; level++) {
      const window = this.phases.window(level);
      if (level > 0 && window.cycles <= LONGER * windows[windows.length - 1].cycles) continue;
      const {hosts: scores, samples, takesTurns} = scoreHosts(window, this.agents);
      if (level === 0) this.wait = takesTurns ? TURNS : waitFor(samples / window.cycles);
      windows.push({scores, cycles: window.cycles});
    }
    return this.list.take({time, cycle: this.cycles, periodMs, windows});
  }
}

const TURNS: Wait = {
  cycles: null,
  why: 'its hosts take turns, as the stages of a pipeline do: none can be held against the others',
};

/** From the samples of a host in a cycle. */
function waitFor(samples: number): Wait {
  const early = HEAD_START * samples;
  const cycles = Math.ceil(EARLY_NEEDED / early);
  const each = `${early.toPrecision(2)} samples a host and cycle in a head start of ${100 * HEAD_START} % of an exchange`;
  if (!Number.isFinite(cycles) || cycles > MOST_CYCLES) {
    return {cycles: null, why: `${each} are too few to name a host that holds the others back`};
  }
  return {cycles, why: `${each}; ${EARLY_NEEDED} are needed to name a host that holds the others back`};
}

/** Cycles of the longest window. */
const MOST_CYCLES = 320;
