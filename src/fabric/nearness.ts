import type {Agent} from './agents.ts';
import {type Sighting, Sum} from './flow-window.ts';
import type {Role} from './ports.ts';
import {Direction} from './rows.ts';

/** How places at one distance are told apart: in at an edge port is where a packet enters. */
const PLACE = {edge: 0, unknown: 1, core: 2, out: 3} as const;
/** More than any place. */
export const PLACES = 4;

/** Variances by which what another switch saw of a flow must be more: it was not the sampling alone. */
const BEYOND_SAMPLING = 3 ** 2;

/** The rank of a place among those at one distance from the source: the lowest is nearest to where packets enter. */
export function placeOf(role: Role, isIn: boolean): number {
  return isIn ? PLACE[role] : PLACE.out;
}

/**
 * The sightings of a flow that hold each of its packets once: those nearest to its source, by TTL and then by what the
 * ports are for. Switches that bridge leave the TTL alone, so that it is not enough: where no edge port has seen the flow,
 * that of one switch is taken, the one that saw it first unless another has seen decidedly more. `sightings` are those that
 * count, `role` gives the role of a port now, `newest` the window's last second.
 */
export function nearestOf(
  sightings: readonly Sighting[],
  role: (slot: number) => Role,
  newest: number,
): readonly Sighting[] {
  if (sightings.length < 2) return sightings;
  let best = Number.POSITIVE_INFINITY;
  let those: Sighting[] = [];
  for (const sighting of sightings) {
    const {ttl, side, slot} = sighting;
    const rank = placeOf(role(slot), (side & 1) === Direction.In) - PLACES * ttl;
    if (rank > best) continue;
    if (rank < best) those = [];
    best = rank;
    those.push(sighting);
  }
  const isAtEdge = best + PLACES * those[0]!.ttl === PLACE.edge;
  return isAtEdge || those.length < 2 ? those : ofOneSwitch(those, newest);
}

/** Ranks of `farPlaceOf` are below this. */
export const FAR_PLACES = 8;

/**
 * The rank of a place among those at one distance from the source, as seen from the other end: the highest is nearest to
 * where packets leave. Of switches that bridge, the first is not entered from another, and the last does not send on to
 * one (`goesOn`).
 * Ports of unknown role rank as edge ports do, so that finding them to be such changes nothing.
 */
export function farPlaceOf(role: Role, isIn: boolean, goesOn: boolean): number {
  const side = isIn ? (role === 'core' ? 1 : 0) : 2;
  return 2 * side + (goesOn ? 0 : 1);
}

/** Where no edge port is seen that they leave by: the sightings of a flow that are farthest from its source. */
export function farthestOf(sightings: readonly Sighting[], role: (slot: number) => Role): readonly Sighting[] {
  if (sightings.length < 2) return sightings;
  const place = ({ttl, side, slot, output}: Sighting) => {
    const goesOn = output !== undefined && role(output.slot) === 'core';
    return farPlaceOf(role(slot), (side & 1) === Direction.In, goesOn) - FAR_PLACES * ttl;
  };
  const most = sightings.reduce((farthest, one) => Math.max(farthest, place(one)), Number.NEGATIVE_INFINITY);
  return sightings.filter((one) => place(one) === most);
}

function ofOneSwitch(sightings: readonly Sighting[], newest: number): Sighting[] {
  const first = sightings[0]!.port.agent;
  const switches = new Set(sightings.map(({port}) => port.agent));
  const seenBy = (agent: Agent) => sightings.filter(({port}) => port.agent === agent);
  let chosen = seenBy(first);
  switches.delete(first);
  for (const agent of switches) {
    const other = seenBy(agent);
    const more = total(other, Sum.Bytes, newest) - total(chosen, Sum.Bytes, newest);
    const variance = total(other, Sum.Squares, newest) + total(chosen, Sum.Squares, newest);
    if (more > 0 && more ** 2 > BEYOND_SAMPLING * variance) chosen = other;
  }
  return chosen;
}

/** One of the sums over the window that ends with the second `newest`, of some sightings. */
export function total(sightings: readonly Sighting[], sum: number, newest: number): number {
  let all = 0;
  for (const sighting of sightings) {
    const value = sighting.sum(sum, newest);
    all = sum === Sum.Largest ? Math.max(all, value) : all + value;
  }
  return all;
}
