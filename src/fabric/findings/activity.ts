import {Count} from '../../account/ledger.ts';
import type {Fabric} from '../fabric.ts';
import {sumOf, waterfall} from './waterfall.ts';

/** Datagrams a second that were lost in front of the decoder in the last seconds. */
export function lossPerSecond({rates}: Fabric): number {
  return rates.perSecond(Count.DatagramsKernelDropped) + rates.perSecond(Count.DatagramsRingDropped);
}

/** How busy the way in is, and what was lost on it. */
export interface Activity {
  datagramsPerSecond: number;
  flowSamplesPerSecond: number;
  datagrams: number;
  flowSamples: number;
  roceSamples: number;
  kernelDropped: number;
  ringDropped: number;
  rejected: number;
  missing: number;
}

export function activity(fabric: Fabric): Activity {
  const all = waterfall(fabric);
  return {
    datagramsPerSecond: fabric.rates.perSecond(Count.DatagramsReceived),
    flowSamplesPerSecond: fabric.rates.perSecond(Count.FlowSamples),
    datagrams: all.datagramsReceived,
    flowSamples: all.flowSamples,
    roceSamples: all.roceSamples,
    kernelDropped: all.kernelDropped,
    ringDropped: all.ringDropped,
    rejected: sumOf(all.datagramsRejected),
    missing: all.datagramsMissing,
  };
}
