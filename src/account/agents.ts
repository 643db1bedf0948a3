// Hot path: no allocation per datagram, no exception.
import type {DatagramView} from '../sflow/views.ts';
import {Holders} from './holders.ts';
import {KeyTable} from './key-table.ts';
import {SequenceTracker} from './sequence.ts';

/** Silence after which an agent's place, or its claim to an address, may go to another. */
export const FORGET_AFTER_MS = 600_000;
/** How often a full table may be searched for entries that have gone silent. */
export const SWEEP_EVERY_MS = 10_000;

const MAPPED = 0xffff;
const LOOPBACK_V4 = 127;

/**
 * Who sent a datagram. An agent is known by its agent address; where that is 0.0.0.0, loopback, or already taken by
 * another source, by the address it sends from; nobody's claim to an address is better than that of
 * the source whose own it is. Each of its sub-agents is a stream with sequence
 * numbers and an uptime of its own (v5, sample_datagram_v5). The index of a stream is the `agent` of a Partial's rows.
 */
export class Agents {
  readonly streams: KeyTable;
  readonly sequence: SequenceTracker;
  private readonly holders: Holders;
  /** Claimed address → owner, the words of the source that first claimed it. */
  readonly claims: KeyTable;
  readonly owners: Uint32Array;
  /** What the present datagram's agent is handed over by; and by stream and claim, what their last one's was. */
  bucket = 0;
  readonly bucketOfStream: Uint16Array;
  readonly bucketOfClaim: Uint16Array;

  /** `clock` as a `KeyTable` has it. */
  constructor(capacity: number, seed: number, clock: Float64Array) {
    this.streams = new KeyTable(5, capacity, seed, clock);
    this.claims = new KeyTable(4, capacity, seed ^ 0x5bd1e995, clock);
    this.holders = new Holders(capacity, seed ^ 0x3c6ef372);
    this.owners = new Uint32Array(capacity * 4);
    this.sequence = new SequenceTracker(capacity, clock);
    this.bucketOfStream = new Uint16Array(capacity);
    this.bucketOfClaim = new Uint16Array(capacity);
  }

  /** The stream of a datagram that came from `source` (four words, IPv4 mapped); -1 when there is no room for it. */
  stream(datagram: DatagramView, source: Uint32Array): number {
    const key = this.streams.key;
    if (this.isOwnAddress(datagram, source)) {
      key[0] = datagram.agent0;
      key[1] = datagram.agent1;
      key[2] = datagram.agent2;
      key[3] = datagram.agent3;
    } else {
      key[0] = source[0]!;
      key[1] = source[1]!;
      key[2] = source[2]!;
      key[3] = source[3]!;
    }
    key[4] = datagram.subAgentId;
    if (this.streams.shouldSweep(SWEEP_EVERY_MS) && this.streams.sweep(FORGET_AFTER_MS) > 0) this.recount();
    const known = this.streams.lookup();
    const stream = known < 0 ? this.admit() : known;
    if (stream < 0) return stream;
    if (known >= 0) this.streams.touch(stream);
    this.bucketOfStream[stream] = this.bucket;
    return stream;
  }

  /** Streams have left, or come otherwise than by a datagram. */
  recount(): void {
    this.holders.recount(this.streams);
  }

  /** Makes a place for the stream whose key stands in the table; -1 where its address has enough, or there is none. */
  private admit(): number {
    const {streams, holders} = this;
    if (!holders.hasRoom(streams.key)) return -1;
    const stream = streams.intern();
    if (stream < 0) return stream;
    holders.add(streams.key);
    this.sequence.reset(stream);
    return stream;
  }

  /** Time was set forward by `ms`: nobody was silent for it. */
  forward(ms: number): void {
    this.streams.forward(ms);
    this.claims.forward(ms);
  }

  /** Whether the sender may go by the agent address that it states. */
  private isOwnAddress(datagram: DatagramView, source: Uint32Array): boolean {
    const {agent0, agent1, agent2, agent3} = datagram;
    if (agent0 === 0 && agent1 === 0) {
      if (agent2 === 0 && agent3 <= 1) return false; // :: and ::1
      if (agent2 === MAPPED && (agent3 === 0 || agent3 >>> 24 === LOOPBACK_V4)) return false;
    }
    const key = this.claims.key;
    key[0] = agent0;
    key[1] = agent1;
    key[2] = agent2;
    key[3] = agent3;
    if (this.claims.shouldSweep(SWEEP_EVERY_MS)) this.claims.sweep(FORGET_AFTER_MS);
    const known = this.claims.lookup();
    if (known >= 0) {
      if (this.isOwner(known, source)) {
        this.claims.touch(known);
        return true;
      }
      const isSelf = source[0] === agent0 && source[1] === agent1 && source[2] === agent2 && source[3] === agent3;
      if (!isSelf && this.claims.clock[0]! - this.claims.usedAt(known) < FORGET_AFTER_MS) return false;
    }
    const claim = this.claims.intern();
    if (claim < 0) return false;
    this.owners.set(source, claim * 4);
    this.bucketOfClaim[claim] = this.bucket;
    return true;
  }

  private isOwner(claim: number, source: Uint32Array): boolean {
    const {owners} = this;
    const at = claim * 4;
    return (
      owners[at] === source[0] &&
      owners[at + 1] === source[1] &&
      owners[at + 2] === source[2] &&
      owners[at + 3] === source[3]
    );
  }
}
