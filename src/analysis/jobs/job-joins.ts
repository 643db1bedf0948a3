import type {Lock} from '../phase-lock.ts';

/** Looks in which two that were one job must be out of step before they are two. */
const LOOKS = 2;

interface Pairing {
  a: string;
  b: string;
  lock: Lock;
  missing: number;
}

/** Which groups of hosts are probably one job: those that are in step. */
export class JobJoins {
  private readonly pairings: Pairing[] = [];

  /** Takes the locks between groups, named by their ids. Returns those that are new: they must be sure, others only last. */
  update(locks: readonly {a: string; b: string; lock: Lock}[]): Pairing[] {
    const joined: Pairing[] = [];
    for (const one of this.pairings) one.missing++;
    for (const {a, b, lock} of locks) {
      const known = this.pairings.find((one) => one.a === a && one.b === b);
      if (!known && !lock.isSure) continue;
      const pairing = Object.assign(known ?? {a, b}, {lock, missing: 0});
      if (known) continue;
      this.pairings.push(pairing);
      joined.push(pairing);
    }
    this.drop(({missing}) => missing >= LOOKS);
    return joined;
  }

  /** A group that is no more. */
  forget(id: string): void {
    this.drop(({a, b}) => a === id || b === id);
  }

  /** The groups in clusters that are one job each; the first of `ids` in a cluster is the first in it. */
  clusters(ids: readonly string[]): {ids: string[]; lock: Lock | undefined}[] {
    const clusters = new Map(ids.map((id) => [id, {ids: [id], lock: undefined as Lock | undefined}]));
    for (const {a, b, lock} of this.pairings) {
      const [first, second] = [clusters.get(a), clusters.get(b)];
      if (!first || !second || first === second) continue;
      const shortest = [lock, first.lock, second.lock].filter((one) => one !== undefined);
      first.lock = shortest.reduce((least, one) => (one.cycles < least.cycles ? one : least));
      first.ids.push(...second.ids);
      for (const id of second.ids) clusters.set(id, first);
    }
    return [...new Set(ids.map((id) => clusters.get(id)!))];
  }

  private drop(isOver: (pairing: Pairing) => boolean): void {
    for (const one of this.pairings.filter(isOver)) this.pairings.splice(this.pairings.indexOf(one), 1);
  }
}
