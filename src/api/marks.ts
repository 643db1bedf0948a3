import {Type} from 'typebox';
import {kindBand} from '../analysis/sampling-error.ts';
import type {Fabric} from '../fabric/fabric.ts';
import {marksLeaving} from '../fabric/marks-leaving.ts';
import {BIN_MS} from '../shared/bins.ts';
import {BinState} from '../shared/live.ts';
import {Nullable} from './schemas.ts';

/** Frames a second with a mark; null where it is not known which links are edge links. */
export interface MarkRate {
  framesPerSecond: number | null;
  low: number | null;
  high: number | null;
}

/** Marks as they leave the fabric. */
export interface Marks {
  ce: MarkRate;
  cnp: MarkRate;
  trimmed: MarkRate;
}

const number = (description: string) => Nullable(Type.Number({description}));

const rate = (description: string) =>
  Type.Object(
    {
      framesPerSecond: number('estimated frames a second'),
      low: number('lower end of the 95 % interval'),
      high: number('upper end of the 95 % interval'),
    },
    {description},
  );

export const MarksSchema = Type.Object(
  {
    ce: rate('RoCEv2 frames marked congestion experienced (RFC 3168)'),
    cnp: rate('congestion notification packets'),
    trimmed: rate('packets that a switch trimmed, by the DSCP that it gave them (setting trimDscp)'),
  },
  {
    title: 'Marks',
    description:
      'of what left the fabric at edge links: each packet once, with what switches marked on its way; where only what comes in is sampled, without the marks of its last switch',
  },
);

const SECOND_MS = 1_000;

/** Means over the bins from..to of the marked frames that left at edge links. */
export function marksOf(fabric: Fabric, from: number, to: number): Marks {
  let bins = 0;
  for (let bin = Math.max(from, fabric.firstBin); bin <= to; bin++) {
    if (fabric.sums.state(bin) !== BinState.Absent && !fabric.skipped.has(bin)) bins++;
  }
  if (bins === 0) return {ce: UNKNOWN, cnp: UNKNOWN, trimmed: UNKNOWN};
  const perSecond = SECOND_MS / (bins * BIN_MS);
  const {frames, moments} = marksLeaving(fabric, from, to);
  const of = (count: number): MarkRate => {
    const band = kindBand(count, moments);
    return {framesPerSecond: count * perSecond, low: band.low * perSecond, high: band.high * perSecond};
  };
  return {ce: of(frames.ce), cnp: of(frames.cnp), trimmed: of(frames.trimmed)};
}

const UNKNOWN: MarkRate = {framesPerSecond: null, low: null, high: null};
