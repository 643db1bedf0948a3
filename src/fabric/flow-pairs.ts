import type {SectionData} from '../account/codec.ts';
import {Direction} from '../account/schema.ts';
import {FlowColumn} from './flow-columns.ts';
import type {FlowRecords} from './flow-records.ts';
import type {FlowRows, FlowWays} from './flow-ways.ts';
import type {PairLog, PairRow} from './pair-log.ts';
import type {Ports} from './ports.ts';

const {Key} = FlowColumn;
const DESTINATION = Key + 4;

/** Tells of what hosts send each other, from rows of flows. */
export class PairTeller {
  private readonly pairs: PairLog;
  private readonly ports: Ports;
  private readonly rows: FlowRows;
  private readonly ways: FlowWays;
  private readonly records: FlowRecords;
  /** What the log is told, filled anew for each row. */
  private row: PairRow | undefined;

  constructor(pairs: PairLog, ports: Ports, rows: FlowRows, ways: FlowWays, records: FlowRecords) {
    this.pairs = pairs;
    this.ports = ports;
    this.rows = rows;
    this.ways = ways;
    this.records = records;
  }

  /** Takes row `i` of a flow, seen at a port and side, sent on by the port `output` (slots; -1: not known). */
  tell(
    columns: SectionData['columns'],
    i: number,
    flow: number,
    slot: number,
    side: number,
    output: number,
    weight: number,
    time: number,
  ): void {
    const counts = this.ways.countsAt(slot, side);
    const leaves = this.ways.leaves(slot, side, output);
    if (!counts && !leaves) return;
    const {records, pairs} = this;
    if (!records.isOf(flow, pairs.epoch)) {
      records.setHosts(flow, this.hostAt(columns, Key, i), this.hostAt(columns, DESTINATION, i), pairs.epoch);
    }
    const port = this.ports.at(slot)!;
    this.row ??= {...EMPTY, port};
    const {row} = this;
    row.source = records.source(flow);
    row.destination = records.destination(flow);
    row.destQp = columns[FlowColumn.DestQp]![i]!;
    row.port = port;
    row.role = this.rows.role(slot);
    row.isIn = (side & 1) === Direction.In;
    row.ttl = columns[FlowColumn.Ttl]![i]!;
    row.counts = counts;
    row.leaves = leaves;
    row.goesOn = !leaves && output >= 0 && this.rows.role(output) === 'core';
    row.samples = columns[FlowColumn.Frames]![i]!;
    row.bytes = columns[FlowColumn.Bytes]![i]!;
    row.squares = columns[FlowColumn.Squares]![i]!;
    row.largest = columns[FlowColumn.Largest]![i]!;
    row.ce = columns[FlowColumn.Ce]![i]!;
    row.cnp = columns[FlowColumn.Cnp]![i]!;
    row.weight = weight;
    row.time = time;
    row.slotsLow = columns[FlowColumn.SlotsLow]![i]!;
    row.slotsHigh = columns[FlowColumn.SlotsHigh]![i]!;
    pairs.add(Math.floor(time / 1_000), row);
  }

  /** The number of the host whose address begins at a column. */
  private hostAt(columns: SectionData['columns'], at: number, i: number): number {
    return this.pairs.host(columns[at]![i]!, columns[at + 1]![i]!, columns[at + 2]![i]!, columns[at + 3]![i]!);
  }
}

const EMPTY: Omit<PairRow, 'port'> = {
  ...{source: 0, destination: 0, destQp: 0, role: 'unknown', isIn: false, ttl: 0},
  ...{counts: false, leaves: false, goesOn: false, samples: 0, bytes: 0, squares: 0, largest: 0},
  ...{ce: 0, cnp: 0, weight: 0, time: 0, slotsLow: 0, slotsHigh: 0},
};
