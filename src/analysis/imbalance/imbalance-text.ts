import type {Fabric} from '../../fabric/fabric.ts';
import {type Port, portName} from '../../fabric/ports.ts';
import type {FabricEvent} from '../../fabric/watch/events.ts';
import {percent} from '../../fabric/watch/watch-text.ts';
import {queuePairText} from '../../shared/queue-pair.ts';
import type {CollisionReport, GroupReport} from './imbalance-engine.ts';
import type {ParallelLinks} from './parallel-links.ts';

type Event = Omit<FabricEvent, 'id'>;

/** What an agent is called on a page. */
const agentName = ({agents}: Fabric, address: string) => {
  const agent = agents.get(address);
  return agent?.given ?? agent?.name ?? address;
};

export function imbalanceEvent(fabric: Fabric, report: GroupReport, group: ParallelLinks, time: number): Event {
  const {cv, cvLow, cvHigh, pValue, samples, hashing, verdict} = report;
  const sorted = [...report.links].sort((a, b) => b.share - a.share);
  const [most, least] = [sorted[0]!, sorted.at(-1)!];
  const name = (id: string) => portName(fabric.ports.get(id)!);
  const by =
    verdict === 'few-flows'
      ? `as hashing whole flows that count for ${Math.round(hashing.flows ?? 0)} may (${percent(hashing.expectedCv)} on average)`
      : `more than hashing whole flows explains (${percent(hashing.expectedCv)} on average)`;
  return {
    time,
    kind: 'links-imbalanced',
    level: verdict === 'few-flows' ? 'info' : 'warning',
    text:
      `${group.name} of ${agentName(fabric, group.agent)} are loaded unevenly: variation of ${percent(cv!)} ` +
      `(${percent(cvLow!)} to ${percent(cvHigh!)}) over ${group.ports.length} links, ${by}; ` +
      `${name(most.id)} carries ${percent(most.share)} of it, ${name(least.id)} ${percent(least.share)}`,
    agent: group.agent,
    group: group.name,
    link: verdict === 'few-flows' || most.share > 2 / sorted.length ? most.id : least.id,
    figures: {
      cv: cv!,
      cvLow: cvLow!,
      cvHigh: cvHigh!,
      pValue: pValue!,
      samples,
      links: sorted.length,
      expectedCv: hashing.expectedCv,
      mostShare: most.share,
      leastShare: least.share,
      ...(hashing.flows === null ? undefined : {flows: hashing.flows}),
    },
  };
}

export function balancedEvent(fabric: Fabric, report: GroupReport, group: ParallelLinks, time: number): Event {
  const {verdict, cv, cvHigh} = report;
  const agent = agentName(fabric, group.agent);
  const text =
    verdict === 'unknown'
      ? `${group.name} of ${agent} carry too little now to tell whether they are loaded evenly`
      : verdict === 'few-flows'
        ? `${group.name} of ${agent} are loaded as whole flows may be, and none is so full any more: variation of ${percent(cv!)}`
        : `${group.name} of ${agent} are loaded evenly again: variation of ${percent(cv!)}, at most ${percent(cvHigh!)}`;
  const figures = cv === null || cvHigh === null ? undefined : {figures: {cv, cvHigh, samples: report.samples}};
  return {time, kind: 'links-balanced', level: 'good', text, agent: group.agent, group: group.name, ...figures};
}

export function collisionEvent(fabric: Fabric, collision: CollisionReport, port: Port, time: number): Event {
  const host = (address: string) => fabric.names.host(address) ?? address;
  const flows = collision.flows.map(
    ({source, destination, destQp, bitsPerSecond}) =>
      `${host(source)} to ${host(destination)} (QP ${queuePairText(destQp)}, ${(bitsPerSecond / 1e9).toPrecision(2)} Gbit/s)`,
  );
  const sibling = fabric.ports.get(collision.sibling);
  return {
    time,
    kind: 'elephants-collide',
    level: 'warning',
    text:
      `${flows.length} large flows share ${portName(port)} of ${agentName(fabric, port.agent.address)}, which is full ` +
      `(${percent(collision.utilisation)} of its speed), while ${sibling ? portName(sibling) : collision.sibling} has room: ` +
      flows.join(', '),
    agent: port.agent.address,
    link: port.id,
    figures: {utilisation: collision.utilisation, flows: flows.length},
  };
}
