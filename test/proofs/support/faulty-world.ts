/** Agents, their traffic and the way to the collector, in simulated time; knows what really happened to every datagram. */
import {Random} from '../../../src/simulator/random.ts';
import {DrawnAgent} from './drawn-agent.ts';
import type {AgentPlan, FaultSchedule, PortPlan, Stretch} from './fault-schedule.ts';
import type {WholeServer} from './whole-server.ts';

/** Time step, ms. */
export const SLOT_MS = 5;
const SEQUENCE_AT = 16;
const SAMPLES_AT = 24;
const FIRST_SAMPLE_AT = 28;
/** Where a sample has its data source; class 0 leaves the index alone. */
const SOURCE_AT = 12;
/** And its sequence number. */
const NUMBER_AT = 8;

/** What of one life of an agent, from a start to the next, reached the server. */
interface Life {
  numbers: Set<number>;
  /** By ifIndex of the data source: its samples that came, by their own numbers. */
  sources: Map<number, {first: number; last: number; received: number}>;
  first: number;
  last: number;
}

interface Running {
  plan: AgentPlan;
  agent: DrawnAgent;
  lives: Life[];
  dueMs: number;
  isDown: boolean;
}

interface OnTheWay {
  atMs: number;
  order: number;
  bytes: Buffer;
  from: Uint32Array;
  of: Running | undefined;
  life: number;
}

const isWithin = ({atMs, ms}: Stretch, now: number) => now >= atMs && now < atMs + ms;

export class FaultyWorld {
  /** What the server's ledger must say. */
  delivered = 0;
  duplicates = 0;
  garbage = 0;
  samples = 0;
  kernelDropped = 0;
  readonly running: Running[];
  private readonly schedule: FaultSchedule;
  private readonly server: WholeServer;
  private readonly random: Random;
  private readonly way: OnTheWay[] = [];
  private readonly again: {atMs: number; encoded: ArrayBuffer}[] = [];
  private nowMs = 0;
  private order = 0;

  constructor(schedule: FaultSchedule, server: WholeServer) {
    this.schedule = schedule;
    this.server = server;
    this.random = new Random(schedule.seed, 2);
    this.running = schedule.agents.map((plan, i) => {
      const running: Running = {plan, agent: undefined as never, lives: [newLife()], dueMs: 0, isDown: false};
      running.agent = new DrawnAgent(plan.address, 0, new Random(schedule.seed, 16 + i), (bytes, length, from) =>
        this.launch(Buffer.from(bytes.subarray(0, length)), from, running),
      );
      for (const {ifIndex, rate} of plan.ports) running.agent.addPort(ifIndex, rate);
      return running;
    });
    server.onDelivered = (encoded) => {
      if (!this.happens(schedule.redeliver)) return;
      this.again.push({atMs: this.nowMs + this.random.below(1_500), encoded: encoded.slice(0)});
    };
  }

  /** Lets the whole schedule happen. */
  run(): void {
    const {schedule, server} = this;
    for (; this.nowMs < schedule.durationMs; this.nowMs += SLOT_MS) {
      for (const running of this.running) this.emit(running);
      this.arrive();
      server.isIngestStalled = schedule.ingestStalls.some((stall) => isWithin(stall, this.nowMs));
      server.isMainStalled = schedule.mainStalls.some((stall) => isWithin(stall, this.nowMs));
      for (const {atMs, byMs} of schedule.clockSteps) if (this.isDue(atMs)) server.wallMs += byMs;
      server.kernelDropped = this.kernelDropped;
      server.pass(SLOT_MS);
      if (!server.isMainStalled) this.deliverAgain();
    }
    server.finish();
  }

  private emit(running: Running): void {
    const {plan, agent} = running;
    const {restart, rateChange} = plan;
    if (restart) {
      if (this.nowMs >= restart.atMs && this.nowMs < restart.atMs + restart.downMs) {
        running.isDown = true;
        return;
      }
      if (running.isDown) {
        running.isDown = false;
        running.lives.push(newLife());
        agent.restart(this.nowMs);
        running.dueMs = this.nowMs;
      }
    }
    if (rateChange && this.isDue(rateChange.atMs)) agent.setRate(rateChange.ifIndex, rateChange.rate);
    for (const port of plan.ports) {
      const frames = framesOf(port, this.nowMs);
      if (frames > 0) agent.frames(port.ifIndex, port.length, frames, this.nowMs);
    }
    if (this.nowMs < running.dueMs) return;
    running.dueMs += plan.flushMs;
    agent.flush(this.nowMs);
  }

