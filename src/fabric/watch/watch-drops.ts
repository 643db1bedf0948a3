import {queuePairText} from '../../shared/queue-pair.ts';
import type {Agent} from '../agents.ts';
import {type DropKind, type DroppedFlow, kindKey} from '../drops.ts';
import type {Fabric} from '../fabric.ts';
import {type Ports, portLabel} from '../ports.ts';
import type {Herd} from './watch-herd.ts';
import {count, seconds} from './watch-text.ts';

/** An agent has stopped dropping when it told of none for so long. */
const CALM_MS = 10_000;

/** One stretch of drops of an agent for one reason. */
interface Episode {
  agent: Agent;
  reason: string;
  code: number;
  began: number;
  lastSeen: number;
  /** Notifications before it and until now. */
  before: number;
  total: number;
}

/** Says when an agent begins and ends to tell of dropped packets, each reason by itself, and who loses most. */
export class DropWatch {
  private readonly episodes = new Map<string, Episode>();
  /** What each kind's total was when its last stretch ended. */
  private readonly totals = new WeakMap<DropKind, number>();

  look({drops, ports, time}: Pick<Fabric, 'drops' | 'ports' | 'time'>, herd: Herd): void {
    const began: Episode[] = [];
    for (const kind of drops.kinds()) {
      const known = this.episodes.get(kindKey(kind.agent.address, kind.code));
      const before = this.totals.get(kind) ?? 0;
      if (known) {
        known.total = kind.total;
        known.lastSeen = kind.lastSeen;
      } else if (kind.total > before) {
        const {agent, reason, code, total, lastSeen} = kind;
        began.push({agent, reason, code, before, total, lastSeen, began: time});
      }
      this.totals.set(kind, kind.total);
    }
    const ended = [...this.episodes.values()].filter(({lastSeen}) => time - lastSeen >= CALM_MS);
    if (began.length + ended.length === 0) return;
    const largest = drops.largest();
    const keyOf = ({agent, code}: Episode) => kindKey(agent.address, code);
    for (const episode of began) {
      this.episodes.set(keyOf(episode), episode);
      herd.add({...eventOf(episode, largest.get(keyOf(episode)), ports, false), kind: 'drops-began', level: 'warning'});
    }
    for (const episode of ended) {
      this.episodes.delete(keyOf(episode));
      herd.add({...eventOf(episode, largest.get(keyOf(episode)), ports, true), kind: 'drops-ended', level: 'good'});
    }
  }
}

/** What is said of a stretch, and of the flow that lost most. */
function eventOf(episode: Episode, flow: DroppedFlow | undefined, ports: Ports, isOver: boolean) {
  const {agent, reason, code, before, total, began, lastSeen} = episode;
  const {address} = agent;
  const notifications = total - before;
  const span = seconds(Math.max(0, lastSeen - began));
  const what = isOver
    ? `${address} tells of no more packets dropped (${reason}): ${count(notifications)} in ${span}`
    : `${address} drops packets: ${reason}`;
  return {
    agent: address,
    ...(flow?.link ? {link: flow.link} : {}),
    name: address,
    text: flow ? `${what}; most ${isOver ? 'were' : 'are'} ${flowText(flow, ports)}` : what,
    figures: {code, notifications},
  };
}

/** `of 10.1.0.1 to 10.1.0.2 (queue pair 0x000011) at Ethernet3 of 10.0.0.1`. */
function flowText({source, destination, destQp, link}: DroppedFlow, ports: Ports): string {
  const pair = source === null ? 'of packets without an address' : `of ${source} to ${destination}`;
  const pairAndQp = destQp === null ? pair : `${pair} (queue pair ${queuePairText(destQp)})`;
  const port = link === null ? undefined : ports.get(link);
  return link === null ? pairAndQp : `${pairAndQp} at ${port ? portLabel(port) : link}`;
}

export const MANY_DROPS = {
  'drops-began': (many: string) => `${many} agents drop packets`,
  'drops-ended': (many: string) => `${many} agents tell of no more packets dropped`,
} as const;
