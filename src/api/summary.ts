import {fabricMarks} from '../analysis/congestion/marks.ts';
import type {Fabric} from '../fabric/fabric.ts';
import {activity} from '../fabric/findings/activity.ts';
import {portName, type Role} from '../fabric/ports.ts';
import {FABRIC_SCOPE, type Scope} from '../fabric/reader.ts';
import {BinState, type Estimate, type LinkInfo, type LinksTopic, type SummaryTopic} from '../shared/live.ts';
import type {Context} from './context.ts';
import {meanOver, settledWindow} from './estimate.ts';
import {findingCounts} from './facts.ts';

/** Now-values are means over this, unless asked otherwise. */
export const SETTLED_MS = 2_000;

/** What entered at the links of one role. */
export interface RoleFigures {
  links: number;
  roce: Estimate;
  all: Estimate;
}

/** Agents that are overdue at the newest bin. */
export function missingAgents(fabric: Fabric): string[] {
  return fabric.agents.all
    .filter(({presence}) => presence.state(fabric.newest) === BinState.Absent)
    .map(({address}) => address);
}

/** What the bins from..to say of a role's links together. */
const scopeOf = (role: Role): Scope => ({kind: 'fabric', role});

/**
 * Of the bytes that entered at edge links and at links of unknown role, the share of the latter: as much as may be
 * missing in the fabric's figures. 0 where nothing entered.
 */
export function unknownShare(fabric: Fabric, from: number, to: number): number {
  return fabric.sums.unknownShare(Math.max(from, fabric.firstBin), to);
}

/** Means over the bins from..to of what entered at the links of each role. */
export function byRole(fabric: Fabric, from: number, to: number): Record<Role, RoleFigures> {
  const figures = (role: Role): RoleFigures => ({
    links: fabric.roles.counts[role],
    roce: meanOver(fabric, scopeOf(role), 'roce', from, to),
    all: meanOver(fabric, scopeOf(role), 'all', from, to),
  });
  return {edge: figures('edge'), core: figures('core'), unknown: figures('unknown')};
}

export function summaryTopic(context: Context): SummaryTopic {
  const {fabric, info} = context;
  const {from, to} = settledWindow(fabric, SETTLED_MS);
  const mean = (measure: 'roce' | 'all') => meanOver(fabric, FABRIC_SCOPE, measure, from, to);
  const roce = mean('roce');
  const marks = congestion(fabric, from, to);
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
    edgeLinks: fabric.roles.counts.edge,
    unknownLinks: fabric.roles.counts.unknown,
    unknownShare: unknownShare(fabric, from, to),
    rolesFrom: fabric.roles.from,
    roce,
    all: mean('all'),
    ...marks,
    datagramsPerSecond,
    flowSamplesPerSecond,
    totals,
    findings: findingCounts(context),
    historyBins: fabric.rings.depth,
  };
}

function congestion(fabric: Fabric, from: number, to: number) {
  const {ceShare, cnpPerSecond} = fabricMarks(fabric, from, to);
  return {
    ceShare: ceShare?.value ?? null,
    ceShareLow: ceShare?.low ?? null,
    ceShareHigh: ceShare?.high ?? null,
    cnpPerSecond: cnpPerSecond?.value ?? null,
    cnpPerSecondLow: cnpPerSecond?.low ?? null,
    cnpPerSecondHigh: cnpPerSecond?.high ?? null,
  };
}

export function linksTopic({ports, sums, wiring}: Fabric): LinksTopic {
  return {
    topic: 'links',
    revision: ports.revision,
    links: ports.all.map((port): LinkInfo => {
      const end = wiring.end(port.id);
      return {
        slot: port.slot,
        id: port.id,
        agent: port.agent.address,
        ifIndex: port.ifIndex,
        name: portName(port),
        role: sums.role(port).role,
        speed: port.speed ?? null,
        ...(end === undefined ? {} : {wire: end.wire}),
        ...(end?.peer === undefined ? {} : {peer: end.peer}),
      };
    }),
  };
}
