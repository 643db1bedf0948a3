import {type Partial, type SectionData, sectionOf} from '../account/codec.ts';
import {COUNTS} from '../account/ledger.ts';
import {AGENTS, BINS, COUNTERS, COUNTS_SECTION, columnIndexes, FLOWS, NAMES} from '../account/schema.ts';
import {BIN_MS, REVISED_BINS} from '../shared/bins.ts';
import {type Agent, Agents} from './agents.ts';
import {CountRates} from './count-rates.ts';
import {applyCounters, applyNames} from './counters.ts';
import {FlowTable} from './flows.ts';
import {Ports} from './ports.ts';
import {Producers} from './producers.ts';
import {Rings} from './rings.ts';
import {type Row, Rows} from './rows.ts';
import {FabricSums} from './sums.ts';
import {Totals} from './totals.ts';

const agent = columnIndexes(AGENTS);
const bin = columnIndexes(BINS);

/** Every so many bins rows that fell silent are forgotten. */
const SWEEP_EVERY_BINS = 600;

export interface FabricOptions {
  /** Bins of 100 ms that are kept. */
  depth: number;
  /** Flows that are kept, the least recently seen give way. */
  flows: number;
}

/** Five minutes of 100 ms bins, and more flows than a page can show. */
export const DEFAULT_FABRIC: FabricOptions = {depth: 3_000, flows: 20_000};

/** What an update changed, for those who show it. */
export interface Advance {
  /** The newest bin that is complete. */
  newest: number;
  /** First bin whose figures or state differ from what was known before. */
  from: number;
}

/**
 * The model of the network, from Partials: agents, ports, their last bins, flows, counts. Time here is the producers'
 * watermark; there is no clock. Reading is `Reader`'s business.
 */
export class Fabric {
  readonly agents = new Agents();
  readonly ports = new Ports();
  readonly rows = new Rows();
  readonly rings: Rings;
  readonly sums: FabricSums;
  readonly totals: Totals;
  readonly flows: FlowTable;
  readonly rates = new CountRates();
  readonly producers = new Producers();
  /** The ledger's counts since the start, by `Count`. */
  readonly counts = new Float64Array(COUNTS);
  /** The newest complete bin; -Infinity before the first Partial. */
  newest = Number.NEGATIVE_INFINITY;
  /** The first bin that was ever complete: there is no history before it. */
  oldest = Number.POSITIVE_INFINITY;
  /** Rows that came for bins that were final already. */
  lateRows = 0;
  private dirtyFrom = Number.POSITIVE_INFINITY;
  private sweptAt = 0;
  /** How far the rings have been emptied ahead of the newest bin. */
  private roomUpTo = Number.NEGATIVE_INFINITY;
  /** Per producer: its number of a row → ours, checked by key before use. */
  private readonly hints = new Map<number, (Row | undefined)[]>();

  constructor(options: FabricOptions = DEFAULT_FABRIC) {
    this.rings = new Rings(options.depth);
    this.sums = new FabricSums(options.depth, this.agents, this.ports, this.rows, this.rings);
    this.totals = new Totals(this.sums, this.ports, this.rows, this.rings);
    this.flows = new FlowTable(options.flows, this.ports);
  }

  /** Bins before this one will not change any more. */
  get finalBin(): number {
    return this.newest - REVISED_BINS + 1;
  }

  /** First bin that the rings still hold. */
  get firstBin(): number {
    return Math.max(this.oldest, this.newest - this.rings.depth + 1);
  }

  /** Applies a Partial. Returns what it changed for readers, or undefined when no bin was completed by it. */
  apply(partial: Partial): Advance | undefined {
    if (!this.producers.admit(partial)) return undefined;
    const locals = this.applyAgents(partial);
    const bins = sectionOf(partial, BINS);
    if (bins) this.applyBins(bins, partial, locals);
    const counters = sectionOf(partial, COUNTERS);
    if (counters) applyCounters(counters, locals, this.ports);
    const names = sectionOf(partial, NAMES);
    if (names) applyNames(names, locals, this.ports);
    const flows = sectionOf(partial, FLOWS);
    if (flows) this.flows.apply(flows, locals, partial.time);
    const counts = sectionOf(partial, COUNTS_SECTION);
    if (counts) {
      for (let row = 0; row < counts.rows; row++) this.counts[counts.columns[0]![row]!]! += counts.columns[1]![row]!;
    }
    return this.advance();
  }

  /** Registers the agents that the Partial names; its sections refer to them by position. */
  private applyAgents(partial: Partial): (Agent | undefined)[] {
    const section = sectionOf(partial, AGENTS);
    if (!section) return [];
    const {columns} = section;
    const value = (name: string, row: number) => columns[agent[name]!]![row]!;
    return Array.from({length: section.rows}, (_, row) => {
      const words = [0, 1, 2, 3].map((word) => value(`address${word}`, row)) as [number, number, number, number];
      const known = this.agents.intern(words, value('lastArrival', row));
      if (!known) return undefined;
      const better = this.agents.report(known, value('subAgent', row), {
        received: value('received', row),
        missing: value('missing', row),
        duplicates: value('duplicates', row),
        late: value('late', row),
        restarts: value('restarts', row),
        flowSamples: value('flowSamples', row),
        counterSamples: value('counterSamples', row),
        uptimeMs: value('uptimeMs', row),
        largestDatagram: value('largestDatagram', row),
        longestGapMs: value('longestGapMs', row),
        lastArrival: value('lastArrival', row),
      });
      this.dirtyFrom = Math.min(this.dirtyFrom, better);
      return known;
    });
  }

