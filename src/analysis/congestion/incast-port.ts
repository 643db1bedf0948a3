import type {Port} from '../../fabric/ports.ts';
import {BIN_MS} from '../../shared/bins.ts';
import {FULL, IN, LinkSums, OUT, utilisationOf} from '../imbalance/link-loads.ts';
import type {MarkedSamples} from './incast.ts';
import type {SentSamples} from './sent-samples.ts';

/** Bins of less load between full ones do not end a burst; what goes on for longer than the second is several. */
const PAUSE_BINS = 2;
const MOST_BINS = 20;
/** What is remembered, in bins and in bursts. */
const MEMORY_BINS = 600;
const MEMORY_BURSTS = 64;
/** So much of what passed outside of bursts is left at the next look, two seconds later. */
const FADES = 0.967;
/** What passes in bins of more load, or right behind one, is not what is usual: it may be a burst that was too short to see. */
const BUSY = 0.3;
const NEAR_BINS = 3;

/** The second that a bin lies in. */
export const secondOf = (bin: number): number => Math.floor((bin * BIN_MS) / 1_000);

/** Marks in samples: of what left by a port, and of what came back by it, which notifications do. */
export interface PortMarks {
  ce: MarkedSamples;
  cnp: MarkedSamples;
}

/** Full bins in a row. */
export interface Burst {
  /** Bins, inclusive. */
  from: number;
  to: number;
  /** What left by the port, and what came in: notifications come back against the traffic. */
  out: LinkSums;
  in: LinkSums;
  /** Distinct sources that sent data, and those that are usual; undefined until flows have been told of it. */
  sources: number | undefined;
  usual: number;
  isIncast: boolean;
}

/** What is known of an edge port since it was full. */
export class IncastPort {
  readonly port: Port;
  readonly bursts: Burst[] = [];
  /** The seconds that flows were told in. */
  readonly seconds = new Map<number, SentSamples>();
  /** Outside of bursts. */
  readonly quiet: PortMarks = {ce: {marked: 0, samples: 0}, cnp: {marked: 0, samples: 0}};
  /** Seconds with busy bins. */
  readonly busySeconds = new Set<number>();
  private lastBusy = Number.NEGATIVE_INFINITY;
  /** Full bins that do not say so for sure yet. */
  private readonly run = {out: new LinkSums(), in: new LinkSums(), from: 0};

  /** Since when it is watched, in bins. */
  readonly since: number;

  constructor(port: Port, since: number) {
    this.port = port;
    this.since = since;
  }

  /** Whether there was no burst for a minute. */
  isIdle(bin: number): boolean {
    return this.bursts.length === 0 && bin - this.since > MEMORY_BINS;
  }

  /** Takes a bin: what left, part of the speed. What left and came in is only read where it is asked for. */
  take(bin: number, load: number, read: (direction: number) => LinkSums): void {
    const {run} = this;
    if (load >= BUSY) {
      this.lastBusy = bin;
      this.busySeconds.add(secondOf(bin));
    } else if (bin - this.lastBusy > NEAR_BINS) {
      this.rest(marksOf(read(OUT), read(IN)));
    }
    if (load < FULL) {
      if (run.out.bins === 0) return;
      run.out.clear();
      run.in.clear();
      return;
    }
    if (run.out.bins === 0) run.from = bin;
    run.out.add(read(OUT));
    run.in.add(read(IN));
    const isSure = this.bursts.at(-1)?.to === bin - 1 || (utilisationOf(run.out, this.port.speed)?.low ?? 0) >= FULL;
    if (!isSure) return;
    const burst = this.burst(run.from);
    burst.to = bin;
    burst.out.add(run.out);
    burst.in.add(run.in);
    run.out.clear();
    run.in.clear();
  }

  /** Forgets what is older than a minute. */
  forget(bin: number): void {
    const first = bin - MEMORY_BINS;
    while (this.bursts[0] && (this.bursts.length > MEMORY_BURSTS || this.bursts[0].to < first)) this.bursts.shift();
    for (const second of this.seconds.keys()) if (second < secondOf(first)) this.seconds.delete(second);
    for (const second of this.busySeconds) if (second < secondOf(first)) this.busySeconds.delete(second);
    for (const marks of [this.quiet.ce, this.quiet.cnp]) {
      marks.marked *= FADES;
      marks.samples *= FADES;
    }
  }

  private rest({ce, cnp}: PortMarks): void {
    this.quiet.ce.marked += ce.marked;
    this.quiet.ce.samples += ce.samples;
    this.quiet.cnp.marked += cnp.marked;
    this.quiet.cnp.samples += cnp.samples;
  }

  private burst(from: number): Burst {
    const last = this.bursts.at(-1);
    if (last && from - last.to <= PAUSE_BINS + 1 && from - last.from < MOST_BINS) return last;
    const sums = {out: new LinkSums(), in: new LinkSums()};
    const burst: Burst = {from, to: from, ...sums, sources: undefined, usual: 1, isIncast: false};
    this.bursts.push(burst);
    return burst;
  }
}

/** Of what left by a port and what came in there. */
export function marksOf(out: LinkSums, into: LinkSums): PortMarks {
  const weight = out.samples > 0 ? out.frames / out.samples : 1;
  const back = into.samples > 0 ? into.frames / into.samples : weight;
  return {
    ce: {marked: out.ceFrames / weight, samples: out.roceSamples},
    cnp: {marked: into.cnpFrames / back, samples: (out.roceSamples * weight) / back},
  };
}
