import {BIN_MS} from '../../shared/bins.ts';
import {BinState} from '../../shared/live.ts';
import {type Agent, agentLabel} from '../agents.ts';
import type {Fabric} from '../fabric.ts';
import type {Herd} from './watch-herd.ts';
import {type LossChange, type LossEpisode, LossMeter} from './watch-loss.ts';
import {lossText, seconds} from './watch-text.ts';

/** What is known of an agent from the last look. */
interface Known {
  isSilent: boolean;
  /** By sub-agent. */
  restarts: Map<number, number>;
  loss: LossMeter;
  /** Packets that it says it could not sample, among its samples. */
  drops: LossMeter;
}

/** Looks at the agents once a second: who is new, silent, back, started again, and whose datagrams get lost. */
export class AgentWatch {
  private readonly known = new WeakMap<Agent, Known>();

  /** The loss of an agent's datagrams that has not ended yet. */
  loss(agent: Agent): LossEpisode | undefined {
    return this.known.get(agent)?.loss.episode;
  }

  /** What an agent could not sample, while that goes on. */
  drops(agent: Agent): LossEpisode | undefined {
    return this.known.get(agent)?.drops.episode;
  }

  look(fabric: Fabric, herd: Herd): void {
    for (const agent of fabric.agents.all) {
      const known = this.known.get(agent);
      if (known) this.compare(agent, known, fabric.newest, herd);
      else this.appeared(agent, herd);
    }
  }

  private appeared(agent: Agent, herd: Herd): void {
    // What was missing before it was looked at first counts as well.
    const known: Known = {
      isSilent: false,
      restarts: new Map(),
      loss: new LossMeter(0, 0),
      drops: new LossMeter(0, 0),
    };
    this.known.set(agent, known);
    for (const {id, restarts} of agent.subAgents.values()) known.restarts.set(id, restarts);
    herd.add({
      kind: 'agent-appeared',
      level: 'info',
      ...named(agent),
      text: `${agentLabel(agent)} sends for the first time`,
    });
    this.lookAtLoss(agent, known, herd);
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
          text: `${agentLabel(agent)} has been silent for ${seconds(silentMs)}; its links are missing from the sum`,
          figures: {silentMs},
        });
      } else {
        herd.add({kind: 'agent-returned', level: 'good', ...named(agent), text: `${agentLabel(agent)} sends again`});
      }
    }
    if (known.restarts.size > agent.subAgents.size) {
      for (const id of known.restarts.keys()) if (!agent.subAgents.has(id)) known.restarts.delete(id);
    }
    for (const {id, restarts} of agent.subAgents.values()) {
      const grown = restarts - (known.restarts.get(id) ?? 0);
      if (grown <= 0) continue;
      known.restarts.set(id, restarts);
      herd.add({
        kind: 'agent-restarted',
        level: 'warning',
        ...named(agent),
        text: `sub-agent ${id} of ${agentLabel(agent)} started again${grown > 1 ? `, ${grown} times` : ''}`,
        figures: {subAgent: id, restarts: grown},
      });
    }
    this.lookAtLoss(agent, known, herd);
  }

  private lookAtLoss(agent: Agent, known: Known, herd: Herd): void {
    const {received, missing, samples, drops} = totals(agent);
    known.drops.look(samples, drops);
    this.tellLoss(agent, known.loss.look(received, missing), herd);
  }

  private tellLoss(agent: Agent, change: LossChange | undefined, herd: Herd): void {
    if (!change) return;
    const {what, episode} = change;
    const text =
      what === 'began'
        ? `datagrams of ${agentLabel(agent)} get lost: ${lossText(episode)}`
        : `datagrams of ${agentLabel(agent)} arrive again: ${lossText(episode)} in ${seconds(episode.looks * 1_000)}`;
    herd.add({
      kind: what === 'began' ? 'loss-began' : 'loss-ended',
      level: what === 'began' ? 'warning' : 'good',
      ...named(agent),
      text,
      figures: {missing: episode.missing, expected: episode.expected, share: episode.missing / episode.expected},
    });
  }
}

const named = (agent: Agent) => ({agent: agent.address, name: agentLabel(agent)});

function totals({subAgents, left}: Agent): {received: number; missing: number; samples: number; drops: number} {
  const sums = {received: left.received, missing: left.missing, samples: left.flowSamples, drops: left.agentDrops};
  for (const stream of subAgents.values()) {
    sums.received += stream.received;
    sums.missing += stream.missing;
    sums.samples += stream.flowSamples;
    sums.drops += stream.agentDrops;
  }
  return sums;
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
