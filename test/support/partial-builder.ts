/** Builds Partials row by row, as an ingest thread would send them, and passes them through the codec. */
import {decodePartial, encodePartial, type Partial, type SectionData} from '../../src/account/codec.ts';
import {GAUGE_METRICS} from '../../src/account/gauge-metrics.ts';
import {bucketOf} from '../../src/account/log-buckets.ts';
import {TICK_BASE, TICKS_PER_WORD} from '../../src/account/measures.ts';
import {
  AGENTS,
  Basis,
  BINS,
  COUNTERS,
  COUNTS_SECTION,
  Direction,
  DROP_SOURCES,
  DROPS,
  FLOWS,
  GAUGES,
  makeColumns,
  NAMES,
  OPERATIONS,
  QUEUE_FLOWS,
  QUEUES,
  type SectionSchema,
  SOURCES,
  TEXT_BYTES,
  TICKS,
} from '../../src/account/schema.ts';

/** A bin in 2023 on the edge of a second, so that tests read `T + 3` and not thirteen digits. */
export const T = 17_000_000_000;

/** `side` of rows and flows. */
export const IN = Direction.In | (Basis.Measured << 1);
export const OUT = Direction.Out | (Basis.Measured << 1);
export const IN_DERIVED = Direction.In | (Basis.Derived << 1);
export const OUT_DERIVED = Direction.Out | (Basis.Derived << 1);

/** Samples of one row in one bin, given by their lengths. */
export interface SampleRow {
  bin: number;
  agent?: string;
  subAgent?: number;
  port?: number;
  side?: number;
  rate?: number;
  /** ifIndex of the data source; the port itself unless said otherwise. */
  source?: number;
  /** Lengths of RoCEv2 samples. */
  roce?: readonly number[];
  /** Lengths of other samples. */
  other?: readonly number[];
  ce?: number;
  cnp?: number;
  trimmed?: number;
  /** RoCEv2 samples by 10 ms of the bin. */
  ticks?: readonly number[];
}

export interface FlowSamples {
  agent?: string;
  port?: number;
  rate?: number;
  side?: number;
  source: string;
  destination: string;
  destQp?: number;
  dscp?: number;
  lengths: readonly number[];
  operations?: number;
  ce?: number;
  cnp?: number;
  ttl?: number;
  /** ifIndex of the port that it left by. */
  output?: number;
  /** PSN, plus 1, of its last sample of a SEND or WRITE, and how many of its samples are of these. */
  lastPsn?: number;
  followed?: number;
}

/** Packets of one kind that came in on a port. */
export interface OperationRow {
  agent?: string;
  port?: number;
  rate?: number;
  side?: number;
  kind: number;
  lengths: readonly number[];
  /** Lengths that RETHs tell. */
  reths?: readonly number[];
  /** Messages that ACKs have room for. */
  credits?: readonly number[];
  rnr?: number;
  nakSequence?: number;
  nakInvalid?: number;
  nakReserved?: number;
}

export interface CounterRow {
  agent?: string;
  port?: number;
  time?: number;
  speed?: number;
  elapsedMs?: number;
  inOctets?: number;
  outOctets?: number;
  inDiscards?: number;
  inErrors?: number;
  outDiscards?: number;
  outErrors?: number;
}

/** Drop notifications of one kind of packet; without addresses where none are given. */
export interface DropRow {
  agent?: string;
  input?: number;
  output?: number;
  reason?: number;
  source?: string;
  destination?: string;
  /** Of RoCEv2; other packets have none. */
  destQp?: number;
  frames?: number;
  bytes?: number;
  lastSeen?: number;
}

/** Sampled packets that found one value in a queue. */
export interface QueueRow {
  agent?: string;
  port?: number;
  /** All ones where samples do not tell. */
  queue?: number;
  rate?: number;
  /** Bytes or nanoseconds, one of them. */
  depth?: number;
  delay?: number;
  samples?: number;
}

/** A value of a counter record; of a counter what it grew by, in `elapsedMs`. */
export interface GaugeRow {
  agent?: string;
  sourceClass?: number;
  source?: number;
  metric: string;
  lane?: number;
  time?: number;
  value: number;
  elapsedMs?: number;
}

export interface QueueFlowRow {
  agent?: string;
  port?: number;
  queue?: number;
  source: string;
  destination: string;
  destQp?: number;
  samples?: number;
  depths: number;
}

