import {type Agent, agentLabel} from '../fabric/agents.ts';
import {findings} from '../fabric/findings/findings.ts';
import type {AgentFacts, Facts} from '../fabric/findings/findings-facts.ts';
import {readLedgers} from '../fabric/findings/waterfall.ts';
import {BinState} from '../shared/live.ts';
import type {Context} from './context.ts';
import {agentMeasures} from './sampling.ts';

/** Bins between two looks where only their number is told: that is asked for twice a second. */
const COUNT_EVERY_BINS = 20;

const counted = new WeakMap<Context, {bin: number; counts: {warning: number; bad: number}}>();

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
    aheadMs: info.wall ? time - info.wall() : 0,
  };
}

/** How many findings are not ok. */
export function findingCounts(context: Context): {warning: number; bad: number} {
  const bin = Math.max(0, context.fabric.newest);
  const last = counted.get(context);
  if (last && bin - last.bin < COUNT_EVERY_BINS) return last.counts;
  const levels = findings(gatherFacts(context)).map(({level}) => level);
  const counts = {
    warning: levels.filter((level) => level === 'warning').length,
    bad: levels.filter((level) => level === 'bad').length,
  };
  counted.set(context, {bin, counts});
  return counts;
}

function factsOf(agent: Agent, fabric: Context['fabric']): AgentFacts {
  const {watch, newest} = fabric;
  const {address, presence} = agent;
  const {timeResolutionMs, samplesVersusCounters, effectiveRates} = agentMeasures(fabric, agent);
  return {
    address,
    label: agentLabel(agent),
    isSilent: newest > presence.lastBin && presence.state(newest) === BinState.Absent,
    loss: watch.agents.loss(agent),
    drops: watch.agents.drops(agent),
    timeResolutionMs,
    versusCounters: samplesVersusCounters,
    suggestedRate: samplesVersusCounters.suggestedRate,
    // What an agent could not take is told as such, and not once more as a rate.
    effectiveRates: effectiveRates.filter(({reason}) => reason !== 'agent drops'),
  };
}
