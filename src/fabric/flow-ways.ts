import {Basis, Direction} from '../account/schema.ts';
import type {Flow} from './flow-top.ts';
import type {Sighting} from './flow-window.ts';
import {farthestOf, nearestOf} from './nearness.ts';
import type {Role} from './ports.ts';

const NOWHERE: readonly Sighting[] = [];

/** What flows ask of the rows of their ports. */
export interface FlowRows {
  /** Which basis counts for a port and direction: one packet may be sampled in two ways there. */
  basis(slot: number, direction: number): number;
  /** Frames that a sample at a nominal rate stood for there in the second before the bin `end`. */
  weight(slot: number, side: number, rate: number, end: number): number;
  /** What the port is for, now. */
  role(slot: number): Role;
}

/** Which of the ways in which a flow is seen are to be counted, so that no packet counts twice. */
export class FlowWays {
  private readonly rows: FlowRows;

  constructor(rows: FlowRows) {
    this.rows = rows;
  }

  /** The sightings that hold each of its packets once, in the window that ends with the second `newest`. */
  nearest({sightings}: Flow, newest: number): readonly Sighting[] {
    const [first] = sightings;
    if (first && sightings.length === 1) return this.counts(first, newest) ? sightings : NOWHERE;
    const counting = sightings.filter((sighting) => this.counts(sighting, newest));
    return nearestOf(counting, (slot) => this.rows.role(slot), newest);
  }

  /** The sightings that hold each of its packets once, with all marks that can be seen: as it leaves the fabric. */
  farthest({sightings}: Flow, newest: number): readonly Sighting[] {
    const leaves = ({slot, side, output}: Sighting) => this.leaves(slot, side, output?.slot ?? -1);
    const leaving = sightings.filter((sighting) => leaves(sighting) && sighting.isIn(newest));
    if (leaving.length > 0) return leaving;
    const counting = sightings.filter((sighting) => this.counts(sighting, newest));
    return farthestOf(counting, (slot) => this.rows.role(slot));
  }

  /** Whether it was seen in the window in the way that counts there; other ways hold the same packets once more. */
  counts(sighting: Sighting, newest: number): boolean {
    return this.countsAt(sighting.slot, sighting.side) && sighting.isIn(newest);
  }

  /** Whether what is seen on a side is measured in the way that counts there. */
  countsAt(slot: number, side: number): boolean {
    return side >>> 1 === this.rows.basis(slot, side & 1);
  }

  /** Whether it counts at the port that its switch sends it out by (`output`, -1: not known), and that is an edge port. */
  leaves(slot: number, side: number, output: number): boolean {
    const isOut = (side & 1) === Direction.Out;
    const by = isOut ? slot : output;
    if (by < 0 || this.rows.role(by) !== 'edge') return false;
    // What was sampled as it left is derived where it came in, and the other way about.
    const basis = isOut ? side >>> 1 : side >>> 1 === Basis.Derived ? Basis.Measured : Basis.Derived;
    return basis === this.rows.basis(by, Direction.Out);
  }
}
