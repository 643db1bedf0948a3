import {Direction} from '../account/schema.ts';
import {presentBins, visitCells} from './cells.ts';
import type {Fabric} from './fabric.ts';
import {Moments} from './history/moments.ts';
import type {Mark} from './history/sums.ts';

/** Estimated frames with each mark, and of what all samples they are. */
export interface MarkSums {
  frames: Record<Mark, number>;
  moments: Moments;
}

/**
 * What left the fabric at edge ports in the bins from..to (inclusive): each packet once, with all marks that switches
 * gave it on its way. Where only what comes in is sampled, without those of its last switch.
 */
export function marksLeaving(fabric: Fabric, from: number, to: number): MarkSums {
  const frames: Record<Mark, number> = {ce: 0, cnp: 0, trimmed: 0};
  const moments = new Moments();
  for (const agent of fabric.agents.all) {
    const held = presentBins(fabric, agent, from, to);
    if (held.bins.length === 0) continue;
    moments.largestRate = Math.max(moments.largestRate, agent.largest.rate);
    for (const slot of agent.ports) {
      if (fabric.roles.at(slot, to) !== 'edge') continue;
      visitCells(fabric, slot, Direction.Out, held, (chunk, at, weight) => {
        moments.samples += chunk.frames[at]!;
        moments.frames += chunk.frames[at]! * weight;
        frames.ce += chunk.ce[at]! * weight;
        frames.cnp += chunk.cnp[at]! * weight;
        frames.trimmed += chunk.trimmed[at]! * weight;
      });
    }
  }
  return {frames, moments};
}
