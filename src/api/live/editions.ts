import type {Fabric} from '../../fabric/fabric.ts';
import {FLOWS_A_STEP} from '../../fabric/flow-top.ts';
import type {EventsTopic, Topic, TopicName} from '../../shared/live.ts';
import {ANSWER_EVERY, type AnswerTopic} from '../../shared/live-answers.ts';
import type {Context} from '../context.ts';
import {topFlows, topFlowsInSteps} from '../flows.ts';
import {linksTopic, summaryTopic} from '../summary.ts';
import {type Answers, makeAnswers} from './answers.ts';
import {jsonBlock} from './blocks.ts';

/** Bins between two editions of a topic: numbers that people read change twice a second, tables once. */
const EVERY = {links: 5, summary: 5, flows: 10, ...ANSWER_EVERY} as const;
/** Bins between two editions of the flows where there are so many that it takes most of a second to weigh them. */
const MANY_FLOWS_EVERY = 20;
/** Bins within which flows must be weighed: the second that they are of is kept as long. */
const WEIGHED_WITHIN = 9;
/** Flows that are many. */
const MANY_FLOWS = 2 * FLOWS_A_STEP;
/** Flows in the topic. */
const TOP_FLOWS = 10;
/** Events in one edition: the newest for who comes, then the oldest that a client has not seen; what is left comes next. */
const EVENTS_AT_ONCE = 100;

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
  private readonly answers: Answers;
  private readonly newest = new Map<TopicName, Edition>();
  /** The last one of events, for whom it was made, and the newest event there was. */
  /** The flows that are being weighed, since and up to which bin. */
  private weighing: {steps: ReturnType<typeof topFlowsInSteps>; from: number; bin: number} | undefined;
  private lastEvents: {seen: number | undefined; last: number; edition: Edition} | undefined;

  constructor(context: Context) {
    this.context = context;
    this.answers = makeAnswers(context);
  }

  /** `seen` is the version that a client was sent last; undefined when it was sent none. */
  get(name: TopicName, seen: number | undefined): Edition {
    if (name === 'events') return this.events(seen);
    const bin = this.bin();
    const last = this.newest.get(name);
    if (last && bin - last.bin < this.every(name)) return last;
    if (last && name === 'flows') return this.flows(bin, last);
    const version = name === 'links' ? this.linksVersion() : bin;
    if (last && last.version === version) return last;
    const topic = this.make(name);
    return this.keep(name, {name, version, bin, topic, block: jsonBlock(topic)});
  }

  /** What is new behind the event that a client has `seen`: mostly the same for all who look. */
  private events(seen: number | undefined): Edition {
    const {events} = this.context.fabric;
    const made = this.lastEvents;
    if (made && made.last === events.last && made.seen === seen) return made.edition;
    const after = seen ?? 0;
    const news = events.after(after);
    const told = seen === undefined ? news.slice(-EVENTS_AT_ONCE) : news.slice(0, EVENTS_AT_ONCE);
    const last = told.at(-1)?.id ?? events.last;
    const topic: EventsTopic = {topic: 'events', after, last, events: [...told].reverse()};
    const edition: Edition = {name: 'events', version: last, bin: this.bin(), topic, block: jsonBlock(topic)};
    this.lastEvents = {seen, last: events.last, edition};
    return edition;
  }

  /** Goes on with the next edition of the flows, a step for each bin; `last` is the newest until it is made. */
  private flows(bin: number, last: Edition): Edition {
    const {fabric} = this.context;
    if (this.weighing?.bin === bin) return last;
    this.weighing ??= {steps: topFlowsInSteps(fabric, {top: TOP_FLOWS}), from: bin, bin};
    const {steps, from} = this.weighing;
    this.weighing.bin = bin;
    const {done, value} = bin - from > WEIGHED_WITHIN ? atOnce(fabric) : steps.next();
    if (!done) return last;
    this.weighing = undefined;
    const topic: Topic = {topic: 'flows', ...value};
    return this.keep('flows', {name: 'flows', version: bin, bin, topic, block: jsonBlock(topic)});
  }

  private keep(name: TopicName, edition: Edition): Edition {
    this.newest.set(name, edition);
    return edition;
  }

  private every(name: Exclude<TopicName, 'events'>): number {
    return name === 'flows' && this.context.fabric.flows.size > MANY_FLOWS ? MANY_FLOWS_EVERY : EVERY[name];
  }

  private bin(): number {
    const {newest} = this.context.fabric;
    return Number.isFinite(newest) ? newest : 0;
  }

  /** Changes with every new or renamed port, with roles and with wires. */
  private linksVersion(): number {
    const {ports, roles, wiring} = this.context.fabric;
    return ports.revision + roles.revision + wiring.revision;
  }

  private make(name: Exclude<TopicName, 'events'>): Topic {
    switch (name) {
      case 'links':
        return linksTopic(this.context.fabric);
      case 'summary':
        return summaryTopic(this.context);
      case 'flows':
        return {topic: 'flows', ...topFlows(this.context.fabric, {top: TOP_FLOWS})};
      default:
        return {topic: name, answer: this.answers[name]()} as AnswerTopic;
    }
  }
}

/** Who was away has nothing under way that is of now. */
const atOnce = (fabric: Fabric) => ({done: true, value: topFlows(fabric, {top: TOP_FLOWS})}) as const;
