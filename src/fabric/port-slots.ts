import {randomBytes} from 'node:crypto';

const FIRST_PLACES = 1_024;
/** Words of a place: the agent's index, ifIndex, slot plus 1; 0 is free. */
const WORDS = 3;
/** Neighbouring interfaces stand side by side, for the rows of one switch come together. */
const RUN_BITS = 5;
const RUN = 2 ** RUN_BITS;

/**
 * Slots of ports by the agent's index and ifIndex: they are asked for by the ten thousand a second, and as objects in maps
 * each is a miss of the cache or two. Where a port stands depends on a random number, so that nobody outside can choose
 * ports that meet.
 */
export class PortSlots {
  private places = new Uint32Array(FIRST_PLACES * WORDS);
  private size = 0;
  private readonly salt = randomBytes(4).readInt32LE(0);

  /** The slot; -1 where the port is not known. */
  get(agent: number, ifIndex: number): number {
    return this.places[this.find(agent, ifIndex) + 2]! - 1;
  }

  /** Puts in a port that is not known yet. */
  add(agent: number, ifIndex: number, slot: number): void {
    if (2 * ++this.size * WORDS > this.places.length) this.grow();
    this.put(agent, ifIndex, slot);
  }

  /** Takes out a port that is known. */
  remove(agent: number, ifIndex: number): void {
    const {places} = this;
    let at = this.find(agent, ifIndex);
    places[at + 2] = 0;
    this.size--;
    // What stands behind it without a gap may have been pushed on by it.
    for (at = this.behind(at); places[at + 2] !== 0; at = this.behind(at)) {
      const slot = places[at + 2]! - 1;
      places[at + 2] = 0;
      this.put(places[at]!, places[at + 1]!, slot);
    }
  }

  /** Where a port stands, or the free place where it would. */
  private find(agent: number, ifIndex: number): number {
    const {places} = this;
    let hash = Math.imul(agent ^ this.salt, 0x9e3779b1);
    hash = Math.imul(hash ^ (hash >>> 15) ^ (ifIndex >>> RUN_BITS), 0x85ebca6b);
    const place = (hash ^ (hash >>> 13)) + (ifIndex & (RUN - 1));
    // There is a power of two of them.
    let at = (place & (places.length / WORDS - 1)) * WORDS;
    while (places[at + 2] !== 0 && (places[at] !== agent || places[at + 1] !== ifIndex)) at = this.behind(at);
    return at;
  }

  private behind(at: number): number {
    return at + WORDS < this.places.length ? at + WORDS : 0;
  }

  private put(agent: number, ifIndex: number, slot: number): void {
    const at = this.find(agent, ifIndex);
    this.places[at] = agent;
    this.places[at + 1] = ifIndex;
    this.places[at + 2] = slot + 1;
  }

  private grow(): void {
    const old = this.places;
    this.places = new Uint32Array(2 * old.length);
    for (let at = 0; at < old.length; at += WORDS) {
      if (old[at + 2] !== 0) this.put(old[at]!, old[at + 1]!, old[at + 2]! - 1);
    }
  }
}
