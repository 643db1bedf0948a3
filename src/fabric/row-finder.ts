import type {SectionData} from '../account/codec.ts';
import {BINS, columnIndexes} from '../account/schema.ts';
import type {SubAgent} from './agents.ts';
import type {Corrections} from './corrections/correction.ts';
import type {Rings} from './history/rings.ts';
import type {Ports} from './ports.ts';
import type {Row, Rows} from './rows.ts';

const column = columnIndexes(BINS);
const BIN = column['bin']!;
const AGENT = column['agent']!;
const CLASS = column['sourceClass']!;
const INDEX = column['sourceIndex']!;
const RATE = column['rate']!;
const PORT = column['port']!;
const SIDE = column['side']!;
const HINT = column['row']!;

/** Finds our rows of a Partial's rows: by the producer's own numbers where they are known, else by their keys. */
export class RowFinder {
  private readonly ports: Ports;
  private readonly rows: Rows;
  private readonly rings: Rings;
  private readonly corrections: Corrections;
  private readonly newestBin: () => number;
  /** Per producer: its number of a row → ours, checked by key before use. */
  private readonly hints = new Map<number, (Row | undefined)[]>();

  /** `newestBin` is the newest one that the rings have room for. */
  constructor(ports: Ports, rows: Rows, rings: Rings, corrections: Corrections, newestBin: () => number) {
    this.ports = ports;
    this.rows = rows;
    this.rings = rings;
    this.corrections = corrections;
    this.newestBin = newestBin;
  }

  /** Where a producer's rows are remembered. */
  hintsOf(producer: number): (Row | undefined)[] {
    let hints = this.hints.get(producer);
    if (!hints) {
      hints = [];
      this.hints.set(producer, hints);
    }
    return hints;
  }

  /** The row of entry `i`; undefined when there is no room for it. `subAgents` are those that the Partial names. */
  find(
    {columns}: SectionData,
    i: number,
    hints: (Row | undefined)[],
    subAgents: readonly (SubAgent | undefined)[],
  ): Row | undefined {
    const subAgent = subAgents[columns[AGENT]![i]!];
    if (!subAgent) return undefined;
    const {stream} = subAgent;
    const hint = columns[HINT]![i]!;
    const hinted = hints[hint];
    if (
      hinted !== undefined &&
      (hinted.stream === stream || (hinted.stream === undefined && hinted.port.agent === stream.agent)) &&
      hinted.sourceIndex === columns[INDEX]![i]! &&
      hinted.port.ifIndex === columns[PORT]![i]! &&
      hinted.rate === columns[RATE]![i]! &&
      (hinted.direction | (hinted.basis << 1)) === columns[SIDE]![i]! &&
      hinted.sourceClass === columns[CLASS]![i]! &&
      this.rows.all[hinted.index] === hinted
    ) {
      return hinted;
    }
    const row = this.make(columns, i, subAgent);
    hints[hint] = row;
    return row;
  }

  private make(columns: SectionData['columns'], i: number, {stream}: SubAgent): Row | undefined {
    const [sourceClass, sourceIndex] = [columns[CLASS]![i]!, columns[INDEX]![i]!];
    const [rate, side, bin] = [columns[RATE]![i]!, columns[SIDE]![i]!, columns[BIN]![i]!];
    const port = this.ports.intern(stream.agent, columns[PORT]![i]!);
    if (!port) return undefined;
    const weigher = () => this.corrections.weigher(stream, sourceClass, sourceIndex, rate, side >>> 1, bin);
    const hold = (index: number) => this.rings.hold(index, this.newestBin());
    return this.rows.intern(port, sourceClass, sourceIndex, rate, side, stream, bin, weigher, hold);
  }
}
