// Hot path: no allocation after construction, no exception.
import {KeyTable} from './key-table.ts';

/** Sub-agents of all addresses, in each ingest thread. */
export const MOST_STREAMS = 4_096;
/** Sub-agents of one address; a chassis has one for each line card. */
export const MOST_SUB_AGENTS = 256;
/** Words of an address. */
const ADDRESS = 4;

/** How many sub-agents each agent address has, so that none can take the places of all. */
export class Holders {
  private readonly addresses: KeyTable;
  private readonly counts: Uint16Array;

  constructor(capacity: number, seed: number) {
    this.addresses = new KeyTable(ADDRESS, capacity, seed);
    this.counts = new Uint16Array(capacity);
  }

  /** Whether the address that a stream's key begins with may have one more. */
  hasRoom(key: Uint32Array): boolean {
    this.take(key);
    const known = this.addresses.lookup();
    return known < 0 || this.counts[known]! < MOST_SUB_AGENTS;
  }

  /** It has one more. */
  add(key: Uint32Array): void {
    this.take(key);
    const address = this.addresses.intern();
    if (address < 0) return;
    if (this.addresses.created) this.counts[address] = 0;
    this.counts[address]!++;
  }

  /** Counts anew, when streams have left or come otherwise. Looks at all: not for each datagram. */
  recount(streams: KeyTable): void {
    const {addresses} = this;
    addresses.clear();
    for (let stream = 0; stream < streams.limit; stream++) {
      if (!streams.isPresent(stream)) continue;
      for (let word = 0; word < ADDRESS; word++) addresses.key[word] = streams.word(stream, word);
      this.add(addresses.key);
    }
  }

  private take(key: Uint32Array): void {
    for (let word = 0; word < ADDRESS; word++) this.addresses.key[word] = key[word]!;
  }
}
