import type {Agent} from '../../fabric/agents.ts';
import type {Fabric} from '../../fabric/fabric.ts';
import {BinState} from '../../shared/live.ts';
import type {MetricsBuilder} from './builder.ts';

/** Adds up a count over the agent's sub-agents. */
function over({subAgents}: Agent, count: 'received' | 'missing'): number {
  let sum = 0;
  for (const stream of subAgents.values()) sum += stream[count];
  return sum;
}

/** Who reports, and what of it is missing. */
export function agentMetrics(builder: MetricsBuilder, fabric: Fabric): void {
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
}
