import type {Fabric} from '../../fabric/fabric.ts';
import type {Port} from '../../fabric/ports.ts';
import {IN, type LinkLoads, type LinkSums, OUT, type Utilisation, utilisationOf} from '../imbalance/link-loads.ts';
import {kindBand, shareBand} from '../sampling-error.ts';
import type {Banded} from './marks.ts';

/** What links are ranked by, always by the lower end of its band: few samples say little. */
export type CongestionRank = 'ce-share' | 'ce' | 'cnp' | 'discards';
export const CONGESTION_RANKS: readonly CongestionRank[] = ['ce-share', 'ce', 'cnp', 'discards'];

/** One direction of a link over the last seconds. */
export interface CongestedLink {
  port: Port;
  direction: 'in' | 'out';
  /** RoCEv2 samples that the shares rest on. */
  samples: number;
  /** Marked part of its RoCEv2 frames, 0..1, and those frames a second. */
  ceShare: Banded;
  ceFramesPerSecond: Banded;
  /** Congestion notifications a second that went the other way: those for the frames of this one, if any. */
  cnpPerSecond: Banded;
  /** Undefined where the speed is not known. */
  utilisation: Utilisation | undefined;
  /** By the interface's own counters; undefined where it keeps none. */
  discards: {perSecond: number; ageMs: number; elapsedMs: number} | undefined;
}

const NOTHING: Banded = {value: 0, low: 0, high: 0};

/** The links that show congestion, most of it first. A direction without marks, notifications or discards is left out. */
export function congestedLinks(fabric: Fabric, loads: LinkLoads, by: CongestionRank, top: number): CongestedLink[] {
  const found: CongestedLink[] = [];
  for (const port of fabric.ports.all) {
    const sums = {in: loads.window(port, IN), out: loads.window(port, OUT)};
    for (const [direction, own, other] of [
      ['in', sums.in, sums.out],
      ['out', sums.out, sums.in],
    ] as const) {
      const discards = discardsOf(fabric, port, direction);
      if (own.ceFrames === 0 && other.cnpFrames === 0 && !(discards && discards.perSecond > 0)) continue;
      found.push({
        ...{port, direction, samples: own.roceSamples, discards},
        ceShare: ceShareOf(own),
        ceFramesPerSecond: rateOf(own.ceFrames, own),
        cnpPerSecond: rateOf(other.cnpFrames, other),
        utilisation: utilisationOf(own, port.speed),
      });
    }
  }
  return found.sort((a, b) => rankOf(b, by) - rankOf(a, by)).slice(0, top);
}

function rankOf({ceShare, ceFramesPerSecond, cnpPerSecond, discards}: CongestedLink, by: CongestionRank): number {
  if (by === 'ce-share') return ceShare.low;
  if (by === 'ce') return ceFramesPerSecond.low;
  return by === 'cnp' ? cnpPerSecond.low : (discards?.perSecond ?? 0);
}

function ceShareOf(sums: LinkSums): Banded {
  if (sums.roceFrames === 0) return NOTHING;
  const value = Math.min(1, sums.ceFrames / sums.roceFrames);
  return {value, ...shareBand(value, {samples: sums.roceSamples})};
}

/** Frames of a kind a second. */
function rateOf(frames: number, sums: LinkSums): Banded {
  if (sums.bins === 0) return NOTHING;
  const {low, high} = kindBand(frames, sums);
  return {value: frames / sums.seconds, low: low / sums.seconds, high: high / sums.seconds};
}

function discardsOf(fabric: Fabric, {counters}: Port, direction: 'in' | 'out'): CongestedLink['discards'] {
  const perSecond = direction === 'in' ? counters?.inDiscardsPerSecond : counters?.outDiscardsPerSecond;
  if (!counters || perSecond === null || perSecond === undefined) return undefined;
  return {perSecond, ageMs: Math.max(0, Math.round(fabric.time - counters.time)), elapsedMs: counters.elapsedMs};
}
