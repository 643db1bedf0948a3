import type {Forwarding} from './forwarding.ts';
import type {Topology} from './topology.ts';

/** What fits into the queue of an output port. */
export const QUEUE_BYTES = 32e6;
/** Above this the switch asks those to pause who send to the port. */
export const XOFF_BYTES = QUEUE_BYTES / 2;
/** What a packet takes through a switch whose queues are empty. */
export const PIPELINE_NS = 800;
/** A port that was paused for so long without a break is in a storm, as the watchdog sees it. */
export const STORM_MS = 100;
/** Places of a hop's frames in a slot that the truth is told for. */
const TRUTH_POINTS = 20;

/** Told of how deep the queue of an output port was for so many frames. */
export type DepthTruth = (port: number, depth: number, frames: number) => void;

/**
 * Queues at output ports, as a fluid: what is asked of a port beyond its line rate fills them, what its line rate leaves
 * drains them. They are told of and change nothing: forwarding drops by itself what is too much for a slot. Ports by
 * which frames for a full queue come in are asked to pause, and do not.
 */
export class QueueModel {
  /** Hears what all frames found that were sent on, if it is there. */
  truth: DepthTruth | undefined;
  /** By port, since the start: pause requests sent, microseconds paused, storms found and over. */
  readonly pauseRequests: Float64Array;
  readonly pausedUs: Float64Array;
  readonly storms: Float64Array;
  readonly stormsOver: Float64Array;
  private readonly forwarding: Forwarding;
  private readonly slotMs: number;
  /** ns that a byte takes by line rate. */
  private readonly nsPerByte: Float64Array;
  /** By port: depth at the start of the slot, and what is added to it over the slot. */
  private readonly depth: Float64Array;
  private readonly growth: Float64Array;
  /** Share of this slot that a port is paused for, and for how long it has been without a break, ms. */
  private readonly paused: Float64Array;
  private readonly pausedFor: Float64Array;

  constructor(forwarding: Forwarding, topology: Topology, slotMs: number) {
    this.forwarding = forwarding;
    this.slotMs = slotMs;
    const {ports} = topology;
    this.nsPerByte = Float64Array.from({length: ports}, (_, port) => 8e9 / topology.speed(port));
    this.depth = new Float64Array(ports);
    this.growth = new Float64Array(ports);
    this.paused = new Float64Array(ports);
    this.pausedFor = new Float64Array(ports);
    this.pauseRequests = new Float64Array(ports);
    this.pausedUs = new Float64Array(ports);
    this.storms = new Float64Array(ports);
    this.stormsOver = new Float64Array(ports);
  }

  /** Takes the slot that was just forwarded; what was asked of the slot before is in the queues now. */
  advance(): void {
    const {depth, growth, forwarding, paused} = this;
    paused.fill(0);
    for (let port = 0; port < depth.length; port++) {
      depth[port] = this.depthAt(port, 1);
      growth[port] = forwarding.excess(port);
      if (depth[port] > 0 || growth[port] > 0) this.pause(port);
    }
    for (let port = 0; port < depth.length; port++) this.count(port);
    if (this.truth !== undefined) this.tell(this.truth);
  }

  /** Bytes in the queue of a port when a share of the slot has passed. */
  depthAt(port: number, share: number): number {
    const depth = this.depth[port] + this.growth[port] * share;
    return Math.floor(Math.min(QUEUE_BYTES, Math.max(0, depth)));
  }

  /** How long a packet is in the switch that finds so much in the queue, ns. */
  delayAt(port: number, depth: number): number {
    return PIPELINE_NS + Math.floor(depth * this.nsPerByte[port]);
  }

  /** Those who send to a port are asked to pause for as long as its queue is above the threshold. */
  private pause(port: number): void {
    const share = this.shareAbove(port);
    if (share === 0) return;
    for (const hop of this.forwarding.hopsOut(port)) {
      const input = this.forwarding.inPort[hop];
      if (input >= 0 && this.forwarding.received(hop) > 0 && share > this.paused[input]) this.paused[input] = share;
    }
  }

  /** Share of the slot in which the queue of a port is above the threshold. */
  private shareAbove(port: number): number {
    const from = this.depth[port];
    const growth = this.growth[port];
    if (growth === 0) return from > XOFF_BYTES ? 1 : 0;
    const crossing = Math.min(1, Math.max(0, (XOFF_BYTES - from) / growth));
    return growth > 0 ? 1 - crossing : crossing;
  }

  private count(port: number): void {
    const share = this.paused[port];
    const wasStorm = this.pausedFor[port] >= STORM_MS;
    if (share === 0) {
      if (wasStorm) this.stormsOver[port]++;
      this.pausedFor[port] = 0;
      return;
    }
    this.pauseRequests[port]++;
    this.pausedUs[port] += share * this.slotMs * 1_000;
    this.pausedFor[port] += share * this.slotMs;
    if (!wasStorm && this.pausedFor[port] >= STORM_MS) this.storms[port]++;
  }

  /** A hop sends on the first of its frames, which come evenly over the slot. */
  private tell(truth: DepthTruth): void {
    const {forwarding} = this;
    for (let hop = 0; hop < forwarding.stream.length; hop++) {
      const port = forwarding.outPort[hop];
      const sent = forwarding.forwarded(hop);
      if (port < 0 || sent === 0 || forwarding.reasonOf(hop) > 0 || forwarding.copiesOf(hop) > 1) continue;
      const share = sent / forwarding.received(hop);
      for (let i = 0; i < TRUTH_POINTS; i++) {
        truth(port, this.depthAt(port, (share * (i + 0.5)) / TRUTH_POINTS), sent / TRUTH_POINTS);
      }
    }
  }
}
