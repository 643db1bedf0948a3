import type {Accountant} from './accountant.ts';
import type {KeyTable} from './key-table.ts';

/** An array with an equal part for each stream. */
export type StreamArray = Float64Array | Uint32Array | Int32Array | Uint8Array | Int8Array;

/** A part of the accountant that keeps something of a stream until its next datagram. */
export interface Keeper {
  /** Always in the same order. */
  readonly perStream: readonly StreamArray[];
  /** Its table of keys that begin with the stream, and arrays with an equal part for each entry. */
  readonly table?: KeyTable;
  readonly perEntry?: readonly Float64Array[];
  /** Entries have left the table: what points at them is void. */
  forget?(): void;
}

interface Entry {
  /** Without the stream. */
  key: Uint32Array;
  usedAt: number;
  payload: Uint32Array;
  beside: Float64Array[];
}

interface StreamState {
  /** Agent and sub-agent. */
  key: Uint32Array;
  usedAt: number;
  /** By keeper. */
  parts: {perStream: StreamArray[]; entries: Entry[]}[];
  /** By pair of `sharedCounts`: which of its sources told last, by its place among the entries; -1 where none did. */
  lastSources: number[];
}

/**
 * All that is known of the agents of a bucket, so that another thread goes on with them as if it had seen every datagram:
 * nothing that was told before is told again, and no baseline is lost. A plain value that may be sent to it.
 */
export interface HandedOver {
  claims: {address: Uint32Array; owner: Uint32Array; usedAt: number}[];
  streams: StreamState[];
}

function keepersOf(accountant: Accountant): readonly Keeper[] {
  const {agents, sources, counterSequence, dropSources, times, counters, gauges} = accountant;
  const {flowSamples, counterSamples, largestDatagram} = accountant;
  return [
    agents.sequence,
    sources.sequence,
    counterSequence,
    dropSources.sequence,
    sources.drops,
    dropSources.suppressed,
    times,
    counters,
    gauges,
    {perStream: [sources.agentDrops, flowSamples, counterSamples, largestDatagram]},
  ];
}

/** Counts that point at a source, each with the table that it is in. */
function sharedCounts({sources, dropSources}: Accountant) {
  return [
    {count: sources.drops, sequence: sources.sequence},
    {count: dropSources.suppressed, sequence: dropSources.sequence},
  ];
}

/** Takes all that is known of the agents of a bucket out of an accountant, whose sums have been sent. */
export function handOver(accountant: Accountant, bucket: number): HandedOver {
  const {streams, claims, owners, bucketOfStream, bucketOfClaim} = accountant.agents;
  const given: HandedOver = {claims: [], streams: []};
  for (const claim of presentOf(claims, bucketOfClaim, bucket)) {
    given.claims.push({
      address: keyOf(claims, claim, 0),
      owner: owners.slice(claim * 4, claim * 4 + 4),
      usedAt: claims.usedAt(claim),
    });
    claims.remove(claim);
  }
  for (const stream of presentOf(streams, bucketOfStream, bucket)) {
    given.streams.push(stateOf(accountant, stream));
    release(accountant, stream);
    streams.remove(stream);
  }
  accountant.agents.recount();
  return given;
}

/** Whether there is anything to hand over. */
export function hasAny({agents}: Accountant, bucket: number): boolean {
  const {streams, claims, bucketOfStream, bucketOfClaim} = agents;
  return presentOf(streams, bucketOfStream, bucket).length + presentOf(claims, bucketOfClaim, bucket).length > 0;
}

/** Goes on with agents that another accountant had. Returns their streams here; what finds no room starts anew. */
export function takeOver(accountant: Accountant, bucket: number, {claims, streams}: HandedOver): number[] {
  const {agents} = accountant;
  for (const {address, owner, usedAt} of claims) {
    agents.claims.key.set(address);
    const claim = agents.claims.intern();
    // What was claimed here meanwhile is newer.
    if (claim < 0 || !agents.claims.created) continue;
    agents.owners.set(owner, claim * 4);
    agents.bucketOfClaim[claim] = bucket;
    setUsedAt(agents.claims, claim, usedAt);
  }
  const taken: number[] = [];
  for (const state of streams) {
    agents.streams.key.set(state.key);
    const stream = agents.streams.intern();
    if (stream < 0 || !agents.streams.created) continue;
    agents.sequence.reset(stream);
    release(accountant, stream); // a former tenant may have left something
    agents.bucketOfStream[stream] = bucket;
    setUsedAt(agents.streams, stream, state.usedAt);
    restore(accountant, stream, state);
    taken.push(stream);
  }
  agents.recount();
  return taken;
}

