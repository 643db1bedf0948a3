import type {Fabric} from '../../fabric/fabric.ts';
import {Sum} from '../../fabric/flow-window.ts';
import type {FlowName} from '../../fabric/flows.ts';
import type {Port} from '../../fabric/ports.ts';
import type {ParallelLinks} from './parallel-links.ts';

/** A flow over the flow table's window, on one link or on all of a group. */
export interface FlowVolume {
  flow: FlowName;
  bytes: number;
  squares: number;
}

/** Flows that a group of parallel links sends, and those of each of them. */
export interface GroupFlows {
  all: FlowVolume[];
  ofLink(port: Port): FlowVolume[];
}

/** What the groups' links send, flow by flow, in one pass over the flow table. */
export function flowsOfGroups({flows}: Fabric, groups: readonly ParallelLinks[]): (group: ParallelLinks) => GroupFlows {
  const byPort = new Map<Port, Map<FlowName, FlowVolume>>();
  for (const {ports} of groups) for (const port of ports) byPort.set(port, new Map());
  if (byPort.size > 0) {
    const second = flows.newestSecond;
    flows.eachLeaving(byPort.keys(), (port, flow, sighting) => {
      const volumes = byPort.get(port);
      if (!volumes) return; // its slot is another port's by now
      addTo(volumes, {
        flow,
        bytes: sighting.sum(Sum.Bytes, second),
        squares: sighting.sum(Sum.Squares, second),
      });
    });
  }
  const ofLink = (port: Port) => [...(byPort.get(port)?.values() ?? [])];
  return ({ports}) => {
    const all = new Map<FlowName, FlowVolume>();
    for (const port of ports) for (const volume of ofLink(port)) addTo(all, volume);
    return {all: [...all.values()], ofLink};
  };
}

/** A flow may come in at several ports, and go by several of the links. */
function addTo(volumes: Map<FlowName, FlowVolume>, {flow, bytes, squares}: FlowVolume): void {
  const known = volumes.get(flow);
  if (!known) {
    volumes.set(flow, {flow, bytes, squares});
    return;
  }
  known.bytes += bytes;
  known.squares += squares;
}
