import type {Agent} from '../../fabric/agents.ts';
import type {Fabric} from '../../fabric/fabric.ts';
import {BinState} from '../../shared/live.ts';
import {effectiveRates, secondOf} from '../sampling.ts';
import type {MetricsBuilder} from './builder.ts';

/** Adds up a count over the agent's sub-agents, those that have left included. */
function over(
  {subAgents, left}: Agent,
  count: 'received' | 'missing' | 'flowSamples' | 'missingFlowSamples' | 'agentDrops',
): number {
  let sum = left[count];
  for (const stream of subAgents.values()) sum += stream[count];
  return sum;
}

/** Who reports, and what of it is missing. */
export function agentMetrics(builder: MetricsBuilder, fabric: Fabric): void {
  samplingMetrics(builder, fabric);
  builder.gauge('tenhertz_agent_up', '1 while the agent is not overdue.', ['agent'], (set) => {
    for (const {address, presence} of fabric.agents.all) {
      set(presence.state(fabric.newest) === BinState.Absent ? 0 : 1, {agent: address});
    }
  });
  builder.gauge('tenhertz_agent_last_seen_seconds', "Time of the agent's last datagram.", ['agent'], (set) => {
    for (const {address, lastArrival} of fabric.agents.all) set(lastArrival / 1_000, {agent: address});
  });
  builder.counter('tenhertz_agent_datagrams_received_total', 'Datagrams received from the agent.', ['agent'], (set) => {
    for (const agent of fabric.agents.all) set(over(agent, 'received'), {agent: agent.address});
  });
  builder.gauge('tenhertz_agent_datagrams_missing', 'Datagrams of the agent missing by number.', ['agent'], (set) => {
    for (const agent of fabric.agents.all) set(over(agent, 'missing'), {agent: agent.address});
  });
  builder.counter(
    'tenhertz_agent_pfc_storms_total',
    "Storms of pause frames that the agent's watchdog found at its ports.",
    ['agent'],
    (set) => {
      // Of all agents, so that the first storm is seen as a step.
      for (const {address} of fabric.agents.all) set(fabric.gauges.stormsFound.get(address) ?? 0, {agent: address});
    },
  );
}

/** How well agents sample. */
function samplingMetrics(builder: MetricsBuilder, fabric: Fabric): void {
  // Samples that were only late are no longer missing; what was told of them stays.
  const most = new Map<Agent, number>();
  builder.counter(
    'tenhertz_agent_samples_missing_total',
    'Flow samples of the agent missing by their own sequence numbers.',
    ['agent'],
    (set) => {
      for (const agent of fabric.agents.all) {
        const missing = Math.max(most.get(agent) ?? 0, over(agent, 'missingFlowSamples'));
        most.set(agent, missing);
        set(missing, {agent: agent.address});
      }
    },
  );
  builder.counter('tenhertz_agent_flow_samples_total', 'Flow samples that came from the agent.', ['agent'], (set) => {
    for (const agent of fabric.agents.all) set(over(agent, 'flowSamples'), {agent: agent.address});
  });
  builder.counter(
    'tenhertz_agent_sample_drops_total',
    'Packets that the agent says it could not sample.',
    ['agent'],
    (set) => {
      for (const agent of fabric.agents.all) set(over(agent, 'agentDrops'), {agent: agent.address});
    },
  );
  builder.gauge(
    'tenhertz_agent_time_resolution_seconds',
    "Time that the agent's samples may be off by, mean over the last 10 s.",
    ['agent'],
    (set) => {
      for (const agent of fabric.agents.all) {
        const {uncertainMs} = agent.recent.before(secondOf(fabric));
        if (uncertainMs !== null) set(uncertainMs / 1_000, {agent: agent.address});
      }
    },
  );
  builder.gauge(
    'tenhertz_agent_samples_versus_counters',
    "Bytes estimated from the agent's samples over octets counted by its interfaces; 1 where both tell the same.",
    ['agent'],
    (set) => {
      for (const agent of fabric.agents.all) {
        const ratio = fabric.counterCheck.ofAgent(agent)?.ratio;
        if (ratio !== undefined) set(ratio, {agent: agent.address});
      }
    },
  );
  builder.gauge(
    'tenhertz_agent_sampling_wrong',
    "1 while the agent's samples and its interfaces' counters disagree beyond chance, 0 while they do not.",
    ['agent'],
    (set) => {
      for (const agent of fabric.agents.all) {
        const comparison = fabric.counterCheck.ofAgent(agent);
        if (comparison) set(comparison.verdict === 'disagrees' ? 1 : 0, {agent: agent.address});
      }
    },
  );
  builder.gauge(
    'tenhertz_agent_sources_corrected',
    'Data sources of the agent whose pools belie the sampling rate that they claim; estimates are corrected.',
    ['agent'],
    (set) => {
      for (const agent of fabric.agents.all) {
        const belied = effectiveRates(agent).filter(({reason}) => reason !== 'agent drops');
        set(belied.length, {agent: agent.address});
      }
    },
  );
}
