import type {Finding} from '../../shared/health.ts';
import {count, percent, seconds} from '../watch/watch-text.ts';
import {type AgentFacts, addresses, agentsText, type Facts, names} from './findings-facts.ts';

/** Findings of one kind that are told one by one. */
const ONE_BY_ONE = 5;

/** Who is heard and who is not. */
export function agentFindings({agents, total, udpPort}: Facts): Finding[] {
  if (agents.length === 0) {
    const to = udpPort === undefined ? 'this server' : `UDP port ${udpPort} of this server`;
    const what =
      total.received === 0 ? 'no agent has sent anything yet' : 'datagrams came, but none that could be read';
    return [{level: 'warning', where: 'agents', what, do: `Point a switch's sFlow at ${to}.`}];
  }
  const silent = agents.filter(({isSilent}) => isSilent);
  if (silent.length === 0) {
    const what = agents.length === 1 ? 'the only agent is heard' : `all ${agentsText(agents.length)} are heard`;
    return [{level: 'ok', where: 'agents', what, do: ''}];
  }
  return [
    {
      level: 'bad',
      where: 'agents',
      what: `${count(silent.length)} of ${agentsText(agents.length)} silent: ${names(silent)}; their links are a gap and missing from the sum`,
      do: 'See whether they are up, and whether their sFlow still points here.',
      ...addresses(silent),
    },
  ];
}

/** Whether agents sample at the rates that they claim. */
export function samplingFindings(facts: Facts): Finding[] {
  const {agents} = facts;
  const found = [...disagreeing(agents), ...corrected(agents), ...dropping(agents)];
  if (found.length > 0 || agents.length === 0) return found;
  const compared = agents.filter(({versusCounters}) => versusCounters.verdict === 'agrees').length;
  const what =
    compared === agents.length
      ? `samples fit the interfaces' counters${agents.length > 1 ? ` at all ${agentsText(agents.length)}` : ''}`
      : compared === 0
        ? "samples could not be compared with the interfaces' counters yet"
        : `samples fit the interfaces' counters at ${count(compared)} of ${agentsText(agents.length)}; the others cannot be compared yet`;
  const advice = compared === 0 ? 'Have the agents send counters every 20 s: they prove the sampling rates.' : '';
  return [{level: 'ok', where: 'sampling', what, do: advice}];
}

/** Figures of these are wrong by the factor, for it is not known which of the two to believe. */
function disagreeing(agents: readonly AgentFacts[]): Finding[] {
  const wrong = agents.filter(({versusCounters}) => versusCounters.verdict === 'disagrees');
  const said = wrong.slice(0, ONE_BY_ONE).map((agent): Finding => {
    const {ratio, seconds: over} = agent.versusCounters;
    const times = ratio === null ? 'not what' : `${Number(ratio.toPrecision(3))} × what`;
    return {
      level: 'bad',
      where: 'sampling',
      what: `samples of ${agent.label} make ${times} its interfaces' counters say, over ${seconds(over * 1_000)}`,
      do:
        agent.suggestedRate === null
          ? "Compare the sampling rate in its configuration with the one that it sends, and the counters with the switch's own."
          : `It most likely samples 1-in-${count(agent.suggestedRate)} and claims another rate: set the rate anew, or restart its sFlow.`,
      ...addresses([agent]),
    };
  });
  const rest = wrong.slice(ONE_BY_ONE);
  if (rest.length === 0) return said;
  const what = `samples do not fit the counters at ${names(rest)} either`;
  return [...said, {level: 'bad', where: 'sampling', what, do: 'See the table of agents.', ...addresses(rest)}];
}

/** Their pools tell the rate that they really sample at. */
function corrected(agents: readonly AgentFacts[]): Finding[] {
  const of = agents.filter(({effectiveRates}) => effectiveRates.length > 0);
  const said = of.slice(0, ONE_BY_ONE).map((agent): Finding => {
    const [first] = agent.effectiveRates;
    const others = agent.effectiveRates.length - 1;
    const more = others > 0 ? `, and ${count(others)} other data source${others > 1 ? 's' : ''}` : '';
    return {
      level: 'warning',
      where: 'sampling',
      what: `${agent.label} samples 1-in-${count(first!.effective)} at ${first!.dataSource}${more}, and claims 1-in-${count(first!.nominal)} (${first!.reason}); figures are corrected`,
      do: '',
      ...addresses([agent]),
    };
  });
  const rest = of.slice(ONE_BY_ONE);
  if (rest.length === 0) return said;
  const what = `so do ${names(rest)}`;
  return [...said, {level: 'warning', where: 'sampling', what, do: '', ...addresses(rest)}];
}

/** They sample more than they can, or than a limit lets them. */
function dropping(agents: readonly AgentFacts[]): Finding[] {
  const of = agents.filter(({drops}) => drops !== undefined);
  if (of.length === 0) return [];
  const share = ({drops}: AgentFacts) => drops!.missing / drops!.expected;
  const worst = of.reduce((most, agent) => (share(agent) > share(most) ? agent : most));
  const how = of.length > 1 ? `up to ${percent(share(worst))} at ${worst.label}` : percent(share(worst));
  return [
    {
      level: 'warning',
      where: 'sampling',
      what: `${names(of)} could not take all samples (${how}): too busy, or held to a limit; estimates are corrected by what they say of it`,
      do: "Sample fewer packets there, or raise the switch's limit on samples to its CPU.",
      ...addresses(of),
    },
  ];
}
