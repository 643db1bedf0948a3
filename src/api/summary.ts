import {activity} from '../fabric/activity.ts';
import type {Fabric} from '../fabric/fabric.ts';
import {portName} from '../fabric/ports.ts';
import {FABRIC_SCOPE} from '../fabric/reader.ts';
import {BinState, type LinkInfo, type LinksTopic, type SummaryTopic} from '../shared/live.ts';
import type {Context} from './context.ts';
import {meanOver, settledWindow} from './estimate.ts';

/** Now-values are means over this, unless asked otherwise. */
export const SETTLED_MS = 2_000;

/** Agents that are overdue at the newest bin. */
export function missingAgents(fabric: Fabric): string[] {
  return fabric.agents.all
    .filter(({presence}) => presence.state(fabric.newest) === BinState.Absent)
    .map(({address}) => address);
}

/** Links that count as edge. */
export function edgeLinks(fabric: Fabric): number {
  return fabric.sums.countedPerHop ? 0 : fabric.ports.all.length;
}

export function summaryTopic({fabric, info}: Context): SummaryTopic {
  const {from, to} = settledWindow(fabric, SETTLED_MS);
  const mean = (measure: 'roce' | 'all') => meanOver(fabric, FABRIC_SCOPE, measure, from, to);
  const roce = mean('roce');
  const {ce, cnp, bins} = congestion(fabric, from, to);
  const frames = (roce.framesPerSecond ?? 0) * bins * 0.1;
  const {datagramsPerSecond, flowSamplesPerSecond, ...totals} = activity(fabric);
  return {
    topic: 'summary',
    version: info.version,
    demo: info.demo,
    source: info.source,
    udpPort: info.udpPort ?? null,
    addresses: info.addresses,
    bin: Number.isFinite(to) ? to : 0,
    agents: fabric.agents.all.length,
    agentsMissing: missingAgents(fabric),
    links: fabric.ports.all.length,
    edgeLinks: edgeLinks(fabric),
    countedPerHop: fabric.sums.countedPerHop,
    roce,
    all: mean('all'),
    ceShare: frames > 0 ? ce / frames : null,
    cnpPerSecond: bins > 0 ? cnp / (bins * 0.1) : null,
    datagramsPerSecond,
    flowSamplesPerSecond,
    totals,
    historyBins: fabric.rings.depth,
  };
}

/** Estimated CE-marked frames and CNPs in from..to, and how many of its bins have data. */
function congestion(fabric: Fabric, from: number, to: number): {ce: number; cnp: number; bins: number} {
  let ce = 0;
  let cnp = 0;
  let bins = 0;
  for (let bin = Math.max(from, fabric.firstBin); bin <= to; bin++) {
    if (fabric.sums.state(bin) === BinState.Absent) continue;
    bins++;
    ce += fabric.sums.ce(bin);
    cnp += fabric.sums.cnp(bin);
  }
  return {ce, cnp, bins};
}

export function linksTopic({ports, sums}: Fabric): LinksTopic {
  return {
    topic: 'links',
    revision: ports.revision,
    links: ports.all.map(
      (port): LinkInfo => ({
        slot: port.slot,
        id: port.id,
        agent: port.agent.address,
        ifIndex: port.ifIndex,
        name: portName(port),
        role: sums.role(port).role,
        speed: port.speed ?? null,
      }),
    ),
  };
}
