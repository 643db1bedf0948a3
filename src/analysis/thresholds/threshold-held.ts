import type {Fabric} from '../../fabric/fabric.ts';

/** What is gathered for all subjects in one pass, and held for a second: for all of them are asked for then. */
export class HeldSecond<T> {
  private readonly fabric: Fabric;
  private readonly held = new Map<string, Map<string, T>>();
  private second = Number.NaN;

  constructor(fabric: Fabric) {
    this.fabric = fabric;
  }

  /** Figures by subject. */
  once(what: string, gather: (found: Map<string, T>) => void): ReadonlyMap<string, T> {
    const second = Math.floor(this.fabric.time / 1_000);
    if (second !== this.second) this.held.clear();
    this.second = second;
    let found = this.held.get(what);
    if (!found) {
      found = new Map();
      this.held.set(what, found);
      gather(found);
    }
    return found;
  }
}
