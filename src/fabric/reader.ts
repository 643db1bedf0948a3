import {BinState, type MeasureName} from '../shared/live.ts';
import type {Fabric} from './fabric.ts';
import type {Moments} from './history/moments.ts';
import {LARGEST_UNIT} from './history/rings.ts';
import type {Port, Role} from './ports.ts';

/**
 * What is read: what enters the whole fabric, that is at its edge ports (or at those of another role), or one direction
 * of a link.
 */
export type Scope = {kind: 'fabric'; role?: Role} | {kind: 'link'; port: Port; direction: number};

export const FABRIC_SCOPE: Scope = {kind: 'fabric'};

/**
 * Adds the moments of a scope in one bin to `into`. Returns the bin's `BinState`; where that is `Absent` nothing was
 * added. A bin that the rings no longer or not yet hold is absent.
 */
export function readBin(fabric: Fabric, scope: Scope, measure: MeasureName, bin: number, into: Moments): number {
  if (bin < fabric.firstBin || bin > fabric.newest || fabric.skipped.has(bin)) return BinState.Absent;
  if (scope.kind === 'fabric') {
    const state = fabric.sums.state(bin, scope.role);
    if (state !== BinState.Absent) fabric.sums.addTo(into, bin, measure, scope.role);
    return state;
  }
  const {port, direction} = scope;
  // What found no room is missing there: that is no zero.
  if (fabric.rows.refusals.has(port.slot * 2 + direction, bin)) return BinState.Absent;
  const state = port.agent.presence.state(bin);
  if (state !== BinState.Absent) addLink(fabric, port, direction, measure, bin, into);
  return state;
}

function addLink(
  fabric: Fabric,
  {slot, agent}: Port,
  direction: number,
  measure: MeasureName,
  bin: number,
  into: Moments,
): void {
  const {rows, rings} = fabric;
  const basis = rows.basis(slot, direction, bin);
  let largest = 0;
  let largestRate = 0;
  for (const row of rows.of(slot, direction)) {
    if (row.basis !== basis) continue;
    const chunk = rings.chunk(row.index);
    const cell = rings.at(row.index, bin);
    const rate = rows.weight(row, bin);
    const variance = rate * rate * rows.clumping(row, bin);
    // A row that there was not when the bin became final has nothing to say of it.
    if (chunk.largest[cell]! > 0) largestRate = Math.max(largestRate, rate);
    if (measure === 'roce') {
      into.samples += chunk.roceFrames[cell]!;
      into.frames += chunk.roceFrames[cell]! * rate;
      into.frameSquares += chunk.roceFrames[cell]! * variance;
      into.bytes += chunk.roceBytes[cell]! * rate;
      into.squares += chunk.roceSquares[cell]! * variance;
      largest = Math.max(largest, rate * chunk.roceLargest[cell]! * LARGEST_UNIT);
    } else {
      into.samples += chunk.frames[cell]!;
      into.frames += chunk.frames[cell]! * rate;
      into.frameSquares += chunk.frames[cell]! * variance;
      into.bytes += chunk.bytes[cell]! * rate;
      into.squares += chunk.squares[cell]! * variance;
      largest = Math.max(largest, rate * chunk.largest[cell]! * LARGEST_UNIT);
    }
  }
  // A port without a sample of its own may still have carried what its neighbours' sampling rate did not catch.
  const lost = agent.losses.factor(bin) * agent.drops.factor(bin);
  into.largest = Math.max(into.largest, largest || agent.largest.weights.at(bin) * lost);
  into.largestRate = Math.max(into.largestRate, largestRate || agent.largest.rates.at(bin) * lost);
}
