// Hot path: nothing is allocated for a datagram that is dispatched.

/** The table that dispatch.h describes: which agents' datagrams go to which ring. */
export const MAX_RINGS = 8;
export const BUCKETS = 4_096;
const QUEUE = 64;
/** What a datagram of no bytes costs, in bytes. */
const DATAGRAM_COST = 256;

const Word = {Seed: 0, Asked: 1, Done: 2, Moved: 3, Moves: 16, Ring: 128, Load: 128 + BUCKETS} as const;
const WORDS = Word.Load + BUCKETS;

const SFLOW_VERSION = 5;
const AddressType = {Ipv4: 1, Ipv6: 2} as const;
const ADDRESS_AT = 8;
const MAPPED = 0xffff;
const LOOPBACK = 127;
const HALF_LIFE_MS = 1_000;

/** A table for a new start; `seed` makes buckets unpredictable to senders. */
export function dispatchTable(seed: number): SharedArrayBuffer {
  const table = new SharedArrayBuffer(WORDS * 4);
  new Uint32Array(table)[Word.Seed] = seed;
  return table;
}

/** Carries out a move: writes marks into two rings. False where one of them has no room for it. */
export type MoveHandler = (nowMs: number, number: number, bucket: number, from: number, to: number) => boolean;

/**
 * What there is to know of a table, and to ask of who dispatches by it. All datagrams that state one agent address go to
 * one ring. Agents are told apart by a hash of it, a bucket, so that the table has a fixed size whatever comes.
 */
export class DispatchTable {
  private readonly words: Uint32Array;

  constructor(table: SharedArrayBuffer) {
    this.words = new Uint32Array(table);
  }

  /** Moves that were carried out since the start. */
  get moved(): number {
    return Atomics.load(this.words, Word.Moved);
  }

  /** Whether all that was asked for is done. */
  get isIdle(): boolean {
    return Atomics.load(this.words, Word.Asked) === Atomics.load(this.words, Word.Done);
  }

  /** The ring of a bucket; -1 before its first datagram. */
  ringOf(bucket: number): number {
    return Atomics.load(this.words, Word.Ring + bucket) - 1;
  }

  /** What the datagrams of a bucket have cost since the start, modulo 2^32. */
  loadOf(bucket: number): number {
    return Atomics.load(this.words, Word.Load + bucket);
  }

  /** Asks for a move; false when too many wait already. */
  ask(bucket: number, to: number): boolean {
    const {words} = this;
    const asked = Atomics.load(words, Word.Asked);
    if ((asked - Atomics.load(words, Word.Done)) >>> 0 >= QUEUE) return false;
    words[Word.Moves + (asked % QUEUE)] = bucket | (to << 16);
    Atomics.store(words, Word.Asked, asked + 1);
    return true;
  }
}

/** Dispatches datagrams that come through Node's own sockets, as dispatch.c does in the addon. */
export class Dispatcher {
  /** Of the datagram that was dispatched last. */
  bucket = 0;
  private readonly words: Uint32Array;
  private readonly rings: number;
  private readonly recent: Float64Array;
  private readonly key = new Uint32Array(4);
  private halvedAt = Number.NEGATIVE_INFINITY;

  constructor(table: SharedArrayBuffer, rings: number) {
    this.words = new Uint32Array(table);
    this.rings = rings;
    this.recent = new Float64Array(rings);
  }

  /** Does what was asked for. */
  moves(nowMs: number, move: MoveHandler): void {
    const {words} = this;
    if (nowMs - this.halvedAt >= HALF_LIFE_MS) {
      this.halvedAt = nowMs;
      for (let ring = 0; ring < this.rings; ring++) this.recent[ring]! /= 2;
    }
    const asked = Atomics.load(words, Word.Asked);
    for (let done = words[Word.Done]!; done !== asked; done = words[Word.Done]!) {
      const what = words[Word.Moves + (done % QUEUE)]!;
      const bucket = what & 0xffff;
      const to = what >>> 16;
      const from = words[Word.Ring + bucket]! - 1;
      if (bucket < BUCKETS && from >= 0 && to < this.rings && to !== from && move(nowMs, done, bucket, from, to)) {
        words[Word.Ring + bucket] = to + 1;
        words[Word.Moved]!++;
      }
      Atomics.store(words, Word.Done, done + 1);
    }
  }

  /** The ring of a datagram that came from `source`; the first one for what is no sFlow. */
  ringOf(bytes: Uint8Array, source: Uint32Array): number {
    const {words} = this;
    const cost = bytes.length + DATAGRAM_COST;
    if (!this.readKey(bytes, source)) {
      this.bucket = 0;
      this.recent[0]! += cost;
      return 0;
    }
    const bucket = this.bucketOfKey();
    this.bucket = bucket;
    let ring = words[Word.Ring + bucket]! - 1;
    if (ring < 0) {
      ring = this.leastLoaded();
      words[Word.Ring + bucket] = ring + 1;
    }
    words[Word.Load + bucket]! += cost;
    this.recent[ring]! += cost;
    return ring;
  }

  /** What tells the agent: the address that it states, or where that may be anybody's, the one that it sends from. */
  private readKey(bytes: Uint8Array, source: Uint32Array): boolean {
    const {key} = this;
    if (bytes.length < ADDRESS_AT + 4 || wordAt(bytes, 0) !== SFLOW_VERSION) return false;
    const type = wordAt(bytes, 4);
    if (type === AddressType.Ipv4) {
      key[0] = 0;
      key[1] = 0;
      key[2] = MAPPED;
      key[3] = wordAt(bytes, ADDRESS_AT);
    } else if (type === AddressType.Ipv6 && bytes.length >= ADDRESS_AT + 16) {
      for (let i = 0; i < 4; i++) key[i] = wordAt(bytes, ADDRESS_AT + 4 * i);
    } else {
      return false;
    }
    if (isAnybodys(key)) key.set(source);
    return true;
  }

  private bucketOfKey(): number {
    let hash = this.words[Word.Seed]! | 0;
    for (let i = 0; i < 4; i++) {
      hash = Math.imul(hash ^ this.key[i]!, 0x85ebca6b);
      hash ^= hash >>> 15;
    }
    return Math.imul(hash, 0x9e3779b1) >>> 20;
  }

  private leastLoaded(): number {
    let least = 0;
    for (let ring = 1; ring < this.rings; ring++) if (this.recent[ring]! < this.recent[least]!) least = ring;
    return least;
  }
}

function wordAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

/** An address that many agents may state: 0.0.0.0, ::, and loopback. */
function isAnybodys(key: Uint32Array): boolean {
  if (key[0] !== 0 || key[1] !== 0) return false;
  if (key[2] === 0) return key[3]! <= 1;
  return key[2] === MAPPED && (key[3] === 0 || key[3]! >>> 24 === LOOPBACK);
}