/** What a data source has told since it did last. */
export interface SourceRow {
  agent?: string;
  subAgent?: number;
  sourceClass?: number;
  source?: number;
  rate?: number;
  samples: number;
  spanned?: number;
  missing?: number;
  poolDelta?: number;
  agentDrops?: number;
  pool?: number;
  lastSeen?: number;
}

/** When an agent was heard; agents that rows name are heard in the last bin before the watermark. */
export interface Hearing {
  agent: string;
  subAgent?: number;
  /** Epoch ms. */
  at: number;
  received?: number;
  missing?: number;
  restarts?: number;
  longestGapMs?: number;
  flowSamples?: number;
  missingFlowSamples?: number;
  agentDrops?: number;
  uncertainMs?: number;
}

export interface Content {
  rows?: readonly SampleRow[];
  flows?: readonly FlowSamples[];
  counters?: readonly CounterRow[];
  names?: readonly {agent?: string; port: number; name: string}[];
  counts?: readonly [count: number, value: number][];
  heard?: readonly Hearing[];
  sources?: readonly SourceRow[];
  drops?: readonly DropRow[];
  /** What an agent held back of its notifications, and what is missing of them. */
  dropSources?: readonly {agent?: string; notifications: number; suppressed?: number; missing?: number}[];
  queues?: readonly QueueRow[];
  queueFlows?: readonly QueueFlowRow[];
  gauges?: readonly GaugeRow[];
  /** RoCEv2 samples by tick of 10 ms. */
  ticks?: readonly [tick: number, samples: number][];
  operations?: readonly OperationRow[];
  /** Epoch ms; the watermark's start unless said otherwise. */
  time?: number;
  /** Whether flows are sent though there are none, as once a second. */
  isSecond?: boolean;
}

export const AGENT = '10.0.0.1';

/** Four words of a dotted IPv4 address, IPv4-mapped. */
export function words(address: string): [number, number, number, number] {
  const [a, b, c, d] = address.split('.').map(Number) as [number, number, number, number];
  return [0, 0, 0xffff, ((a << 24) | (b << 16) | (c << 8) | d) >>> 0];
}

const sum = (lengths: readonly number[]) => lengths.reduce((total, length) => total + length, 0);
const squares = (lengths: readonly number[]) => lengths.reduce((total, length) => total + length * length, 0);

/** One producer: numbers its Partials. */
export class PartialBuilder {
  sequence = 0;
  readonly producer: number;
  readonly epoch: number;

  constructor(producer = 0, epoch = 1) {
    this.producer = producer;
    this.epoch = epoch;
  }

  /** The next Partial: all bins before `watermark` are in. */
  next(watermark: number, content: Content = {}): Partial {
    return this.numbered(this.sequence++, watermark, content);
  }

  numbered(sequence: number, watermark: number, content: Content = {}): Partial {
    const {rows = [], flows = [], counters = [], names = [], counts = []} = content;
    const agents = new Agents(content.heard ?? [], watermark * 100 - 1);
    const sections: SectionData[] = [];
    const bins = section(BINS, rows, (row) => binRow(row, agents.of(row.agent, row.subAgent, (row.bin + 1) * 100 - 1)));
    const flowRows = section(FLOWS, flows, (flow) => flowRow(flow, agents.of(flow.agent)));
    const counterRows = section(COUNTERS, counters, (row) => counterRow(row, agents.of(row.agent)));
    const nameRows = section(NAMES, names, ({agent, port}) => ({agent: agents.of(agent), port}));
    const sourceRows = section(SOURCES, content.sources ?? [], (row) =>
      sourceRow(row, agents.of(row.agent, row.subAgent)),
    );
    const dropRows = section(DROPS, content.drops ?? [], (row) => dropRow(row, agents.of(row.agent), watermark * 100));
    const dropSourceRows = section(DROP_SOURCES, content.dropSources ?? [], ({agent, ...sums}) => ({
      ...{agent: agents.of(agent), sourceIndex: 1, ...sums},
    }));
    const operationRows = section(OPERATIONS, content.operations ?? [], (row) =>
      operationRow(row, agents.of(row.agent)),
    );
    const queueRows = section(QUEUES, content.queues ?? [], (row) => queueRow(row, agents.of(row.agent)));
    const queueFlowRows = section(QUEUE_FLOWS, content.queueFlows ?? [], (row) =>
      queueFlowRow(row, agents.of(row.agent)),
    );
    const gaugeRows = section(GAUGES, content.gauges ?? [], (row) =>
      gaugeRow(row, agents.of(row.agent), watermark * 100),
    );
    names.forEach(({name}, i) => {
      new TextEncoder().encodeInto(
        name,
        (nameRows.columns[2] as Uint8Array).subarray(i * TEXT_BYTES, (i + 1) * TEXT_BYTES),
      );
    });
    sections.push(
      section(AGENTS, agents.rows, (row) => row),
      bins,
    );
    if (flows.length > 0 || content.isSecond) sections.push(flowRows);
    if (counters.length > 0) sections.push(counterRows);
    if (names.length > 0) sections.push(nameRows);
    if (content.operations) sections.push(operationRows);
    if (sourceRows.rows > 0) sections.push(sourceRows);
    if (dropRows.rows > 0) sections.push(dropRows);
    if (dropSourceRows.rows > 0) sections.push(dropSourceRows);
    if (queueRows.rows > 0) sections.push(queueRows);
    if (queueFlowRows.rows > 0) sections.push(queueFlowRows);
    if (gaugeRows.rows > 0) sections.push(gaugeRows);
    if (content.ticks) sections.push(section(TICKS, content.ticks, ([tick, samples]) => ({tick, samples})));
    sections.push(section(COUNTS_SECTION, counts, ([count, value]) => ({count, value})));
    const {producer, epoch} = this;
    const time = content.time ?? watermark * 100;
    return decodePartial(encodePartial({producer, epoch, sequence, watermark, time, sections}));
  }
}

