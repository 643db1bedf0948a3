import {byteBand, ceShareOf, kindBand} from '../analysis/sampling-error.ts';
import type {Fabric} from '../fabric/fabric.ts';
import type {FlowEstimate, FlowQuery, TopFlows} from '../fabric/flows.ts';
import type {Names} from '../fabric/wiring/names.ts';
import {weightedPoissonBand} from '../shared/band.ts';
import type {FlowRow, FlowsTopic} from '../shared/live.ts';

type FlowsAnswer = Omit<FlowsTopic, 'topic'>;

/** The largest flows of the last seconds, and what the others add up to. */
export const topFlows = ({flows, names}: Fabric, query: FlowQuery): FlowsAnswer => answerOf(flows.top(query), names);

/** The same in steps, which are to be made within a second. */
export function* topFlowsInSteps({flows, names}: Fabric, query: FlowQuery): Generator<void, FlowsAnswer> {
  return answerOf(yield* flows.topInSteps(query), names);
}

function answerOf({window, flows: largest, rest}: TopFlows, names: Names): FlowsAnswer {
  const band = weightedPoissonBand(rest.bytes, rest.squares, rest.largest);
  return {
    window,
    flows: largest.map((flow) => flowRow(flow, window, names)),
    other: {
      flows: rest.flows,
      bitsPerSecond: (rest.bytes * 8) / window,
      low: (band.low * 8) / window,
      high: (band.high * 8) / window,
    },
  };
}

function flowRow(flow: FlowEstimate, seconds: number, names: Names): FlowRow {
  const {moments} = flow;
  const band = byteBand(moments);
  const operations = kindBand(flow.operations, moments);
  const cnp = kindBand(flow.cnpFrames, moments);
  const ce = ceShareOf(flow) ?? {value: 0, low: 0, high: 1};
  const sourceName = names.host(flow.source);
  const destinationName = names.host(flow.destination);
  return {
    source: flow.source,
    ...(sourceName === undefined ? undefined : {sourceName}),
    destination: flow.destination,
    ...(destinationName === undefined ? undefined : {destinationName}),
    destQp: flow.destQp,
    dscp: flow.dscp,
    bitsPerSecond: (moments.bytes * 8) / seconds,
    low: (band.low * 8) / seconds,
    high: (band.high * 8) / seconds,
    samples: moments.samples,
    operationsPerSecond: flow.operations / seconds,
    operationsLow: operations.low / seconds,
    operationsHigh: operations.high / seconds,
    ce: ce.value,
    ceLow: ce.low,
    ceHigh: ce.high,
    cnpPerSecond: flow.cnpFrames / seconds,
    cnpLow: cnp.low / seconds,
    cnpHigh: cnp.high / seconds,
    packetsByPsn: packetsByPsn(flow, seconds),
    retransmissions: flow.retransmissions,
    links: flow.links.map(({id}) => id),
  };
}

/** The difference of two geometric variables lies within so many of their means 95 % of the time: ln 20. */
const BAND_GAPS = Math.log(20);

/** Null where there are more numbers than packets: those of READs, whose packets the other end sends. */
function packetsByPsn({byPsn, moments}: FlowEstimate, seconds: number): FlowRow['packetsByPsn'] {
  if (!byPsn) return null;
  const {packets, gap} = byPsn;
  const around = BAND_GAPS * gap;
  const frames = kindBand(moments.frames, moments);
  if (packets - around > frames.high + (frames.high - frames.low)) return null;
  return {
    perSecond: packets / seconds,
    low: Math.max(0, packets - around) / seconds,
    high: (packets + around) / seconds,
  };
}
