import type {SectionData} from '../account/codec.ts';
import {Basis, BINS, columnIndexes} from '../account/schema.ts';
import type {Corrections} from './corrections/correction.ts';
import type {Stream} from './corrections/stream.ts';
import type {Rings} from './history/rings.ts';
import type {Ports} from './ports.ts';
import {longer} from './row-columns.ts';
import {MAX_ROWS, type Row, type Rows} from './rows.ts';

const column = columnIndexes(BINS);
const BIN = column['bin']!;
const CLASS = column['sourceClass']!;
const INDEX = column['sourceIndex']!;
const RATE = column['rate']!;
const PORT = column['port']!;
const SIDE = column['side']!;
const HINT = column['row']!;

const FIRST_ROWS = 512;
/** Words of a row: whose it is, then its key as a Partial has it. */
const WORDS = 5;

/** A producer's number of a row → ours plus 1, checked by key before use. */
export interface Hints {
  rows: Int32Array;
}

/** Finds our rows of a Partial's rows: by the producer's own numbers where they are known, else by their keys. */
export class RowFinder {
  private readonly ports: Ports;
  private readonly rows: Rows;
  private readonly rings: Rings;
  private readonly corrections: Corrections;
  private readonly newestBin: () => number;
  private readonly hints = new Map<number, Hints>();
  /** By row, `WORDS` each: whose (`ownerOf`), class and index of the source, ifIndex, side. */
  private keys = new Uint32Array(FIRST_ROWS * WORDS);

  /** `newestBin` is the newest one that the rings have room for. */
  constructor(ports: Ports, rows: Rows, rings: Rings, corrections: Corrections, newestBin: () => number) {
    this.ports = ports;
    this.rows = rows;
    this.rings = rings;
    this.corrections = corrections;
    this.newestBin = newestBin;
  }

  /** Where a producer's rows are remembered. */
  hintsOf(producer: number): Hints {
    let hints = this.hints.get(producer);
    if (!hints) {
      hints = {rows: new Int32Array(FIRST_ROWS)};
      this.hints.set(producer, hints);
    }
    return hints;
  }

  /** The number of the row of entry `i`, whose samples are of a stream; -1 when there is no room for it. */
  find(columns: SectionData['columns'], i: number, hints: Hints, stream: Stream): number {
    const hint = columns[HINT]![i]!;
    const row = hint < hints.rows.length ? hints.rows[hint]! - 1 : -1;
    if (row >= 0 && this.is(row, columns, i, stream)) return row;
    const found = this.make(columns, i, stream);
    if (!found) return -1;
    this.note(found.index, columns, i, stream);
    // Numbers beyond any table would take memory without end.
    if (hint < MAX_ROWS) {
      while (hint >= hints.rows.length) hints.rows = longer(hints.rows, new Int32Array(2 * hints.rows.length));
      hints.rows[hint] = found.index + 1;
    }
    return found.index;
  }

  private is(row: number, columns: SectionData['columns'], i: number, stream: Stream): boolean {
    const {keys} = this;
    const {place, rate} = this.rows.columns;
    const at = row * WORDS;
    const side = columns[SIDE]![i]!;
    return (
      place[row]! >= 0 &&
      keys[at] === ownerOf(stream, side) &&
      keys[at + 1] === columns[CLASS]![i] &&
      keys[at + 2] === columns[INDEX]![i] &&
      keys[at + 3] === columns[PORT]![i] &&
      keys[at + 4] === side &&
      rate[row] === columns[RATE]![i]
    );
  }

  private note(row: number, columns: SectionData['columns'], i: number, stream: Stream): void {
    const at = row * WORDS;
    while (at >= this.keys.length) this.keys = longer(this.keys, new Uint32Array(2 * this.keys.length));
    const side = columns[SIDE]![i]!;
    this.keys[at] = ownerOf(stream, side);
    this.keys[at + 1] = columns[CLASS]![i]!;
    this.keys[at + 2] = columns[INDEX]![i]!;
    this.keys[at + 3] = columns[PORT]![i]!;
    this.keys[at + 4] = side;
  }

  private make(columns: SectionData['columns'], i: number, stream: Stream): Row | undefined {
    const [sourceClass, sourceIndex] = [columns[CLASS]![i]!, columns[INDEX]![i]!];
    const [rate, side, bin] = [columns[RATE]![i]!, columns[SIDE]![i]!, columns[BIN]![i]!];
    const port = this.ports.intern(stream.agent, columns[PORT]![i]!);
    if (!port) return undefined;
    const weigher = () => this.corrections.weigher(stream, sourceClass, sourceIndex, rate, side >>> 1, bin);
    const hold = (index: number) => this.rings.hold(index, this.newestBin());
    return this.rows.intern(port, sourceClass, sourceIndex, rate, side, stream, bin, weigher, hold);
  }
}

/** Samples of a port are those of a stream; what is derived is of all streams of an agent. */
const ownerOf = ({number, agent}: Stream, side: number): number =>
  side >>> 1 === Basis.Derived ? agent.index : number;
