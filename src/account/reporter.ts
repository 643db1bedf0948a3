import type {Accountant} from './accountant.ts';
import {AgentRows} from './agent-rows.ts';
import {CELL_TICKS, CELL_TRIMMED, CELL_WORDS, CellWord, TICKS_OF_WORD} from './cells.ts';
import {encodePartial, type SectionData} from './codec.ts';
import {FLOW_SUMS, FlowKey} from './flow-table.ts';
import {HostKey, HostWord} from './hosts.ts';
import {COUNTS} from './ledger.ts';
import {Measure, TICK_BASE, TICKS_PER_WORD} from './measures.ts';
import {OPERATION_SUMS, OperationKey, OperationSum} from './operation-table.ts';
import {RowKey} from './rows.ts';
import {
  BINS,
  COUNTERS,
  COUNTS_SECTION,
  type ColumnArray,
  columnIndexes,
  DROP_SOURCES,
  DROPS,
  FLOWS,
  GAUGES,
  HOSTS,
  makeColumns,
  NAMES,
  OPERATIONS,
  QUEUE_FLOWS,
  QUEUES,
  SOURCES,
  TICKS,
} from './schema.ts';
import {tableSection} from './table-section.ts';

/** Flows, hosts and data sources are sent with the last bin of a second, all else with every Partial. */
const BINS_PER_SECOND = 10;
/** The share of a table of flows that is sent before the second is over. */
const CROWDED = 0.25;

/** Where encoded Partials go. */
export type PartialSink = (encoded: ArrayBuffer) => void;

const binColumn = columnIndexes(BINS);
const flowColumn = columnIndexes(FLOWS);
const operationColumn = columnIndexes(OPERATIONS);

/**
 * Takes what the accountant has gathered and sends it as Partials, in order and numbered. Runs a few times a bin, so
 * it may allocate.
 */
export class Reporter {
  private readonly accountant: Accountant;
  private readonly sink: PartialSink;
  private readonly producer: number;
  private readonly epoch: number;
  private readonly agents: AgentRows;
  private readonly countsSent = new Float64Array(COUNTS);
  // Made once, and as large as they may become: memory that nothing was written to is not taken.
  private readonly binColumns: ColumnArray[];
  private readonly flowColumns: ColumnArray[];
  private readonly hostColumns: ColumnArray[];
  private readonly operationColumns: ColumnArray[];
  private readonly countColumns = makeColumns(COUNTS_SECTION, COUNTS);
  private readonly tickColumns: ColumnArray[];
  private sequence = 0;
  private second = Number.NEGATIVE_INFINITY;
  private watermark = 0;
  private time = 0;

  /** `producer` names collector and thread; `epoch` is drawn at random at each start. */
  constructor(accountant: Accountant, sink: PartialSink, producer: number, epoch: number) {
    this.accountant = accountant;
    this.sink = sink;
    this.producer = producer;
    this.epoch = epoch;
    const {limits} = accountant;
    this.agents = new AgentRows(accountant);
    this.binColumns = makeColumns(BINS, limits.cells);
    this.flowColumns = makeColumns(FLOWS, limits.flows);
    this.hostColumns = makeColumns(HOSTS, accountant.hosts.table.capacity);
    this.operationColumns = makeColumns(OPERATIONS, limits.operations);
    this.tickColumns = makeColumns(TICKS, accountant.ticks.capacity);
    accountant.onFull = () => this.flush();
  }

  /** Every sample of bins before `bin` has been given to the accountant: send them. The last Partial takes all. */
  close(bin: number, now: number, isLast = false): void {
    this.watermark = bin;
    this.time = now;
    const second = Math.floor(bin / BINS_PER_SECOND);
    const isSecond = isLast || second !== this.second;
    this.second = second;
    this.send(bin, now, isSecond, isSecond || this.isCrowded);
  }

  /** Flows of a large fabric fill their tables several times a second: then each bin sends its own, and none takes all. */
  private get isCrowded(): boolean {
    const {flows, hosts, operations, limits} = this.accountant;
    const isIn = (size: number, capacity: number) => size > CROWDED * capacity;
    return (
      isIn(flows.size, limits.flows) ||
      isIn(operations.size, limits.operations) ||
      isIn(hosts.size, hosts.table.capacity)
    );
  }

