import {byteBand} from '../analysis/sampling-error.ts';
import type {Fabric} from '../fabric/fabric.ts';
import type {FlowEstimate} from '../fabric/flows.ts';
import type {FlowRow, FlowsTopic} from '../shared/live.ts';

/** Which flows are wanted. */
export interface FlowQuery {
  top: number;
  /** Address of source or destination. */
  host?: string | undefined;
  /** Id of a link it was seen on. */
  link?: string | undefined;
}

/** The largest flows of the last seconds, and what the others add up to. */
export function topFlows({flows}: Fabric, {top, host, link}: FlowQuery): Omit<FlowsTopic, 'topic'> {
  const window = flows.windowSeconds;
  const wanted = flows
    .estimates()
    .filter(
      (flow) =>
        (host === undefined || flow.source === host || flow.destination === host) &&
        (link === undefined || flow.links.some(({id}) => id === link)),
    )
    .sort((a, b) => b.moments.bytes - a.moments.bytes);
  const rest = wanted.slice(top);
  return {
    window,
    flows: wanted.slice(0, top).map((flow) => flowRow(flow, window)),
    other: {
      flows: rest.length,
      bitsPerSecond: rest.reduce((sum, {moments}) => sum + (moments.bytes * 8) / window, 0),
    },
  };
}

function flowRow(flow: FlowEstimate, seconds: number): FlowRow {
  const {moments} = flow;
  const band = byteBand(moments);
  return {
    source: flow.source,
    destination: flow.destination,
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
