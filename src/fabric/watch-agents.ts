import {BIN_MS} from '../shared/bins.ts';
import {BinState} from '../shared/live.ts';
import type {Agent} from './agents.ts';
import type {Fabric} from './fabric.ts';
import type {Herd} from './watch-herd.ts';
import {type LossChange, type LossEpisode, LossMeter} from './watch-loss.ts';
import {lossText, seconds} from './watch-text.ts';

/** What is known of an agent from the last look. */
interface Known {
  isSilent: boolean;
  /** By sub-agent. */
  restarts: Map<number, number>;
  loss: LossMeter;
}

/** Looks at the agents once a second: who is new, silent, back, started again, and whose datagrams get lost. */
export class AgentWatch {
  private readonly known: Known[] = [];

  /** The loss of an agent's datagrams that has not ended yet. */
  loss(agent: Agent): LossEpisode | undefined {
    return this.known[agent.index]?.loss.episode;
  }

  look(fabric: Fabric, herd: Herd): void {
    for (const agent of fabric.agents.all) {
      const known = this.known[agent.index];
      if (known) this.compare(agent, known, fabric.newest, herd);
      else this.appeared(agent, herd);
    }
  }

  private appeared(agent: Agent, herd: Herd): void {
    const {received, missing} = totals(agent);
    // What was missing before it was looked at first counts as well.
    const known = {isSilent: false, restarts: new Map<number, number>(), loss: new LossMeter(0, 0)};
    this.known[agent.index] = known;
    for (const {id, restarts} of agent.subAgents.values()) known.restarts.set(id, restarts);
    herd.add({
      kind: 'agent-appeared',
      level: 'info',
      ...named(agent),
      text: `${agent.address} sends for the first time`,
    });
    this.tellLoss(agent, known.loss.look(received, missing), herd);
  }

  private compare(agent: Agent, known: Known, newest: number, herd: Herd): void {
    const {presence} = agent;
    // An agent whose first datagram belongs to a bin that is not complete yet is absent there, and not silent.
    const isSilent = newest > presence.lastBin && presence.state(newest) === BinState.Absent;
    if (isSilent !== known.isSilent) {
      known.isSilent = isSilent;
      const silentMs = Math.max(0, newest - presence.lastBin) * BIN_MS;
      if (isSilent) {
        herd.add({
          kind: 'agent-silent',
          level: 'warning',
          ...named(agent),
          text: `${agent.address} has been silent for ${seconds(silentMs)}; its links are missing from the sum`,
          figures: {silentMs},
        });
      } else {
        herd.add({kind: 'agent-returned', level: 'good', ...named(agent), text: `${agent.address} sends again`});
      }
    }
    for (const {id, restarts} of agent.subAgents.values()) {
      const grown = restarts - (known.restarts.get(id) ?? 0);
      if (grown <= 0) continue;
      known.restarts.set(id, restarts);
      herd.add({
        kind: 'agent-restarted',
        level: 'warning',
        ...named(agent),
        text: `sub-agent ${id} of ${agent.address} started again${grown > 1 ? `, ${grown} times` : ''}`,
        figures: {subAgent: id, restarts: grown},
      });
    }
    const {received, missing} = totals(agent);
    this.tellLoss(agent, known.loss.look(received, missing), herd);
  }

  private tellLoss(agent: Agent, change: LossChange | undefined, herd: Herd): void {
    if (!change) return;
    const {what, episode} = change;
    const text =
      what === 'began'
        ? `datagrams of ${agent.address} get lost: ${lossText(episode)}`
        : `datagrams of ${agent.address} arrive again: ${lossText(episode)} in ${seconds(episode.looks * 1_000)}`;
    herd.add({
      kind: what === 'began' ? 'loss-began' : 'loss-ended',
      level: what === 'began' ? 'warning' : 'good',
      ...named(agent),
      text,
      figures: {missing: episode.missing, expected: episode.expected, share: episode.missing / episode.expected},
    });
  }
}

const named = ({address}: Agent) => ({agent: address, name: address});

function totals({subAgents}: Agent): {received: number; missing: number} {
  let received = 0;
  let missing = 0;
  for (const stream of subAgents.values()) {
    received += stream.received;
    missing += stream.missing;
  }
  return {received, missing};
}

/** What is said where it happened to many at once. */
export const MANY_AGENTS = {
  'agent-appeared': (many: string) => `${many} agents send for the first time`,
  'agent-silent': (many: string) => `${many} agents have fallen silent; their links are missing from the sum`,
  'agent-returned': (many: string) => `${many} agents send again`,
  'agent-restarted': (many: string) => `${many} sub-agents started again`,
  'loss-began': (many: string) => `datagrams of ${many} agents get lost`,
  'loss-ended': (many: string) => `datagrams of ${many} agents arrive again`,
} as const;
