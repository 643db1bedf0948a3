import {Basis, Direction} from '../../account/schema.ts';
import {BIN_MS} from '../../shared/bins.ts';
import type {Agent, SubAgent} from '../agents.ts';
import type {Rings} from '../history/rings.ts';
import type {Rows} from '../rows.ts';
import type {Lack, Losses} from './losses.ts';
import type {Stream, StreamDelta} from './stream.ts';
import type {Weigher} from './weigher.ts';

/** More drops than so many a sample are garbage in their place. */
const MOST_DROPS = 1_000;

/** Which bins can be corrected: those that are open, and for which there is room. */
export interface OpenBins {
  from: number;
  to: number;
}

interface Found {
  stream: Stream;
  missing: number;
  drops: number;
  silence: number;
}

/**
 * Lays what a stream lacks upon what arrived of it, bin by bin: samples that got lost on the way, and packets that the
 * agent marked and could not sample. Each Partial says how many they are in its bins.
 */
export class Laying {
  private readonly rows: Rows;
  private readonly rings: Rings;
  private found: Found[] = [];
  /** Upon whose bins more has arrived since something was laid there. */
  private readonly stale = new Set<Losses>();
  /** By producer: where its last Partial ended. */
  private readonly lastEnds = new Map<number, number>();

  constructor(rows: Rows, rings: Rings) {
    this.rows = rows;
    this.rings = rings;
  }

  /** Takes what a Partial says of a stream. */
  hear({stream}: SubAgent, delta: StreamDelta): void {
    const silence = Math.floor(delta.longestGapMs / BIN_MS);
    const missing = stream.missing(delta, silence);
    const {flowSamples, agentDrops} = delta;
    if (missing === 0 && agentDrops === 0) return;
    // Both corrections are multiplied: of the dropped ones each that is missing brings its own.
    const made = flowSamples + Math.max(0, missing);
    const drops = agentDrops > 0 && agentDrops <= MOST_DROPS * made ? (agentDrops * flowSamples) / made : 0;
    if (missing !== 0 || drops > 0) this.found.push({stream, missing, drops, silence});
  }

  /** Samples of a bin have arrived. */
  arrive(stream: Stream, bin: number, samples: number): void {
    const {agent} = stream;
    this.add(stream.losses, bin, samples);
    this.add(stream.drops, bin, samples);
    if (agent.losses === stream.losses) return;
    this.add(agent.losses, bin, samples);
    this.add(agent.drops, bin, samples);
  }

  private add(losses: Losses, bin: number, samples: number): void {
    if (losses.isActive && losses.add(bin, samples)) this.stale.add(losses);
  }

  /** Lays what was heard of, once its Partial's rows are in. Returns the first bin that is another one now. */
  settle(producer: number, end: number, open: OpenBins): number {
    let first = Number.POSITIVE_INFINITY;
    // Bins that the Partial tells of: after a stall they are several.
    const bins = Math.max(1, end - (this.lastEnds.get(producer) ?? end));
    this.lastEnds.set(producer, end);
    for (const losses of this.stale) first = Math.min(first, losses.renew(open.from));
    this.stale.clear();
    for (const {stream, missing, drops, silence} of this.found) {
      const {agent} = stream;
      const holders = agent.losses === stream.losses ? [stream] : [stream, agent];
      for (const holder of holders) {
        const lost = this.lay(holder, holder.losses, {missing, bins, silence, together: stream.perDatagram}, end, open);
        const dropped = this.lay(holder, holder.drops, {missing: drops, bins, silence: 0, together: 1}, end, open);
        first = Math.min(first, lost, dropped);
      }
    }
    this.found = [];
    return first;
  }

  private lay(holder: Stream | Agent, losses: Losses, lack: Lack, end: number, open: OpenBins): number {
    if (!losses.isActive) {
      if (lack.missing <= 0) return Number.POSITIVE_INFINITY;
      const rows = this.rowsOf(holder);
      // The first Partial of all may tell of a lack and bring no samples: then there is no room for any bin yet.
      losses.begin(this.rings.depth, Math.max(open.to, end - 1), lack.together, (bin) =>
        rows.reduce((sum, row) => sum + this.samples(row.index, bin), 0),
      );
    }
    this.rows.isCorrected = true;
    return losses.lay(lack, end, open.from);
  }

  /** By source: what its samples in the bins from..end-1 stand for on average by drops alone. */
  dropShape(stream: Stream, from: number, end: number): Map<Weigher, number> {
    const sums = new Map<Weigher, {samples: number; stands: number}>();
    for (const {index, weigher} of this.rowsOf(stream)) {
      const sum = sums.get(weigher) ?? {samples: 0, stands: 0};
      for (let bin = from; bin < end; bin++) {
        const samples = this.samples(index, bin);
        sum.samples += samples;
        sum.stands += samples * stream.drops.factor(bin);
      }
      sums.set(weigher, sum);
    }
    const means = new Map<Weigher, number>();
    for (const [weigher, {samples, stands}] of sums) if (samples > 0) means.set(weigher, stands / samples);
    return means;
  }

  /** Rows of samples that a stream, or an agent with all its streams, took; each sample is on one of them. */
  private rowsOf(holder: Stream | Agent): {index: number; weigher: Weigher}[] {
    const agent = 'agent' in holder ? holder.agent : holder;
    return agent.ports
      .flatMap((slot) => [...this.rows.of(slot, Direction.In), ...this.rows.of(slot, Direction.Out)])
      .filter(({basis, stream}) => basis !== Basis.Derived && (holder === agent || stream === holder));
  }

  private samples(row: number, bin: number): number {
    return this.rings.chunk(row).frames[this.rings.at(row, bin)]!;
  }
}
