import {byteBand} from '../analysis/sampling-error.ts';
import type {Fabric} from '../fabric/fabric.ts';
import type {FlowEstimate, FlowQuery} from '../fabric/flows.ts';
import type {Names} from '../fabric/names.ts';
import type {FlowRow, FlowsTopic} from '../shared/live.ts';

/** The largest flows of the last seconds, and what the others add up to. */
export function topFlows({flows, names}: Fabric, query: FlowQuery): Omit<FlowsTopic, 'topic'> {
  const window = flows.windowSeconds;
  const {flows: largest, rest} = flows.top(query);
  return {
    window,
    flows: largest.map((flow) => flowRow(flow, window, names)),
    other: {flows: rest.flows, bitsPerSecond: (rest.bytes * 8) / window},
  };
}

function flowRow(flow: FlowEstimate, seconds: number, names: Names): FlowRow {
  const {moments} = flow;
  const band = byteBand(moments);
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
    ce: moments.frames > 0 ? flow.ceFrames / moments.frames : 0,
    cnpPerSecond: flow.cnpFrames / seconds,
    links: flow.links.map(({id}) => id),
  };
}
