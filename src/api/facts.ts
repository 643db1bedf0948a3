import {type Agent, agentLabel} from '../fabric/agents.ts';
import {findings} from '../fabric/findings/findings.ts';
import type {AgentFacts, Facts} from '../fabric/findings/findings-facts.ts';
import {readLedgers} from '../fabric/findings/waterfall.ts';
import {BinState} from '../shared/live.ts';
import type {Context} from './context.ts';
import {agentMeasures} from './sampling.ts';

/** Where only the number of findings is told, twice a second, each agent is looked at anew every so many times. */
const PARTS = 4;
/** And all of them after so many bins without a look. */
const OLD_BINS = 20;

/** What was known of agents when they were looked at last, and when that was. */
interface Looked {
  bin: number;
  times: number;
  /** By the agents' indexes: whose facts they are. */
  readonly agents: {agent: Agent; facts: AgentFacts}[];
}

const lookedAt = new WeakMap<Context, Looked>();

/** Gathers what findings are made from. */
export function gatherFacts(context: Context): Facts {
  const {fabric} = context;
  return factsWith(
    fabric.agents.all.map((agent) => factsOf(agent, fabric)),
    context,
  );
}

function factsWith(agents: readonly AgentFacts[], {fabric, info}: Context): Facts {
  const {watch, time} = fabric;
  const {seconds, reading} = watch.recent();
  return {
    agents,
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
  const levels = findings(factsWith(agentFactsOfLate(context), context)).map(({level}) => level);
  return {
    warning: levels.filter((level) => level === 'warning').length,
    bad: levels.filter((level) => level === 'bad').length,
  };
}

/** What is known of agents: of each as it was in one of the last looks, for of hundreds of them it takes long. */
function agentFactsOfLate(context: Context): AgentFacts[] {
  const {fabric} = context;
  const bin = Math.max(0, fabric.newest);
  const looked: Looked = lookedAt.get(context) ?? {bin: Number.NEGATIVE_INFINITY, times: 0, agents: []};
  lookedAt.set(context, looked);
  const isOld = bin - looked.bin >= OLD_BINS;
  looked.bin = bin;
  const part = ++looked.times % PARTS;
  return fabric.agents.all.map((agent) => {
    const known = looked.agents[agent.index];
    if (known?.agent === agent && !isOld && agent.index % PARTS !== part) return known.facts;
    const facts = factsOf(agent, fabric);
    looked.agents[agent.index] = {agent, facts};
    return facts;
  });
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
