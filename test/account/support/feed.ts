/** An ingest with what it sent, and its Partials folded into rows by column name. */
import {type AccountLimits, DEFAULT_LIMITS} from '../../../src/account/accountant.ts';
import {fold, setOf} from '../../../src/account/algebra.ts';
import {decodePartial, type Partial} from '../../../src/account/codec.ts';
import {FAULT_LABELS} from '../../../src/account/fault-names.ts';
import {Ingest} from '../../../src/account/ingest.ts';
import {Count} from '../../../src/account/ledger.ts';
import {UET_KINDS} from '../../../src/account/operation-table.ts';
import {SECTIONS} from '../../../src/account/schema.ts';
import {addressWords} from './wire.ts';

/** On the edge of a bin and of a second. */
export const START = 1_750_000_000_000;
export const START_BIN = START / 100;

/** Small tables, so that hundreds of ingests cost nothing. */
export const SMALL: AccountLimits = {
  ...{agents: 8, rows: 64, cells: 64, flows: 64},
  ...{operations: 64, counters: 16, drops: 64, queues: 64, gauges: 64},
};

export type Row = Readonly<Record<string, number>> & {readonly agent?: string; readonly name?: string};

export class Feed {
  readonly encoded: ArrayBuffer[] = [];
  readonly ingest: Ingest;
  now = START;

  constructor(limits: globalThis.Partial<AccountLimits> = SMALL, seed = 7, trimDscp?: number) {
    const options = {limits: {...DEFAULT_LIMITS, ...SMALL, ...limits}, producer: 0, epoch: 1, seed};
    this.ingest = new Ingest(trimDscp === undefined ? options : {...options, trimDscp}, (encoded) =>
      this.encoded.push(encoded),
    );
  }

  /** Takes a datagram `after` ms after the last one. */
  send(bytes: Uint8Array, {from = '192.0.2.1', after = 0}: {from?: string; after?: number} = {}): this {
    this.now += after;
    this.ingest.buffer.set(bytes);
    this.ingest.receive(bytes.length, addressWords(from), this.now);
    return this;
  }

  get partials(): Partial[] {
    return this.encoded.map((encoded) => decodePartial(encoded));
  }

  /** Everything that was sent so far and is left, folded. */
  finish(): Folded {
    this.ingest.finish();
    return folded(this.partials);
  }
}

export interface Folded {
  agents: Row[];
  bins: Row[];
  flows: Row[];
  counters: Row[];
  names: Row[];
  sources: Row[];
  hosts: Row[];
  drops: Row[];
  dropSources: Row[];
  operations: Row[];
  queues: Row[];
  queueFlows: Row[];
  gauges: Row[];
  /** By number of `Count`. */
  count(count: number): number;
}

/** Rows as objects; `agent` is the agent's key, text columns are strings. */
export function folded(partials: readonly Partial[]): Folded {
  const sections = fold(setOf(...partials));
  const rowsOf = (name: string): Row[] => {
    const {columns} = SECTIONS.find((schema) => schema.name === name)!;
    return [...sections.get(name)!.values()].map(
      (cells) => Object.fromEntries(columns.map((column, i) => [column.name, cells[i]!])) as unknown as Row,
    );
  };
  const counts = new Map(rowsOf('counts').map(({count, value}) => [count!, value!]));
  return {
    agents: rowsOf('agents'),
    bins: rowsOf('bins'),
    flows: rowsOf('flows'),
    counters: rowsOf('counters'),
    names: rowsOf('names'),
    sources: rowsOf('sources'),
    hosts: rowsOf('hosts'),
    drops: rowsOf('drops'),
    dropSources: rowsOf('dropSources'),
    operations: rowsOf('operations'),
    queues: rowsOf('queues'),
    queueFlows: rowsOf('queueFlows'),
    gauges: rowsOf('gauges'),
    count: (count) => counts.get(count) ?? 0,
  };
}

