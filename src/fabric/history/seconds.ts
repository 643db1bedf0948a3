import {BinState} from '../../shared/live.ts';
import type {Agent} from '../agents.ts';
import type {Fabric} from '../fabric.ts';
import {Moments} from './moments.ts';
import {CHUNK_ROWS, type Chunk, LARGEST_UNIT} from './rings.ts';
import {CELL_FIGURES, Figure, MEASURE_FIGURES} from './tier.ts';

/** Bins of a second. */
export const SECOND_BINS = 10;

const ROCE = 1;
const ALL = 1 + MEASURE_FIGURES;

/**
 * What links carried in a second, row by row as the rings have them: most ports are measured by one row each way, and so
 * a hundred thousand links are read without asking for a port; so are those of several rows, as where data sources sample
 * at several rates. Others are left to whoever asks.
 */
export class Seconds {
  /** Of the row that was read last, as a `Tier` takes them: RoCEv2, then all. */
  readonly figures = new Float64Array(CELL_FIGURES);
  private readonly cells = new Int32Array(SECOND_BINS);
  private first = 0;
  /** The agent whose rows are being read, and the bins in which it was there, and in which it may have been; a bit each. */
  private agent: Agent | undefined;
  private present = 0;
  private uncertain = 0;
  /** What the rows of one place have in a bin. */
  private readonly roce = new Moments();
  private readonly all = new Moments();

  /** The second that begins with a bin is to be read. */
  begin(first: number): void {
    this.first = first;
    this.agent = undefined;
  }

  /** Rows from `row` on, which are of one chunk, are to be read. */
  enter({rings}: Fabric, row: number): Chunk {
    for (let i = 0; i < SECOND_BINS; i++) this.cells[i] = rings.at(row, this.first + i) - (row % CHUNK_ROWS);
    return rings.chunk(row);
  }

  /** Reads a row that is all there is of its place. Returns whether there is anything to tell. */
  read(fabric: Fabric, chunk: Chunk, row: number): boolean {
    const {rows} = fabric;
    const {figures, cells, first} = this;
    this.meetOwner(fabric, row);
    const {agent, present, uncertain} = this;
    const rate = rows.columns.rate[row]!;
    const nth = row % CHUNK_ROWS;
    figures.fill(0);
    for (let i = 0; i < SECOND_BINS; i++) {
      const cell = cells[i]! + nth;
      const frames = chunk.frames[cell]!;
      // A zero that nobody has confirmed by now is rather a gap.
      if (((present >> i) & 1) === 0 && (frames === 0 || ((uncertain >> i) & 1) === 0)) continue;
      const weight = rows.isCorrected ? rows.weightOf(row, first + i) : rate;
      const missed = chunk.largest[cell] === 0 ? missedBy(agent!, first + i) : 0;
      raise(figures, ALL + Figure.Largest, weight * chunk.largest[cell]! * LARGEST_UNIT || missed);
      raise(figures, ROCE + Figure.Largest, weight * chunk.roceLargest[cell]! * LARGEST_UNIT || missed);
      const isFirst = figures[0]!++ === 0;
      if (frames === 0) {
        figures[ALL + Figure.Min] = 0;
        figures[ROCE + Figure.Min] = 0;
        continue;
      }
      const variance = weight * weight * (rows.isCorrected ? rows.clumpingOf(row, first + i) : 1);
      this.add(ALL, isFirst, frames, chunk.bytes[cell]! * weight, chunk.squares[cell]! * variance);
      const roce = chunk.roceBytes[cell]! * weight;
      this.add(ROCE, isFirst, chunk.roceFrames[cell]!, roce, chunk.roceSquares[cell]! * variance);
    }
    return figures[0] !== 0;
  }

