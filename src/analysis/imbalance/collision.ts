import type {Port} from '../../fabric/ports.ts';
import {type LinkLoads, LinkSums, OUT, type Utilisation, utilisationOf} from './link-loads.ts';

/** A link that is full beside one that has room. */
export interface FullLink extends Utilisation {
  port: Port;
  /** The emptiest of the others meanwhile. */
  sibling: Port;
}

/** A bin lies within a plateau when the bins before and behind it have so much of the speed. */
const BESIDE = 0.6;
/** Full, and with room: by the lower and the upper end of the band. */
const FULL = 0.9;
const ROOM = 0.5;
/**
 * Bins in which no member has so much, or all have more, are of no use. A full member hardly ever looks so by chance, so
 * that to leave them out chooses next to nothing.
 */
const USEFUL = 0.7;
/** Bins that it takes. */
const LEAST_BINS = 3;
/** Plateaus are remembered for so many blocks of 2 s. */
const MEMORY_BLOCKS = 20;

/** What all members carried while one of them was full, by block. */
interface Plateau {
  number: number;
  members: LinkSums[];
}

/**
 * Looks for members of a group that are full while another has room. Of a 100 ms bin too little is known, and to take the
 * bins that look full would be to take those that chance made look so. So bins are chosen by their neighbours alone, and
 * added up.
 */
export class CollisionWatch {
  private readonly ports: readonly Port[];
  private readonly speed: number;
  private readonly loads: LinkLoads;
  /** The loads of the bin before the last one and of the last one, and the last one's sums where they may be asked for. */
  private readonly before: Float64Array;
  private readonly last: Float64Array;
  private readonly sums: LinkSums[];
  private hasSums = false;
  /** By member. */
  private readonly plateaus: Plateau[][];

  constructor(ports: readonly Port[], speed: number, loads: LinkLoads) {
    this.ports = ports;
    this.speed = speed;
    this.loads = loads;
    this.before = new Float64Array(ports.length);
    this.last = new Float64Array(ports.length);
    this.sums = ports.map(() => new LinkSums());
    this.plateaus = ports.map(() => []);
  }

  /** A bin of the loads is complete. */
  takeBin(): void {
    const {ports, before, last, loads} = this;
    let isWanted = false;
    let most = 0;
    let least = 1;
    for (let member = 0; member < ports.length; member++) {
      const load = loads.lastLoad(ports[member]!);
      if (load >= BESIDE && before[member]! >= BESIDE && this.hasSums) this.add(this.plateaus[member]!, loads.block);
      before[member] = last[member]!;
      last[member] = load;
      if (before[member]! >= BESIDE) isWanted = true;
      if (load > most) most = load;
      if (load < least) least = load;
    }
    // This bin may lie within a plateau if the one before it was loaded.
    this.hasSums = isWanted && most > USEFUL && least < USEFUL;
    if (this.hasSums) for (const [i, sums] of this.sums.entries()) loads.readBin(ports[i]!, OUT, sums);
  }

  private add(own: Plateau[], number: number): void {
    let plateau = own.at(-1);
    if (plateau?.number !== number) {
      plateau = {number, members: this.ports.map(() => new LinkSums())};
      own.push(plateau);
    }
    for (const [i, sums] of plateau.members.entries()) sums.add(this.sums[i]!);
  }

  /** The members that are full while others have room, as of the block `number`. */
  full(number: number): FullLink[] {
    const found: FullLink[] = [];
    for (const [member, own] of this.plateaus.entries()) {
      while (own.length > 0 && own[0]!.number <= number - MEMORY_BLOCKS) own.shift();
      if (own.length === 0) continue;
      const sums = this.ports.map((_, i) => own.reduce((sum, {members}) => sum.add(members[i]!), new LinkSums()));
      const loads = sums.map((one) => utilisationOf(one, this.speed));
      const load = loads[member];
      if (!load || sums[member]!.bins < LEAST_BINS || load.low < FULL) continue;
      const others = loads.flatMap((one, i) => (one && i !== member ? [{port: this.ports[i]!, high: one.high}] : []));
      const [sibling] = others.sort((a, b) => a.high - b.high);
      if (sibling && sibling.high < ROOM) found.push({port: this.ports[member]!, sibling: sibling.port, ...load});
    }
    return found;
  }
}
