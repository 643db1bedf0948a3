import {byteBand, frameBand, meanBand} from '../analysis/sampling-error.ts';
import type {Fabric} from '../fabric/fabric.ts';
import type {Moments} from '../fabric/history/moments.ts';
import type {OperationSums} from '../fabric/operation-sums.ts';
import {kindName, NAK_NAMES, type OperationScope} from '../fabric/operations.ts';
import {ROLES} from '../fabric/roles/roles.ts';
import type {OperationsAnswer} from '../shared/answers.ts';

const BITS = 8;
const EDGE = ROLES.indexOf('edge');

/** An estimate a second with its 95 % interval; null where nothing is known. */
export interface Rate {
  perSecond: number | null;
  low: number | null;
  high: number | null;
  samples: number;
}

/** Packets of one kind. */
export type OperationRate = OperationsAnswer['operations'][number];

export interface OperationAnswer {
  window: number;
  scope: string;
  operations: OperationRate[];
  rdma: {
    operationsPerSecond: number | null;
    low: number | null;
    high: number | null;
    samples: number;
    bytesPerOperation: number | null;
    bytesLow: number | null;
    bytesHigh: number | null;
  };
  credits: {average: number | null; min: number | null; max: number | null; samples: number};
  naks: ({code: number | null; name: string} & Rate)[];
  rnrPerSecond: Rate;
}

/** Ports at which each packet enters the fabric once. */
export const edgeOf =
  ({roles, newest}: Fabric): OperationScope =>
  (slot) =>
    roles.numberAt(slot, newest) === EDGE;

/** What came in at the ports of a scope over the window, as rates with their bands. `name` is what the scope is called. */
export function operationsOf(
  fabric: Fabric,
  name: string,
  scope: OperationScope,
  sums: OperationSums = fabric.operations.sums(scope),
): OperationAnswer {
  const {operations, ports} = fabric;
  const window = operations.windowSeconds;
  const isKnown = window > 0 && ports.has(scope);
  const rate = (moments: Moments): Rate => {
    const {samples} = moments;
    if (!isKnown) return {perSecond: null, low: null, high: null, samples};
    const {low, high} = frameBand(moments);
    return {perSecond: moments.frames / window, low: low / window, high: high / window, samples};
  };
  const {perSecond: operationsPerSecond, ...band} = rate(sums.rdma);
  return {
    window,
    scope: name,
    operations: isKnown ? kindRates(sums, window) : [],
    rdma: {operationsPerSecond, ...band, ...lengths(sums)},
    credits: credits(sums),
    naks: sums.naks.map((moments, code) => {
      const name = NAK_NAMES[code]!;
      return {code: code < NAK_NAMES.length - 1 ? code : null, name, ...rate(moments)};
    }),
    rnrPerSecond: rate(sums.rnr),
  };
}

function kindRates({kinds}: OperationSums, window: number): OperationRate[] {
  const rates = [...kinds].map(([kind, moments]): OperationRate => {
    const frames = frameBand(moments);
    const bytes = byteBand(moments);
    return {
      ...kindName(kind),
      framesPerSecond: moments.frames / window,
      low: frames.low / window,
      high: frames.high / window,
      bitsPerSecond: (moments.bytes * BITS) / window,
      bitsLow: (bytes.low * BITS) / window,
      bitsHigh: (bytes.high * BITS) / window,
      samples: moments.samples,
    };
  });
  return rates.sort((a, b) => b.framesPerSecond - a.framesPerSecond);
}

function lengths({rdmaBytes}: OperationSums) {
  const {samples, weights, sum} = rdmaBytes;
  const band = meanBand(rdmaBytes);
  return {
    bytesPerOperation: samples > 0 ? sum / weights : null,
    bytesLow: band?.low ?? null,
    bytesHigh: band?.high ?? null,
  };
}

function credits({credits: {samples, weights, sum, least, most}}: OperationSums): OperationAnswer['credits'] {
  if (samples === 0) return {average: null, min: null, max: null, samples};
  return {average: sum / weights, min: least, max: most, samples};
}