  /** Reads all rows of the place of a row that are measured as it is. Returns whether there is anything to tell. */
  readTogether(fabric: Fabric, row: number): boolean {
    const {figures, first, all, roce} = this;
    this.meetOwner(fabric, row);
    const {agent, present, uncertain} = this;
    figures.fill(0);
    for (let i = 0; i < SECOND_BINS; i++) {
      const isPresent = ((present >> i) & 1) === 1;
      if (!isPresent && ((uncertain >> i) & 1) === 0) continue;
      this.sum(fabric, row, i);
      // A zero that nobody has confirmed by now is rather a gap.
      if (!isPresent && all.samples === 0) continue;
      const missed = all.largest === 0 ? missedBy(agent!, first + i) : 0;
      raise(figures, ALL + Figure.Largest, all.largest || missed);
      raise(figures, ROCE + Figure.Largest, roce.largest || missed);
      const isFirst = figures[0]!++ === 0;
      this.add(ALL, isFirst, all.samples, all.bytes, all.squares);
      this.add(ROCE, isFirst, roce.samples, roce.bytes, roce.squares);
    }
    return figures[0] !== 0;
  }

  /** Sums those rows up in bin `i` of the second. */
  private sum({rows, rings}: Fabric, row: number, i: number): void {
    const {columns} = rows;
    const all = this.all.clear();
    const roce = this.roce.clear();
    for (let one = columns.firstAt(columns.place[row]!); one >= 0; one = columns.nextOf(one)) {
      if (columns.basis[one] !== columns.basis[row]) continue;
      const chunk = rings.chunk(one);
      const cell = this.cells[i]! + (one % CHUNK_ROWS);
      const weight = rows.weightOf(one, this.first + i);
      all.largest = Math.max(all.largest, weight * chunk.largest[cell]! * LARGEST_UNIT);
      roce.largest = Math.max(roce.largest, weight * chunk.roceLargest[cell]! * LARGEST_UNIT);
      if (chunk.frames[cell] === 0) continue;
      const variance = weight * weight * rows.clumpingOf(one, this.first + i);
      all.samples += chunk.frames[cell]!;
      all.bytes += chunk.bytes[cell]! * weight;
      all.squares += chunk.squares[cell]! * variance;
      roce.samples += chunk.roceFrames[cell]!;
      roce.bytes += chunk.roceBytes[cell]! * weight;
      roce.squares += chunk.roceSquares[cell]! * variance;
    }
  }

  private add(at: number, isFirst: boolean, samples: number, bytes: number, squares: number): void {
    const {figures} = this;
    figures[at + Figure.Samples]! += samples;
    figures[at + Figure.Bytes]! += bytes;
    figures[at + Figure.Squares]! += squares;
    raise(figures, at + Figure.Max, bytes);
    if (isFirst || bytes < figures[at + Figure.Min]!) figures[at + Figure.Min] = bytes;
  }

  /** The agent of a row's port is the one whose rows are being read. */
  private meetOwner(fabric: Fabric, row: number): void {
    const {rows, ports} = fabric;
    const slot = rows.columns.place[row]! >> 1;
    if (this.agent?.index !== ports.agents[slot]) this.meet(fabric, ports.at(slot)!.agent);
  }

  private meet({firstBin, newest, skipped}: Fabric, agent: Agent): void {
    this.agent = agent;
    this.present = 0;
    this.uncertain = 0;
    for (let i = 0; i < SECOND_BINS; i++) {
      const bin = this.first + i;
      if (bin < firstBin || bin > newest || skipped.has(bin)) continue;
      const state = agent.presence.state(bin);
      if (state === BinState.Present) this.present |= 1 << i;
      else if (state === BinState.Unconfirmed) this.uncertain |= 1 << i;
    }
  }
}

/** What a port without a sample of its own may still have carried: as `readBin` has it. */
function missedBy({largest, losses, drops}: Agent, bin: number): number {
  return largest.weights.at(bin) * losses.factor(bin) * drops.factor(bin);
}

function raise(figures: Float64Array, at: number, value: number): void {
  if (value > figures[at]!) figures[at] = value;
}
