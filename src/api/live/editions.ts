import type {Topic, TopicName} from '../../shared/live.ts';
import type {Context} from '../context.ts';
import {topFlows} from '../flows.ts';
import {linksTopic, summaryTopic} from '../summary.ts';
import {jsonBlock} from './blocks.ts';

/** Bins between two editions of a topic: numbers that people read change twice a second, tables once. */
const EVERY: Readonly<Record<TopicName, number>> = {links: 5, summary: 5, flows: 10};
/** Flows in the topic. */
const TOP_FLOWS = 10;

/** A topic as it was at some bin; made once and shared by all. */
export interface Edition {
  name: TopicName;
  version: number;
  bin: number;
  topic: Topic;
  block: Buffer;
}

/** The newest edition of each topic, made when somebody asks and it is due. */
export class Editions {
  private readonly context: Context;
  private readonly newest = new Map<TopicName, Edition>();

  constructor(context: Context) {
    this.context = context;
  }

  get(name: TopicName): Edition {
    const {fabric} = this.context;
    const bin = Number.isFinite(fabric.newest) ? fabric.newest : 0;
    const last = this.newest.get(name);
    if (last && bin - last.bin < EVERY[name]) return last;
    const version = name === 'links' ? this.linksVersion() : bin;
    if (last && last.version === version) return last;
    const topic = this.make(name);
    const edition = {name, version, bin, topic, block: jsonBlock(topic)};
    this.newest.set(name, edition);
    return edition;
  }

  /** Changes with every new or renamed port, and with all roles when a second switch appears. */
  private linksVersion(): number {
    const {ports, sums} = this.context.fabric;
    return ports.revision * 2 + (sums.countedPerHop ? 1 : 0);
  }

  private make(name: TopicName): Topic {
    switch (name) {
      case 'links':
        return linksTopic(this.context.fabric);
      case 'summary':
        return summaryTopic(this.context);
      case 'flows':
        return {topic: 'flows', ...topFlows(this.context.fabric, {top: TOP_FLOWS})};
    }
  }
}
