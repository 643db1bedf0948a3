import {presentBins} from './cells.ts';
import type {Fabric} from './fabric.ts';
import {Moments} from './history/moments.ts';
import {LARGEST_UNIT} from './history/rings.ts';
import type {Port} from './ports.ts';

/** What one direction of a link carried over some bins. */
export interface LinkMoments {
  /** Bins in which the agent was there, and its samples found room. */
  bins: number;
  roce: Moments;
  all: Moments;
}

/**
 * Sums the bins from..to (inclusive) of a direction, as `readBin` does bin by bin: RoCEv2 and all traffic in one walk,
 * for whoever reads thousands of links.
 */
export function readLink(fabric: Fabric, port: Port, direction: number, from: number, to: number): LinkMoments {
  const {rows, rings} = fabric;
  const {slot, agent} = port;
  const place = slot * 2 + direction;
  // Where samples found no room, there is no figure.
  const bins = presentBins(fabric, agent, from, to).bins.filter((bin) => !rows.refusals.has(place, bin));
  const roce = new Moments();
  const all = new Moments();
  const ofPort = rows.of(slot, direction);
  const always = bins.length > 0 ? rows.basisSince(slot, direction, bins[0]!) : undefined;
  for (const bin of bins) {
    const basis = always ?? rows.basis(slot, direction, bin);
    let largest = 0;
    let roceLargest = 0;
    let largestRate = 0;
    for (const row of ofPort) {
      if (row.basis !== basis) continue;
      const chunk = rings.chunk(row.index);
      const cell = rings.at(row.index, bin);
      const rate = rows.weight(row, bin);
      if (chunk.largest[cell]! > 0) largestRate = Math.max(largestRate, rate);
      largest = Math.max(largest, rate * chunk.largest[cell]! * LARGEST_UNIT);
      roceLargest = Math.max(roceLargest, rate * chunk.roceLargest[cell]! * LARGEST_UNIT);
      const frames = chunk.frames[cell]!;
      if (frames === 0) continue;
      const variance = rate * rate * rows.clumping(row, bin);
      add(all, frames, chunk.bytes[cell]!, chunk.squares[cell]!, rate, variance);
      add(roce, chunk.roceFrames[cell]!, chunk.roceBytes[cell]!, chunk.roceSquares[cell]!, rate, variance);
    }
    // A port without a sample of its own may still have carried what its neighbours' sampling rate did not catch.
    const lost = largest > 0 && roceLargest > 0 ? 1 : agent.losses.factor(bin) * agent.drops.factor(bin);
    all.largest = Math.max(all.largest, largest || agent.largest.weights.at(bin) * lost);
    roce.largest = Math.max(roce.largest, roceLargest || agent.largest.weights.at(bin) * lost);
    all.largestRate = Math.max(all.largestRate, largestRate || agent.largest.rates.at(bin) * lost);
  }
  roce.largestRate = all.largestRate;
  return {bins: bins.length, roce, all};
}

function add(into: Moments, frames: number, bytes: number, squares: number, rate: number, variance: number): void {
  into.samples += frames;
  into.frames += frames * rate;
  into.frameSquares += frames * variance;
  into.bytes += bytes * rate;
  into.squares += squares * variance;
}
