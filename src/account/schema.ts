import {type Fold, MEASURES} from './measures.ts';

/**
 * The sections of a Partial, column by column: this is the one place that says what a Partial holds. Columns are
 * typed arrays of equal length. `key` columns identify a row, the others say how they fold; `hint` columns help a
 * receiver to find its own row again and mean nothing else.
 */
export type ColumnType = 'u32' | 'f64' | 'text';
export type ColumnRole = 'key' | 'hint' | Fold;

export interface Column {
  name: string;
  type: ColumnType;
  role: ColumnRole;
}

export interface SectionSchema {
  id: number;
  version: number;
  name: string;
  columns: readonly Column[];
  /** More rows than this are refused by the decoder. */
  maxRows: number;
}

export type ColumnArray = Uint32Array | Float64Array | Uint8Array;

/** Bytes of a `text` cell: UTF-8, cut at a character, padded with zeros. */
export const TEXT_BYTES = 64;

export const BYTES_OF_TYPE: Readonly<Record<ColumnType, number>> = {u32: 4, f64: 8, text: TEXT_BYTES};

const columns = (role: ColumnRole, type: ColumnType, names: string): Column[] =>
  names.split(' ').map((name) => ({name, type, role}));

/** Direction and basis of a row, packed into its `side`: bit 0 direction, bits 1-2 basis. */
export const Direction = {In: 0, Out: 1} as const;
export const Basis = {
  /** The data source is the port itself. */
  Measured: 0,
  /** The data source is neither input nor output (a bridge, the whole device). */
  Observed: 1,
  /**
   * The other end of samples that were measured elsewhere; lacks flooded, multicast and CPU traffic. Its data source
   * is 0:0, the device: one row per (source, output) would be the square of the ports.
   */
  Derived: 2,
} as const;

/** One row per (agent, sub-agent) that was heard or is referred to; other sections name it by its row number. */
export const AGENTS: SectionSchema = {
  id: 1,
  version: 1,
  name: 'agents',
  maxRows: 100_000,
  columns: [
    ...columns('key', 'u32', 'address0 address1 address2 address3 subAgent'),
    ...columns('sum', 'f64', 'received missing duplicates late restarts flowSamples counterSamples'),
    // By the samples' own sequence numbers, over all data sources; late arrivals make them shrink again.
    ...columns('sum', 'f64', 'missingFlowSamples missingCounterSamples'),
    // What the agent itself says it could not sample (v5, flow_sample, drops).
    ...columns('sum', 'f64', 'agentDrops'),
    // Over all flow samples: the time that each may be off by, ms; how many had a time of their own (0:1043), and how
    // many of those could not be believed.
    ...columns('sum', 'f64', 'uncertainMs timestamped timestampsRefused'),
    ...columns('last', 'u32', 'uptimeMs'),
    ...columns('max', 'u32', 'largestDatagram'),
    ...columns('max', 'f64', 'longestGapMs lastArrival'),
  ],
};

/** (bin, data source, nominal rate, port, side) → unscaled sums; see `MEASURES`. */
export const BINS: SectionSchema = {
  id: 2,
  version: 3,
  name: 'bins',
  maxRows: 4_000_000,
  columns: [
    ...columns('key', 'f64', 'bin'),
    ...columns('key', 'u32', 'agent sourceClass sourceIndex rate port side'),
    ...columns('hint', 'u32', 'row'),
    ...MEASURES.map(({id, type, fold}): Column => ({name: id, type, role: fold})),
  ],
};

/** Once a second: RoCEv2 flows as seen on a port. */
export const FLOWS: SectionSchema = {
  id: 3,
  version: 4,
  name: 'flows',
  maxRows: 1_000_000,
  columns: [
    ...columns('key', 'u32', 'agent port rate side source0 source1 source2 source3'),
    ...columns('key', 'u32', 'destination0 destination1 destination2 destination3 destQp dscp'),
    ...columns('sum', 'u32', 'frames'),
    ...columns('sum', 'f64', 'bytes squares'),
    ...columns('max', 'u32', 'largest'),
    ...columns('sum', 'u32', 'operations ce cnp'),
    ...columns('max', 'u32', 'ttl'),
    ...columns('max', 'f64', 'lastSeen'),
    // ifIndex of the port that the last of the samples left by, of those of which one is known (dropped ones may have none);
    // 0 where there is none.
    ...columns('last', 'u32', 'output'),
    // PSN, plus 1, of the last sample of a SEND or WRITE, 0 where there is none; and how often one lay behind that of the
    // sample before it in the same Partial: its sender has gone back.
    ...columns('last', 'u32', 'lastPsn'),
    ...columns('sum', 'u32', 'backward'),
    // When its samples were taken, one bit for each 25 ms since the epoch modulo 64: the first 32 of them, the others.
    ...columns('or', 'u32', 'slotsLow slotsHigh'),
    // Samples of SENDs and WRITEs in order, and of READs: their requests take more numbers than packets.
    ...columns('sum', 'u32', 'followed reads'),
  ],
};