  /** Sends all that is gathered, in the middle of a bin. */
  flush(): void {
    this.send(this.watermark, this.time, true, true);
  }

  /** A stream has come from another thread, which has told of all that its counts hold. */
  adopt(stream: number): void {
    this.agents.adopt(stream);
  }

  private send(watermark: number, now: number, isSecond: boolean, withFlows: boolean): void {
    const {accountant} = this;
    const sections: SectionData[] = [this.agents.take(), this.bins()];
    const ticks = this.ticks();
    if (ticks.rows > 0) sections.push(ticks);
    if (withFlows) sections.push(this.flows(), this.hosts(), this.operations());
    if (isSecond) sections.push(this.sources());
    if (isSecond && accountant.drops.size > 0) this.addDrops(sections);
    const {queues} = accountant;
    if (isSecond && queues.size > 0) {
      sections.push(tableSection(QUEUES, queues.cells), tableSection(QUEUE_FLOWS, queues.flows));
    }
    const {counters, gauges, names} = accountant;
    if (counters.size > 0) sections.push({schema: COUNTERS, rows: counters.size, columns: counters.columns});
    if (gauges.size > 0) sections.push({schema: GAUGES, rows: gauges.size, columns: gauges.columns});
    if (names.size > 0) {
      sections.push({schema: NAMES, rows: names.size, columns: [names.stream, names.port, names.text]});
    }
    sections.push(this.counts());
    this.sink(
      encodePartial({
        producer: this.producer,
        epoch: this.epoch,
        sequence: this.sequence++,
        watermark,
        time: now,
        sections,
      }),
    );
    accountant.cells.clear();
    counters.clear();
    gauges.clear();
    names.clear();
    if (withFlows) {
      accountant.flows.clear();
      accountant.hosts.clear();
      accountant.operations.clear();
    }
    if (!isSecond) return;
    accountant.sources.clear();
    accountant.drops.clear();
    queues.clear();
  }

  private bins(): SectionData {
    const {cells, rows} = this.accountant;
    const {words, size} = cells;
    const columns = this.binColumns;
    const bins = columns[binColumn['bin']!]!;
    const numbers = columns[binColumn['row']!]!;
    const first = binColumn['agent']!;
    const measures = binColumn['row']! + 1;
    for (let cell = 0; cell < size; cell++) {
      const at = cell * CELL_WORDS;
      const row = words[at + CellWord.Row]!;
      bins[cell] = words[at + CellWord.Bin]!;
      numbers[cell] = row;
      columns[first]![cell] = rows.word(row, RowKey.Stream);
      columns[first + 1]![cell] = rows.word(row, RowKey.SourceClass);
      columns[first + 2]![cell] = rows.word(row, RowKey.SourceIndex);
      columns[first + 3]![cell] = rows.word(row, RowKey.Rate);
      columns[first + 4]![cell] = rows.word(row, RowKey.Port);
      columns[first + 5]![cell] = rows.word(row, RowKey.Side);
    }
    // Column by column, so that each loop sees arrays of one type.
    for (let measure = 0; measure < Measure.RoceTicks0; measure++) {
      const from = CellWord.Measures + measure;
      const column = columns[measures + measure]!;
      for (let cell = 0; cell < size; cell++) column[cell] = words[cell * CELL_WORDS + from]!;
    }
    this.binTicks(columns[measures + Measure.RoceTicks0]!, 0);
    this.binTicks(columns[measures + Measure.RoceTicks1]!, CELL_TICKS - TICKS_PER_WORD);
    this.binTrimmed(columns[measures + Measure.TrimmedFrames]!);
    return {schema: BINS, rows: size, columns};
  }

  /** Packs the counts by tick of each cell, `TICKS_PER_WORD` from `first` on. */
  private binTicks(column: ColumnArray, first: number): void {
    const {ticks, size} = this.accountant.cells;
    for (let cell = 0; cell < size; cell++) {
      const from = (cell * CELL_WORDS + CellWord.Ticks) * TICKS_OF_WORD + first;
      let packed = 0;
      for (let tick = from + TICKS_PER_WORD - 1; tick >= from; tick--) packed = packed * TICK_BASE + ticks[tick]!;
      column[cell] = packed;
    }
  }

