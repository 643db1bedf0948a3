import {Count} from '../../account/ledger.ts';
import type {EventLog} from './events.ts';
import {LossMeter} from './watch-loss.ts';
import {count, lossText, seconds} from './watch-text.ts';

/** Stalls are told at most so often: a machine that is too small stalls all the time. */
const STALLS_EVERY_MS = 60_000;
/** Shorter ones in all are not worth a line. */
const STALL_WORTH_MS = 250;

/** What this machine itself may lose, with the words for it. */
const PLACES = [
  {count: Count.DatagramsKernelDropped, place: 'kernel', what: 'the kernel dropped datagrams in front of the socket'},
  {count: Count.DatagramsRingDropped, place: 'ring', what: "the receiver's ring was full and datagrams were dropped"},
  {count: Count.DatagramsThinned, place: 'thinning', what: 'datagrams were left out at random, so as to keep up'},
] as const;

/** Looks at the server itself once a second: what it lost, its clock, and whether it stood still. */
export class ServerWatch {
  /** When, by the bins' time, time was last set or stood still; -Infinity before. */
  steppedAt = Number.NEGATIVE_INFINITY;
  stalledAt = Number.NEGATIVE_INFINITY;
  private readonly meters = PLACES.map(() => new LossMeter(0, 0));
  private steps = 0;
  private stepMs = 0;
  private seenStalls = 0;
  /** What was told of them. */
  private stalls = 0;
  private stallMs = 0;
  private toldStallsAt = Number.NEGATIVE_INFINITY;

  look(counts: Float64Array, time: number, log: EventLog): void {
    PLACES.forEach(({count: at, place, what}, i) => {
      const change = this.meters[i]!.look(counts[Count.DatagramsReceived]!, counts[at]!);
      if (!change) return;
      const {episode} = change;
      const hasBegun = change.what === 'began';
      log.raise({
        time,
        kind: hasBegun ? 'loss-began' : 'loss-ended',
        level: hasBegun ? 'warning' : 'good',
        place,
        text: `${what}: ${lossText(episode)}${hasBegun ? '' : `, over after ${seconds(episode.looks * 1_000)}`}`,
        figures: {missing: episode.missing, expected: episode.expected, share: episode.missing / episode.expected},
      });
    });
    this.lookAtClock(counts, time, log);
    this.lookAtStalls(counts, time, log);
  }

  private lookAtClock(counts: Float64Array, time: number, log: EventLog): void {
    const steps = counts[Count.ClockSteps]! - this.steps;
    if (steps <= 0) return;
    const stepMs = counts[Count.ClockStepMs]! - this.stepMs;
    this.steps += steps;
    this.stepMs += stepMs;
    this.steppedAt = time;
    log.raise({
      time,
      kind: 'clock-stepped',
      level: 'warning',
      text: `this server's clock was set forward by ${seconds(stepMs)}: the bins in between are a gap`,
      figures: {steps, stepMs},
    });
  }

  private lookAtStalls(counts: Float64Array, time: number, log: EventLog): void {
    if (counts[Count.Stalls]! > this.seenStalls) this.stalledAt = time;
    this.seenStalls = counts[Count.Stalls]!;
    const stalls = this.seenStalls - this.stalls;
    const stallMs = counts[Count.StallMs]! - this.stallMs;
    if (stallMs < STALL_WORTH_MS || time - this.toldStallsAt < STALLS_EVERY_MS) return;
    this.toldStallsAt = time;
    this.stalls += stalls;
    this.stallMs += stallMs;
    const pieces = stalls > 1 ? ` in ${count(stalls)} pieces` : '';
    log.raise({
      time,
      kind: 'stalled',
      level: 'warning',
      text: `the ingest thread stood still for ${seconds(stallMs)}${pieces}: bins keep their times with the native receiver, and are less exact without it`,
      figures: {stalls, stallMs},
    });
  }
}
