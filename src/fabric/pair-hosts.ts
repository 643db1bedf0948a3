import {formatAddress} from './address.ts';
import type {Port} from './ports.ts';

/** Hosts that are known by a number; newcomers past it are not followed. */
const MAX_HOSTS = 65_536;
/** Hosts unheard for so many slices give their number away. */
const FORGET_SLICES = 60;
/** The places of a host are sought anew after so many slices: ports may change their roles. */
const PLACES_SLICES = 5;

/**
 * What is kept of a host: the nearest place that it was seen at (hops, then what the place is), and the farthest one that
 * what is sent to it was seen at, both now and before they were sought anew; the slice of that, and when it was heard last.
 */
const Word = {Nearest: 0, NearestBefore: 1, Farthest: 2, FarthestBefore: 3, Sought: 4, Heard: 5} as const;
const WORDS = 6;
const FIRST_HOSTS = 256;

/** Hosts by number, as their traffic shows them. */
export class PairHosts {
  /** Grows whenever numbers are given away: those that anybody knows are to be asked for anew. */
  epoch = 0;
  private readonly numbers = new Map<number | string, number>();
  private readonly addresses: string[] = [];
  /** The edge port that the traffic of each comes in at. */
  private readonly homes: (Port | undefined)[] = [];
  private readonly free: number[] = [];
  private words = new Float64Array(FIRST_HOSTS * WORDS);

  /** Numbers are below this. */
  get limit(): number {
    return this.addresses.length;
  }

  /** The number of an address of four words, given out if it is new; -1 where there are too many. */
  numberOf(a: number, b: number, c: number, d: number, slice: number): number {
    const key = a === 0 && b === 0 && c === 0xffff ? d : `${a}:${b}:${c}:${d}`;
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    const host = this.free.pop() ?? (this.limit < MAX_HOSTS ? this.limit : -1);
    if (host < 0) return -1;
    this.numbers.set(key, host);
    this.addresses[host] = formatAddress(a, b, c, d);
    this.homes[host] = undefined;
    if ((host + 1) * WORDS > this.words.length) this.grow();
    const nothing = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    this.words.set([...nothing, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, slice, slice], host * WORDS);
    return host;
  }

  address(host: number): string {
    return this.addresses[host] ?? '';
  }

  home(host: number): Port | undefined {
    return this.homes[host];
  }

  /** The traffic of a host comes in at an edge port. */
  settle(host: number, home: Port): void {
    if (this.homes[host] !== home) this.homes[host] = home;
  }

  /** It was heard in a slice; every so often its places are sought anew. */
  hear(host: number, slice: number): void {
    const {words} = this;
    const at = host * WORDS;
    words[at + Word.Heard] = slice;
    if (slice < words[at + Word.Sought]! + PLACES_SLICES) return;
    words[at + Word.NearestBefore] = words[at + Word.Nearest]!;
    words[at + Word.Nearest] = Number.POSITIVE_INFINITY;
    words[at + Word.FarthestBefore] = words[at + Word.Farthest]!;
    words[at + Word.Farthest] = Number.NEGATIVE_INFINITY;
    words[at + Word.Sought] = slice;
  }

  /** It was seen at a place. Returns whether none nearer to it is known, of now and a while before. */
  isNearest(host: number, place: number): boolean {
    const {words} = this;
    const at = host * WORDS;
    if (place < words[at + Word.Nearest]!) words[at + Word.Nearest] = place;
    return place <= words[at + Word.Nearest]! && place <= words[at + Word.NearestBefore]!;
  }

  /** What is sent to it was seen at a place. Returns whether none is known that it comes to later, of now and a while before. */
  isFarthest(host: number, place: number): boolean {
    const {words} = this;
    const at = host * WORDS;
    if (place > words[at + Word.Farthest]!) words[at + Word.Farthest] = place;
    return place >= words[at + Word.Farthest]! && place >= words[at + Word.FarthestBefore]!;
  }

  /** When numbers run short, those of hosts that are long gone are free again. */
  forget(slice: number): void {
    if (this.numbers.size < MAX_HOSTS / 2 || slice % FORGET_SLICES !== 0) return;
    for (const [key, host] of this.numbers) {
      if (this.words[host * WORDS + Word.Heard]! > slice - FORGET_SLICES) continue;
      this.numbers.delete(key);
      this.free.push(host);
      this.epoch++;
    }
  }

  private grow(): void {
    const words = new Float64Array(2 * this.words.length);
    words.set(this.words);
    this.words = words;
  }
}