  private binTrimmed(column: ColumnArray): void {
    const {ticks, size} = this.accountant.cells;
    const first = CellWord.Ticks * TICKS_OF_WORD + CELL_TRIMMED;
    for (let cell = 0; cell < size; cell++) column[cell] = ticks[cell * CELL_WORDS * TICKS_OF_WORD + first]!;
  }

  private flows(): SectionData {
    const {flows, rows} = this.accountant;
    const columns = this.flowColumns;
    const {table} = flows;
    const {words, doubles} = table;
    const size = flows.size;
    const sources = flowColumn['source0']!;
    for (let flow = 0; flow < size; flow++) {
      const row = table.word(flow, FlowKey.Row);
      columns[flowColumn['agent']!]![flow] = rows.word(row, RowKey.Stream);
      columns[flowColumn['port']!]![flow] = rows.word(row, RowKey.Port);
      columns[flowColumn['rate']!]![flow] = rows.word(row, RowKey.Rate);
      columns[flowColumn['side']!]![flow] = rows.word(row, RowKey.Side);
      for (let word = FlowKey.Source; word < words; word++) columns[sources + word - 1]![flow] = table.word(flow, word);
    }
    const first = flowColumn['frames']!;
    for (let sum = 0; sum < FLOW_SUMS; sum++) {
      const column = columns[first + sum]!;
      for (let flow = 0; flow < size; flow++) column[flow] = doubles[flows.sumsAt(flow) + sum]!;
    }
    return {schema: FLOWS, rows: size, columns};
  }

  private hosts(): SectionData {
    const {hosts} = this.accountant;
    const {table} = hosts;
    const {words} = table;
    const columns = this.hostColumns;
    for (let host = 0; host < hosts.size; host++) {
      for (let word = HostKey.Stream; word < words; word++) columns[word]![host] = table.word(host, word);
    }
    for (let host = 0; host < hosts.size; host++) {
      const at = table.at(host) + table.payloadAt;
      columns[words]![host] = table.records[at + HostWord.Frames]!;
      columns[words + 1]![host] = table.records[at + HostWord.Ttl]!;
    }
    return {schema: HOSTS, rows: hosts.size, columns};
  }

  private operations(): SectionData {
    const {operations, rows} = this.accountant;
    const {table, size} = operations;
    const columns = this.operationColumns;
    const at = (name: string) => columns[operationColumn[name]!]!;
    for (let index = 0; index < size; index++) {
      const row = table.word(index, OperationKey.Row);
      at('agent')[index] = rows.word(row, RowKey.Stream);
      at('port')[index] = rows.word(row, RowKey.Port);
      at('rate')[index] = rows.word(row, RowKey.Rate);
      at('side')[index] = rows.word(row, RowKey.Side);
      at('kind')[index] = table.word(index, OperationKey.Kind);
      const sums = operations.sumsAt(index);
      for (let sum = 0; sum < OPERATION_SUMS; sum++) {
        columns[operationColumn['frames']! + sum]![index] = table.doubles[sums + sum]!;
      }
      if (table.doubles[sums + OperationSum.CreditFrames] === 0) at('leastCredits')[index] = Number.POSITIVE_INFINITY;
    }
    return {schema: OPERATIONS, rows: size, columns};
  }

  private sources(): SectionData {
    const {sources} = this.accountant;
    sources.collect();
    return {schema: SOURCES, rows: sources.size, columns: sources.columns};
  }

  private addDrops(sections: SectionData[]): void {
    const {drops, dropSources} = this.accountant;
    dropSources.collect();
    sections.push(tableSection(DROPS, drops.table));
    sections.push({schema: DROP_SOURCES, rows: dropSources.size, columns: dropSources.columns});
  }

  private ticks(): SectionData {
    const {ticks} = this.accountant;
    const columns = this.tickColumns;
    const rows = ticks.take(columns[0] as Float64Array, columns[1] as Uint32Array);
    return {schema: TICKS, rows, columns};
  }

  private counts(): SectionData {
    const {counts} = this.accountant;
    const columns = this.countColumns;
    let rows = 0;
    for (let count = 0; count < COUNTS; count++) {
      const added = counts[count]! - this.countsSent[count]!;
      if (added === 0) continue;
      columns[0]![rows] = count;
      columns[1]![rows++] = added;
      this.countsSent[count] = counts[count]!;
    }
    return {schema: COUNTS_SECTION, rows, columns};
  }
}