  private applyBins(section: SectionData, partial: Partial, locals: readonly (Agent | undefined)[]): void {
    const {columns, rows} = section;
    const bins = columns[bin['bin']!]!;
    const measures = bin['row']! + 1;
    // A bin past the newest complete one stands where the oldest stood: empty the ring up to it first.
    for (let i = 0; i < rows; i++) this.makeRoom(bins[i]!);
    for (let i = 0; i < rows; i++) {
      const at = bins[i]!;
      const row = this.rowOf(section, i, partial.producer, locals);
      if (!row) continue;
      if (at < this.finalBin) {
        this.lateRows++;
        continue;
      }
      const chunk = this.rings.chunk(row.index);
      const cell = this.rings.at(row.index, at);
      const measure = (index: number) => columns[measures + index]![i]!;
      chunk.frames[cell]! += measure(0);
      chunk.bytes[cell] = Math.min(chunk.bytes[cell]! + measure(1), 0xffffffff);
      chunk.squares[cell]! += measure(2);
      chunk.roceFrames[cell]! += measure(4);
      chunk.roceBytes[cell] = Math.min(chunk.roceBytes[cell]! + measure(5), 0xffffffff);
      chunk.roceSquares[cell]! += measure(6);
      chunk.ce[cell]! += measure(8);
      chunk.cnp[cell]! += measure(9);
      this.rows.touch(row, at, measure(3), measure(7));
      const weight = row.rate * row.largest[0];
      if (weight > row.port.agent.largestWeight) row.port.agent.largestWeight = weight;
      if (at < this.dirtyFrom) this.dirtyFrom = at;
    }
  }

  /** Our row of a Partial's row: by the producer's own number where it is known, else by its key. */
  private rowOf(
    section: SectionData,
    i: number,
    producer: number,
    locals: readonly (Agent | undefined)[],
  ): Row | undefined {
    const {columns} = section;
    const first = bin['agent']!;
    const word = (index: number) => columns[first + index]![i]!;
    const of = locals[word(0)];
    if (!of) return undefined;
    let hints = this.hints.get(producer);
    if (!hints) {
      hints = [];
      this.hints.set(producer, hints);
    }
    const hint = columns[bin['row']!]![i]!;
    const hinted = hints[hint];
    if (
      hinted &&
      hinted.port.agent === of &&
      hinted.sourceClass === word(1) &&
      hinted.sourceIndex === word(2) &&
      hinted.rate === word(3) &&
      hinted.port.ifIndex === word(4) &&
      (hinted.direction | (hinted.basis << 1)) === word(5) &&
      this.rows.all[hinted.index] === hinted
    ) {
      return hinted;
    }
    const port = this.ports.intern(of, word(4));
    const row = port && this.rows.intern(port, word(1), word(2), word(3), word(5), columns[bin['bin']!]![i]!);
    if (row) this.rings.ensure(row.index);
    hints[hint] = row;
    return row;
  }

  private makeRoom(to: number): void {
    if (to <= this.roomUpTo) return;
    const from = Math.max(this.roomUpTo + 1, to - this.rings.depth + 1);
    for (let next = from; next <= to; next++) {
      this.rings.clear(next);
      this.sums.clear(next);
    }
    this.roomUpTo = to;
  }

  /** Moves on to the producers' watermark. */
  private advance(): Advance | undefined {
    const newest = this.producers.watermark() - 1;
    if (newest <= this.newest) return undefined;
    if (this.newest === Number.NEGATIVE_INFINITY) this.oldest = newest;
    this.makeRoom(newest);
    const earliest = Math.max(newest - REVISED_BINS + 1, this.oldest);
    const from = Math.max(Math.min(this.dirtyFrom, this.newest + 1), earliest);
    this.dirtyFrom = Number.POSITIVE_INFINITY;
    const finalBefore = this.finalBin;
    this.newest = newest;
    this.rates.read(this.time, this.counts);
    this.rows.noteLargest(this.rings, from, newest);
    this.sums.recompute(from, newest);
    this.totals.advance(Math.max(finalBefore, this.oldest), this.finalBin);
    if (newest - this.sweptAt >= SWEEP_EVERY_BINS) {
      this.sweptAt = newest;
      this.rows.sweep(newest - Math.max(this.rings.depth, 6_000));
    }
    return {newest, from};
  }

  /** Newest complete time, epoch ms: the end of the newest bin. */
  get time(): number {
    return (this.newest + 1) * BIN_MS;
  }
}
