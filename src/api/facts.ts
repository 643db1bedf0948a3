import type {Agent} from '../fabric/agents.ts';
import type {AgentFacts, Facts} from '../fabric/findings-facts.ts';
import {readLedgers} from '../fabric/waterfall.ts';
import {BinState} from '../shared/live.ts';
import type {Context} from './context.ts';

/** Gathers what findings are made from. */
export function gatherFacts({fabric, info}: Context): Facts {
  const {watch, time} = fabric;
  const {seconds, reading} = watch.recent();
  return {
    agents: fabric.agents.all.map((agent) => factsOf(agent, fabric)),
    total: readLedgers(fabric),
    recent: reading,
    recentSeconds: seconds,
    receiver: info.receiver,
    receiveBufferBytes: info.receiveBufferBytes,
    udpPort: info.udpPort,
    sinceStepMs: time - watch.server.steppedAt,
    sinceStallMs: time - watch.server.stalledAt,
  };
}

function factsOf(agent: Agent, {watch, newest}: Context['fabric']): AgentFacts {
  const {address, presence} = agent;
  return {
    address,
    label: address,
    isSilent: newest > presence.lastBin && presence.state(newest) === BinState.Absent,
    loss: watch.agents.loss(agent),
    drops: undefined,
    timeResolutionMs: null,
    versusCounters: {verdict: 'unknown', ratio: null, seconds: 0},
    suggestedRate: null,
    effectiveRates: [],
  };
}
