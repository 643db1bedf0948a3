import {Operation} from '../packet/opcodes.ts';
import {type Edge, edgesOf} from './collectives.ts';
import {type Flows, framesPerMs, type TrafficModel, type TrafficPlan} from './flows.ts';
import {type Exchange, JobClock} from './job-clock.ts';
import type {JobSpec} from './job-spec.ts';
import type {PairFactory} from './pairs.ts';
import type {Random} from './random.ts';

/** Data packets for one acknowledge; cards coalesce. */
const ACK_EVERY = 16;

/**
 * A training job by its specification: each of its pairs of hosts sends RDMA WRITEs when the job's clock says so, and
 * again what was lost.
 */
export class CollectiveJob implements TrafficModel {
  readonly name: string;
  /** Told of each exchange when it begins, if set. */
  onExchange: ((exchange: Exchange) => void) | undefined;
  private readonly spec: JobSpec;
  private readonly clock: JobClock;
  private readonly beganMs: number;
  private readonly edges: readonly Edge[];
  /** The flows of edge i begin with this one: for each list of members its queue pairs. */
  private readonly firstFlow: number;
  private readonly flowsPerEdge: number;

  constructor(spec: JobSpec, speed: number, startMs: number, plan: TrafficPlan, pairs: PairFactory, random: Random) {
    const {members, pattern, queuePairs, load, ceShare, rnrShare, messageBytes} = spec;
    this.name = spec.name;
    this.spec = spec;
    this.beganMs = startMs + spec.afterMs;
    this.edges = edgesOf(pattern, members[0].length);
    this.clock = new JobClock(
      spec,
      this.edges.map(({from, to}) => [from, to] as const),
      this.beganMs,
      random,
    );
    const {WriteFirst, WriteMiddle, WriteLast, WriteOnly} = Operation;
    const shape = pairs.shapes.message(WriteFirst, WriteMiddle, WriteLast, WriteOnly, messageBytes, ACK_EVERY);
    this.firstFlow = plan.flows.length;
    this.flowsPerEdge = members.length * queuePairs;
    for (const {from, to, share} of this.edges) {
      const pace = framesPerMs(shape, (speed * load * share) / queuePairs);
      for (const [at, list] of members.entries()) {
        const ends = {sender: list[from], receiver: list[to]};
        for (let i = 0; i < queuePairs; i++) {
          const back = {replyEvery: ACK_EVERY, isReliable: true, rnrShare};
          pairs.add(plan, {...ends, shape, framesPerMs: pace * (spec.shares[at] ?? 1), ceShare, ...back});
        }
      }
    }
  }

  draw(flows: Flows, atMs: number, slotMs: number): void {
    const {clock, edges, flowsPerEdge} = this;
    if (atMs < this.beganMs || atMs - this.beganMs >= this.spec.untilMs - this.spec.afterMs) return;
    while (atMs >= clock.endMs) {
      clock.next();
      this.onExchange?.(clock);
    }
    for (let i = 0; i < edges.length; i++) {
      const {from, to, begin, end} = edges[i];
      const done = clock.done(from, to, atMs);
      const doneAfter = clock.done(from, to, atMs + slotMs);
      const worked = Math.min(doneAfter, end * clock.workMs) - Math.max(done, begin * clock.workMs);
      if (worked <= 0) continue;
      const first = this.firstFlow + i * flowsPerEdge;
      for (let flow = first; flow < first + flowsPerEdge; flow++) flows.send(flow, worked / slotMs, slotMs);
    }
  }
}