/** The ledgers that must add up whatever came; what does not, as sentences. */
export function ledgerErrors({count, agents, bins, sources, operations, drops, dropSources}: Folded): string[] {
  const errors: string[] = [];
  const same = (what: string, a: number, b: number) => {
    if (a !== b) errors.push(`${what}: ${a} is not ${b}`);
  };
  const rejected = FAULT_LABELS.filter(({isRejection}) => isRejection).reduce(
    (sum, {fault}) => sum + count(Count.Faults + fault),
    count(Count.DatagramsAgentRefused),
  );
  const damaged = FAULT_LABELS.filter(({isRejection}) => !isRejection).reduce(
    (sum, {fault}) => sum + count(Count.Faults + fault),
    0,
  );
  same(
    'received',
    count(Count.DatagramsReceived),
    count(Count.DatagramsDecoded) + count(Count.DatagramsDuplicate) + rejected,
  );
  same('damaged', count(Count.DatagramsDamaged), damaged);
  const unusable = [
    Count.FlowSamplesNoRate,
    Count.FlowSamplesNoLength,
    Count.FlowSamplesNoPort,
    Count.FlowSamplesRefused,
  ].reduce((sum, reason) => sum + count(reason), 0);
  same('flow samples', count(Count.FlowSamples), count(Count.FlowSamplesCounted) + unusable);
  const sum = (rows: Row[], name: string) => rows.reduce((total, row) => total + row[name]!, 0);
  same('agents received', sum(agents, 'received'), count(Count.DatagramsDecoded));
  same('agents duplicates', sum(agents, 'duplicates'), count(Count.DatagramsDuplicate));
  same('agents flow samples', sum(agents, 'flowSamples'), count(Count.FlowSamples));
  same('agents counter samples', sum(agents, 'counterSamples'), count(Count.CounterSamples));
  same('drop notifications', sum(drops, 'frames'), count(Count.DiscardedPackets));
  if (sum(dropSources, 'notifications') > count(Count.DiscardedPackets)) errors.push('more notifications than came');
  // Samples whose rate is unusable, and some of those that were overtaken, are on no row of a source.
  const known = sum(sources, 'samples');
  if (known > count(Count.FlowSamples) - count(Count.FlowSamplesNoRate))
    errors.push('more samples of sources than came');
  for (const row of sources) {
    const {samples, spanned, baselines, poolDelta, agentDrops} = row;
    if (spanned! + baselines! > samples!) errors.push(`${spanned} and ${baselines} of ${samples} samples of a source`);
    if (poolDelta! < 0 || agentDrops! < 0) errors.push('a pool or drops that shrink');
  }
  for (const row of agents) {
    for (const name of ['missing', 'missingFlowSamples', 'missingCounterSamples', 'agentDrops', 'uncertainMs']) {
      if (!(row[name]! >= 0)) errors.push(`${name} of an agent: ${row[name]}`);
    }
    if (row['timestamped']! > row['flowSamples']!) errors.push('more samples with a time than samples');
  }
  // Each counted sample is on one row or two.
  const frames = sum(bins, 'sampledFrames');
  if (frames < count(Count.FlowSamplesCounted) || frames > 2 * count(Count.FlowSamplesCounted)) {
    errors.push(`${frames} frames in bins of ${count(Count.FlowSamplesCounted)} samples`);
  }
  // Those whose transport header could be read, by their kind as well.
  const roceIn = sum(
    bins.filter(({side}) => (side! & 1) === 0),
    'sampledRoceFrames',
  );
  const byKind = sum(
    operations.filter(({kind}) => kind! < UET_KINDS),
    'frames',
  );
  if (byKind > roceIn) errors.push(`${byKind} packets by kind of ${roceIn} RoCEv2 samples`);
  if (count(Count.RoceSamples) > count(Count.FlowSamplesCounted)) errors.push('more RoCEv2 samples than samples');
  return errors;
}