/** Interface counters since the port's last ones: differences, NaN where the agent does not keep the counter. */
export const COUNTERS: SectionSchema = {
  id: 4,
  version: 1,
  name: 'counters',
  maxRows: 1_000_000,
  columns: [
    ...columns('key', 'u32', 'agent port'),
    ...columns('last', 'f64', 'time speed'),
    ...columns('last', 'u32', 'ifType status'),
    ...columns(
      'sum',
      'f64',
      'elapsedMs inOctets inPackets inDiscards inErrors outOctets outPackets outDiscards outErrors',
    ),
    ...columns('sum', 'f64', 'fcsErrors symbolErrors'),
  ],
};

/** Names that ports were given on the wire (0:1005); port 0: the agent's own host name (0:2000). */
export const NAMES: SectionSchema = {
  id: 5,
  version: 1,
  name: 'names',
  maxRows: 1_000_000,
  columns: [...columns('key', 'u32', 'agent port'), ...columns('last', 'text', 'name')],
};

/**
 * Once a second: the data sources that sent flow samples, for their effective sampling rates. Deltas are within one
 * life of the source at one nominal rate: the first sample of each is the baseline and counts in `samples` alone.
 */
export const SOURCES: SectionSchema = {
  id: 7,
  version: 1,
  name: 'sources',
  maxRows: 1_000_000,
  columns: [
    ...columns('key', 'u32', 'agent sourceClass sourceIndex rate'),
    // Samples that arrived; those of them behind a baseline, which the three deltas span; missing by number; what the
    // pool grew by; what the agent's drops grew by; how often there was a new baseline (restart, another rate).
    ...columns('sum', 'f64', 'samples spanned missing poolDelta agentDrops baselines'),
    ...columns('last', 'u32', 'pool'),
    ...columns('max', 'f64', 'lastSeen'),
  ],
};

/**
 * Once a second: sources of IP traffic other than RoCEv2 as seen on a port, for the roles of ports. RoCEv2 sources
 * are those of the flows. Traffic between neighbours (routing, discovery, time) is left out.
 */
export const HOSTS: SectionSchema = {
  id: 8,
  version: 1,
  name: 'hosts',
  maxRows: 1_000_000,
  columns: [
    ...columns('key', 'u32', 'agent port side address0 address1 address2 address3'),
    ...columns('sum', 'u32', 'frames'),
    ...columns('max', 'u32', 'ttl'),
  ],
};

/** RoCEv2 samples by tick of 10 ms (epoch ms / 10), each sample once: for cycles that are faster than bins. */
export const TICKS: SectionSchema = {
  id: 9,
  version: 1,
  name: 'ticks',
  maxRows: 16_384,
  columns: [...columns('key', 'f64', 'tick'), ...columns('sum', 'u32', 'samples')],
};

/**
 * Once a second: packets that agents say they dropped, by drop notification (0:5). Unscaled for ever: no sample, and no
 * more than the agent's own limit let it tell.
 */
export const DROPS: SectionSchema = {
  id: 11,
  version: 1,
  name: 'drops',
  maxRows: 1_000_000,
  columns: [
    // Ports as ifIndex, 0 where the agent does not know; the output is known for drops on egress alone.
    ...columns('key', 'u32', 'agent input output reason source0 source1 source2 source3'),
    ...columns('key', 'u32', 'destination0 destination1 destination2 destination3 destQp isRoce'),
    ...columns('sum', 'f64', 'frames bytes'),
    ...columns('max', 'f64', 'lastSeen'),
  ],
};

/**
 * Once a second: the data sources that sent drop notifications; `suppressed` is what they say that they dropped and did
 * not tell of (drops, discarded_packet, drops), `missing` what their numbers lack.
 */
export const DROP_SOURCES: SectionSchema = {
  id: 12,
  version: 1,
  name: 'dropSources',
  maxRows: 1_000_000,
  columns: [
    ...columns('key', 'u32', 'agent sourceClass sourceIndex'),
    ...columns('sum', 'f64', 'notifications suppressed missing'),
  ],
};