  /** A datagram leaves its agent. */
  private launch(bytes: Buffer, from: Uint32Array, of: Running): void {
    const {schedule} = this;
    const life = of.lives.length - 1;
    const burst = schedule.bursts.find((one) => isWithin(one, this.nowMs));
    if (burst && this.happens(burst.share)) {
      if (burst.byKernel) this.kernelDropped++;
      return;
    }
    if (this.happens(schedule.garbage)) this.send(this.broken(bytes), from, undefined, 0, 0);
    if (this.happens(schedule.drop)) return;
    this.send(bytes, from, of, life, this.happens(schedule.delay) ? this.delay() : 0);
    if (this.happens(schedule.duplicate)) this.send(bytes, from, of, life, this.delay());
  }

  private send(bytes: Buffer, from: Uint32Array, of: Running | undefined, life: number, delayMs: number): void {
    this.way.push({atMs: this.nowMs + delayMs, order: this.order++, bytes, from, of, life});
  }

  private arrive(): void {
    const due = this.way.filter(({atMs}) => atMs <= this.nowMs).sort((a, b) => a.atMs - b.atMs || a.order - b.order);
    if (due.length === 0) return;
    this.way.splice(0, this.way.length, ...this.way.filter(({atMs}) => atMs > this.nowMs));
    for (const {bytes, from, of, life} of due) {
      this.delivered++;
      if (of) this.note(of.lives[life]!, bytes);
      else this.garbage++;
      this.server.arrive(bytes, from);
    }
  }

  private note(life: Life, bytes: Buffer): void {
    const number = bytes.readUInt32BE(SEQUENCE_AT);
    if (life.numbers.has(number)) {
      this.duplicates++;
      return;
    }
    life.numbers.add(number);
    life.first = Math.min(life.first, number);
    life.last = Math.max(life.last, number);
    this.samples += bytes.readUInt32BE(SAMPLES_AT);
    for (let at = FIRST_SAMPLE_AT; at < bytes.length; at += 8 + bytes.readUInt32BE(at + 4)) {
      const ifIndex = bytes.readUInt32BE(at + SOURCE_AT);
      const number = bytes.readUInt32BE(at + NUMBER_AT);
      const known = life.sources.get(ifIndex) ?? {first: number, last: number, received: 0};
      known.first = Math.min(known.first, number);
      known.last = Math.max(known.last, number);
      known.received++;
      life.sources.set(ifIndex, known);
    }
  }

  private deliverAgain(): void {
    for (const one of this.again.splice(0)) {
      if (one.atMs > this.nowMs) this.again.push(one);
      else this.server.redeliver(one.encoded);
    }
  }

  /** Not sFlow version 5, or no datagram at all: refused whole. */
  private broken(bytes: Buffer): Buffer {
    const copy = Buffer.from(bytes);
    if (this.happens(0.5)) return copy.subarray(0, this.random.below(16));
    copy.writeUInt32BE(4, 0);
    return copy;
  }

  /** Whether a moment lies in this slot. */
  private isDue(atMs: number): boolean {
    return atMs <= this.nowMs && atMs > this.nowMs - SLOT_MS;
  }

  private delay(): number {
    return 1 + this.random.below(this.schedule.delayMs);
  }

  private happens(share: number): boolean {
    return share > 0 && this.random.uniform() < share;
  }
}

const newLife = (): Life => ({numbers: new Set(), sources: new Map(), first: Number.POSITIVE_INFINITY, last: 0});

/** Whole frames of a slot, so that fractions add up over the slots. */
function framesOf({framesPerMs, fromMs, toMs}: PortPlan, nowMs: number): number {
  if (nowMs < fromMs || nowMs >= toMs) return 0;
  return Math.floor(framesPerMs * (nowMs + SLOT_MS)) - Math.floor(framesPerMs * nowMs);
}