/** Indexes that are present and of the bucket. */
function presentOf(table: KeyTable, buckets: Uint16Array, bucket: number): number[] {
  const found: number[] = [];
  for (let index = 0; index < table.limit; index++) {
    if (buckets[index] === bucket && table.isPresent(index)) found.push(index);
  }
  return found;
}

function stateOf(accountant: Accountant, stream: number): StreamState {
  const {streams} = accountant.agents;
  const {agents: most} = accountant.limits;
  return {
    key: keyOf(streams, stream, 0),
    usedAt: streams.usedAt(stream),
    parts: keepersOf(accountant).map(({perStream, table, perEntry = []}) => ({
      perStream: perStream.map((array) => partOf(array, stream, most)),
      entries: table === undefined ? [] : table.indexesOf(stream).map((index) => entryOf(table, perEntry, index)),
    })),
    lastSources: sharedCounts(accountant).map(({count, sequence}) =>
      sequence.table.indexesOf(stream).indexOf(count.lastSource[stream]!),
    ),
  };
}

function restore(accountant: Accountant, stream: number, {parts, lastSources}: StreamState): void {
  const {agents: most} = accountant.limits;
  const indexes = new Map<KeyTable, number[]>();
  keepersOf(accountant).forEach(({perStream, table, perEntry = []}, i) => {
    const {perStream: arrays, entries} = parts[i]!;
    perStream.forEach((array, j) => {
      array.set(arrays[j]!, (stream * array.length) / most);
    });
    if (table) {
      indexes.set(
        table,
        entries.map((entry) => restoreEntry(table, perEntry, stream, entry)),
      );
    }
  });
  sharedCounts(accountant).forEach(({count, sequence}, i) => {
    count.lastSource[stream] = indexes.get(sequence.table)![lastSources[i]!] ?? -1;
  });
}

function entryOf(table: KeyTable, perEntry: readonly Float64Array[], index: number): Entry {
  const at = table.at(index);
  return {
    key: keyOf(table, index, 1),
    usedAt: table.usedAt(index),
    payload: table.records.slice(at + table.payloadAt, at + table.stride),
    beside: perEntry.map((array) => partOf(array, index, table.capacity)),
  };
}

/** Returns the entry's index here; -1 where it found no room. */
function restoreEntry(table: KeyTable, perEntry: readonly Float64Array[], stream: number, entry: Entry): number {
  table.key[0] = stream;
  table.key.set(entry.key, 1);
  const index = table.intern();
  if (index < 0) return -1;
  table.records.set(entry.payload, table.at(index) + table.payloadAt);
  setUsedAt(table, index, entry.usedAt);
  perEntry.forEach((array, i) => {
    array.set(entry.beside[i]!, (index * array.length) / table.capacity);
  });
  return index;
}

/** Takes out what goes by a stream's number. */
function release(accountant: Accountant, stream: number): void {
  for (const keeper of keepersOf(accountant)) {
    const {table} = keeper;
    if (table === undefined) continue;
    for (const index of table.indexesOf(stream)) table.remove(index);
    keeper.forget?.();
  }
  accountant.rows.release(stream);
}

function partOf<T extends StreamArray>(array: T, index: number, capacity: number): T {
  const width = array.length / capacity;
  return array.slice(index * width, (index + 1) * width) as T;
}

function keyOf(table: KeyTable, index: number, from: number): Uint32Array {
  return Uint32Array.from({length: table.words - from}, (_, i) => table.word(index, from + i));
}

function setUsedAt(table: KeyTable, index: number, usedAt: number): void {
  table.doubles[table.at(index) >>> 1] = usedAt;
}