/**
 * Once a second: packets of RoCEv2 and Ultra Ethernet that came in at a port, by kind (`UET_KINDS`). A RETH tells the
 * length of a whole RDMA operation; an AETH how many messages the responder has room for, or why it refuses one.
 */
export const OPERATIONS: SectionSchema = {
  id: 10,
  version: 1,
  name: 'operations',
  maxRows: 1_000_000,
  columns: [
    ...columns('key', 'u32', 'agent port rate side kind'),
    ...columns('sum', 'u32', 'frames'),
    ...columns('sum', 'f64', 'bytes squares'),
    ...columns('max', 'u32', 'largest'),
    ...columns('sum', 'u32', 'rdmaFrames'),
    ...columns('sum', 'f64', 'rdmaBytes rdmaSquares'),
    // Counts of messages, decoded from the code; infinity as the least of none.
    ...columns('sum', 'u32', 'creditFrames'),
    ...columns('sum', 'f64', 'credits'),
    ...columns('min', 'f64', 'leastCredits'),
    ...columns('max', 'f64', 'mostCredits'),
    ...columns('sum', 'u32', 'rnr nakSequence nakInvalid nakAccess nakOperational nakInvalidRd nakReserved'),
  ],
};

/**
 * Once a second: how deep the queue was that sampled packets stood in, bytes, and how long they were in the device, ns
 * (`QueueKind`), by egress port, queue (all ones: not told) and nominal rate; samples by bucket (`log-buckets.ts`).
 */
export const QUEUES: SectionSchema = {
  id: 13,
  version: 1,
  name: 'queues',
  maxRows: 4_000_000,
  columns: [
    ...columns('key', 'u32', 'agent port queue rate kind bucket'),
    ...columns('sum', 'u32', 'samples'),
    ...columns('max', 'f64', 'largest'),
  ],
};

/** Once a second: flows whose sampled packets found a queue filled. */
export const QUEUE_FLOWS: SectionSchema = {
  id: 14,
  version: 1,
  name: 'queueFlows',
  maxRows: 1_000_000,
  columns: [
    ...columns('key', 'u32', 'agent port queue source0 source1 source2 source3'),
    ...columns('key', 'u32', 'destination0 destination1 destination2 destination3 destQp isRoce'),
    ...columns('sum', 'u32', 'samples'),
    // Bytes that those found in front of them.
    ...columns('sum', 'f64', 'depths'),
  ],
};

/**
 * What counter samples tell beside the interface counters, by data source and metric (the place in `GAUGE_METRICS`): of
 * gauges the value, of counters what they grew by in so many ms. Lanes count from 1, 0 is none.
 */
export const GAUGES: SectionSchema = {
  id: 15,
  version: 1,
  name: 'gauges',
  maxRows: 4_000_000,
  columns: [
    ...columns('key', 'u32', 'agent sourceClass sourceIndex metric lane'),
    ...columns('last', 'f64', 'time value'),
    ...columns('sum', 'f64', 'delta elapsedMs'),
  ],
};

/** The ledger's counts, by `Count`. */
export const COUNTS_SECTION: SectionSchema = {
  id: 6,
  version: 1,
  name: 'counts',
  maxRows: 1_024,
  columns: [...columns('key', 'u32', 'count'), ...columns('sum', 'f64', 'value')],
};

export const SECTIONS: readonly SectionSchema[] = [
  AGENTS,
  BINS,
  FLOWS,
  COUNTERS,
  NAMES,
  COUNTS_SECTION,
  SOURCES,
  HOSTS,
  TICKS,
  DROPS,
  DROP_SOURCES,
  OPERATIONS,
  QUEUES,
  QUEUE_FLOWS,
  GAUGES,
];

/** Index of each column of a section by name, for code that reads or fills columns. */
export function columnIndexes(schema: SectionSchema): Readonly<Record<string, number>> {
  return Object.fromEntries(schema.columns.map((column, index) => [column.name, index]));
}

/** Fresh columns with room for `rows`. */
export function makeColumns(schema: SectionSchema, rows: number): ColumnArray[] {
  return schema.columns.map(({type}) =>
    type === 'u32'
      ? new Uint32Array(rows)
      : type === 'f64'
        ? new Float64Array(rows)
        : new Uint8Array(rows * TEXT_BYTES),
  );
}