/** The agents section of one Partial: one row a sub-agent, named by position. */
class Agents {
  readonly rows: Record<string, number>[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly latest: number;

  constructor(heard: readonly Hearing[], latest: number) {
    this.latest = latest;
    for (const {agent, subAgent = 0, at, received = 1, ...sums} of heard) {
      this.numbers.set(nameOf(agent, subAgent), this.rows.length);
      this.rows.push({...address('address', agent), subAgent, received, ...sums, lastArrival: at});
    }
  }

  /** The agent's number; one that nothing was said of was heard `at`, at the latest when the Partial was sent. */
  of(agent = AGENT, subAgent = 0, at = this.latest): number {
    const name = nameOf(agent, subAgent);
    const known = this.numbers.get(name);
    const row = known === undefined ? undefined : this.rows[known]!;
    if (row?.['implied']) row['lastArrival'] = Math.max(row['lastArrival']!, Math.min(at, this.latest));
    if (known !== undefined) return known;
    this.numbers.set(name, this.rows.length);
    const lastArrival = Math.min(at, this.latest);
    this.rows.push({...address('address', agent), subAgent, received: 1, lastArrival, implied: 1});
    return this.rows.length - 1;
  }
}

const nameOf = (agent: string, subAgent: number) => `${agent}/${subAgent}`;

const address = (name: string, text: string) =>
  Object.fromEntries(words(text).map((word, i) => [`${name}${i}`, word] as const));

function binRow(row: SampleRow, agent: number): Record<string, number> {
  const {
    bin,
    port = 1,
    side = IN,
    rate = 1_000,
    source = port,
    roce = [],
    other = [],
    ce = 0,
    cnp = 0,
    ticks = [],
  } = row;
  const all = [...roce, ...other];
  return {
    bin,
    agent,
    sourceClass: 0,
    sourceIndex: source,
    rate,
    port,
    side,
    row: 0xffffffff, // no hint: found by its key
    sampledFrames: all.length,
    sampledBytes: sum(all),
    sampledSquares: squares(all),
    sampledLargest: Math.max(0, ...all),
    sampledRoceFrames: roce.length,
    sampledRoceBytes: sum(roce),
    sampledRoceSquares: squares(roce),
    sampledRoceLargest: Math.max(0, ...roce),
    sampledCeFrames: ce,
    sampledCnpFrames: cnp,
    sampledTrimmedFrames: row.trimmed ?? 0,
    sampledRoceTicks0: packTicks(ticks.slice(0, TICKS_PER_WORD)),
    sampledRoceTicks1: packTicks(ticks.slice(TICKS_PER_WORD)),
  };
}

const packTicks = (counts: readonly number[]) => counts.reduceRight((packed, count) => packed * TICK_BASE + count, 0);

function flowRow(flow: FlowSamples, agent: number): Record<string, number> {
  const {port = 1, rate = 1_000, side = IN, destQp = 17, dscp = 26, operations = 0, ce = 0, cnp = 0, ttl = 64} = flow;
  const {lengths, output = 0, lastPsn = 0, followed = 0} = flow;
  return {
    ...{agent, port, rate, side, destQp, dscp, operations, ce, cnp, ttl, output, lastPsn, followed},
    ...address('source', flow.source),
    ...address('destination', flow.destination),
    frames: lengths.length,
    bytes: sum(lengths),
    squares: squares(lengths),
    largest: Math.max(0, ...lengths),
    lastSeen: 0,
  };
}

function operationRow(row: OperationRow, agent: number): Record<string, number> {
  const {port = 1, rate = 1_000, side = IN, kind, lengths, reths = [], credits = []} = row;
  const {rnr = 0, nakSequence = 0, nakInvalid = 0, nakReserved = 0} = row;
  return {
    ...{agent, port, rate, side, kind, rnr, nakSequence, nakInvalid, nakReserved},
    ...{frames: lengths.length, bytes: sum(lengths), squares: squares(lengths), largest: Math.max(0, ...lengths)},
    ...{rdmaFrames: reths.length, rdmaBytes: sum(reths), rdmaSquares: squares(reths)},
    ...{creditFrames: credits.length, credits: sum(credits)},
    ...{leastCredits: Math.min(Number.POSITIVE_INFINITY, ...credits), mostCredits: Math.max(0, ...credits)},
  };
}

function sourceRow(row: SourceRow, agent: number): Record<string, number> {
  const {sourceClass = 0, source = 1, rate = 1_000, samples, spanned = samples, missing = 0} = row;
  const {poolDelta = 0, agentDrops = 0, pool = 0, lastSeen = 0} = row;
  const sums = {samples, spanned, missing, poolDelta, agentDrops, baselines: 0};
  return {agent, sourceClass, sourceIndex: source, rate, ...sums, pool, lastSeen};
}

function dropRow(row: DropRow, agent: number, now: number): Record<string, number> {
  const {input = 1, output = 0, reason = 259, source, destination, destQp, frames = 1, bytes = 1_000 * frames} = row;
  return {
    ...{agent, input, output, reason, frames, bytes},
    ...(source === undefined ? {} : address('source', source)),
    ...(destination === undefined ? {} : address('destination', destination)),
    ...{destQp: destQp ?? 0, isRoce: destQp === undefined ? 0 : 1, lastSeen: row.lastSeen ?? now},
  };
}

function queueRow(row: QueueRow, agent: number): Record<string, number> {
  const {port = 1, queue = 0, rate = 1_000, samples = 1, depth, delay = 0} = row;
  const largest = depth ?? delay;
  return {
    ...{agent, port, queue, rate, samples, largest},
    kind: depth === undefined ? 1 : 0,
    bucket: bucketOf(largest),
  };
}

function queueFlowRow(row: QueueFlowRow, agent: number): Record<string, number> {
  const {port = 1, queue = 0, destQp, samples = 1, depths} = row;
  return {
    ...{agent, port, queue, samples, depths, destQp: destQp ?? 0, isRoce: destQp === undefined ? 0 : 1},
    ...address('source', row.source),
    ...address('destination', row.destination),
  };
}

function gaugeRow(row: GaugeRow, agent: number, now: number): Record<string, number> {
  const {sourceClass = 0, source = 1, lane = 0, time = now, value, elapsedMs = 1_000} = row;
  const metric = GAUGE_METRICS.findIndex(({id}) => id === row.metric);
  const isCounter = GAUGE_METRICS[metric]!.kind === 'counter';
  const told = isCounter ? {delta: value, elapsedMs} : {value};
  return {agent, sourceClass, sourceIndex: source, metric, lane, time, ...told};
}

function counterRow(row: CounterRow, agent: number): Record<string, number> {
  const unknown = Number.NaN;
  const {port = 1, time = 0, speed = 100e9, elapsedMs = 0} = row;
  const {inOctets = unknown, outOctets = unknown, inDiscards = unknown} = row;
  const {inErrors = unknown, outDiscards = unknown, outErrors = unknown} = row;
  return {
    ...{agent, port, time, speed, elapsedMs, inOctets, ifType: 6, status: 3},
    ...{inPackets: unknown, inDiscards, inErrors, outOctets, outPackets: unknown},
    ...{outDiscards, outErrors, fcsErrors: unknown, symbolErrors: unknown},
  };
}

function section<T>(
  schema: SectionSchema,
  rows: readonly T[],
  values: (row: T) => Record<string, number>,
): SectionData {
  const columns = makeColumns(schema, rows.length);
  rows.forEach((row, i) => {
    const given = values(row);
    schema.columns.forEach(({name, type}, index) => {
      if (type !== 'text') columns[index]![i] = given[name] ?? 0;
    });
  });
  return {schema, rows: rows.length, columns};
}
