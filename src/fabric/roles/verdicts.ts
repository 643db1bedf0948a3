import {formatAddress} from '../address.ts';
import type {Role} from '../ports.ts';

export const Verdict = {Unknown: 0, Edge: 1, Core: 2} as const;
const NAMES: readonly Role[] = ['unknown', 'edge', 'core'];

/** Looks that are counted, at the most. */
const MOST_LOOKS = 255;
const FIRST_SLOTS = 256;

/** What shows that a port is edge: a source that comes in there, the TTL, all samples, and how many sources more. */
const Word = {Address: 0, Ttl: 4, Samples: 5, More: 6} as const;
const WORDS = 7;

/** What is concluded of each port, by slot. Asked of all ports every second, so that it stands in columns. */
export class Verdicts {
  /** Grows whenever a role changes. */
  revision = 0;
  private roles = new Uint8Array(FIRST_SLOTS);
  /** Looks in a row that speak against the role. */
  private doubted = new Uint8Array(FIRST_SLOTS);
  /** Looks in which flows were also seen coming in at an edge port. */
  private coreLooks = new Uint8Array(FIRST_SLOTS);
  private shown = new Uint32Array(FIRST_SLOTS * WORDS);
  /** Where it is not edge. */
  private readonly reasons: (string | undefined)[] = [];

  /** By `Verdict`. */
  of(slot: number): number {
    return this.roles[slot] ?? Verdict.Unknown;
  }

  role(slot: number): Role {
    return NAMES[this.of(slot)]!;
  }

  /** Why it has the role, or why that is not known; undefined where it was never looked at. */
  why(slot: number): string | undefined {
    return this.of(slot) === Verdict.Edge ? this.describe(slot) : this.reasons[slot];
  }

  doubts(slot: number): number {
    return this.doubted[slot] ?? 0;
  }

  setDoubts(slot: number, doubts: number): void {
    this.reach(slot);
    this.doubted[slot] = Math.min(MOST_LOOKS, doubts);
  }

  /** One more look in which it seems to be core. Returns how many there were. */
  lookLikeCore(slot: number): number {
    this.reach(slot);
    const looks = Math.min(MOST_LOOKS, this.coreLooks[slot]! + 1);
    this.coreLooks[slot] = looks;
    return looks;
  }

  looksLikeCore(slot: number): number {
    return this.coreLooks[slot] ?? 0;
  }

  /** What comes in there comes from hosts: from a source and `more` ones. */
  concludeEdge(slot: number, address: readonly number[], ttl: number, samples: number, more: number): void {
    this.set(slot, Verdict.Edge);
    const at = slot * WORDS;
    for (let word = 0; word < Word.Ttl; word++) this.shown[at + word] = address[word]!;
    this.shown[at + Word.Ttl] = ttl;
    this.shown[at + Word.Samples] = Math.round(samples);
    this.shown[at + Word.More] = more;
  }

  /** It is core, or is not known any more. */
  conclude(slot: number, verdict: number, why: string): void {
    this.set(slot, verdict);
    this.reasons[slot] = why;
  }

  release(slot: number): void {
    this.reach(slot);
    this.roles[slot] = Verdict.Unknown;
    this.doubted[slot] = 0;
    this.coreLooks[slot] = 0;
    this.reasons[slot] = undefined;
  }

  private set(slot: number, verdict: number): void {
    this.reach(slot);
    if (this.roles[slot] === verdict) return;
    this.roles[slot] = verdict;
    this.doubted[slot] = 0;
    this.coreLooks[slot] = 0;
    this.revision++;
  }

  /** "10.1.2.3 and 2 more come in here with the TTL of the host (64), 412 samples, …" */
  private describe(slot: number): string {
    const word = (index: number) => this.shown[slot * WORDS + index]!;
    const address = formatAddress(word(0), word(1), word(2), word(3));
    const more = word(Word.More) > 0 ? ` and ${word(Word.More)} more come` : ' comes';
    return `${address}${more} in here with the TTL of the host (${word(Word.Ttl)}), ${word(Word.Samples)} samples, and at no other switch before`;
  }

  private reach(slot: number): void {
    // Without holes, or the array becomes a table that is made anew again and again.
    while (this.reasons.length <= slot) this.reasons.push(undefined);
    while (slot >= this.roles.length) {
      this.roles = longer(this.roles, new Uint8Array(2 * this.roles.length));
      this.doubted = longer(this.doubted, new Uint8Array(2 * this.doubted.length));
      this.coreLooks = longer(this.coreLooks, new Uint8Array(2 * this.coreLooks.length));
      this.shown = longer(this.shown, new Uint32Array(2 * this.shown.length));
    }
  }
}

function longer<T extends Uint8Array | Uint32Array>(old: T, fresh: T): T {
  fresh.set(old);
  return fresh;
}
