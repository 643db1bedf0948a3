import {type CounterStyle, type PortCounters, writeCounterSample, writeHostSample} from './counter-sample-writer.ts';
import type {DatagramWriter} from './datagram-writer.ts';
import type {PauseCounts} from './port-records.ts';
import type {PortRange} from './port-sampling.ts';
import type {Ports, PortTallies} from './ports.ts';
import type {QueueModel} from './queue-model.ts';
import {portName} from './topology-file.ts';

/** Ports whose counters are sent in one slot at most, so that a round of a large switch does not come as one burst. */
const COUNTER_PORTS_A_SLOT = 12;
/** Where counters begin that are to wrap soon: bytes below 2^32 (told as below 2^64), frames below 2^32. */
const NEAR_WRAP_BYTES = 2 ** 32 - 4e6;
const NEAR_WRAP_FRAMES = 2 ** 32 - 1_000;

/** What a poller needs to know of its sub-agent and its ports. */
export interface PolledPorts extends CounterStyle {
  readonly range: PortRange;
  /** ifIndex and name of the first port are this number. */
  readonly firstIfIndex: number;
  readonly ports: Ports;
  /** What the ports had counted before the simulation began. */
  readonly base: PortTallies;
  readonly queues: QueueModel | undefined;
  readonly isNearWrap: boolean;
  /** Sent once a round, if it is there. */
  readonly hostName: string | undefined;
  readonly speed: (port: number) => number;
}

/** Sends the counters of some ports, in rounds: one at the start and one after each interval. */
export class CounterPoller {
  private readonly of: PolledPorts;
  private readonly datagram: DatagramWriter;
  private readonly intervalMs: number;
  private readonly sequence: Uint32Array;
  private hostSequence = 0;
  private readonly names: Uint8Array[];
  private readonly hostName: Uint8Array | undefined;
  private nextPort = 0;
  private roundMs: number;
  private readonly counters: PortCounters;

  constructor(of: PolledPorts, datagram: DatagramWriter, startMs: number, intervalMs: number) {
    this.of = of;
    this.datagram = datagram;
    this.intervalMs = intervalMs;
    this.roundMs = startMs;
    this.sequence = new Uint32Array(of.range.ports);
    this.names = Array.from(this.sequence, (_, i) => Buffer.from(portName(of.firstIfIndex + i)));
    this.hostName = of.hostName === undefined ? undefined : Buffer.from(of.hostName);
    this.counters = {
      ifIndex: 0,
      name: this.names[0],
      speed: 0,
      inBytes: 0,
      inFrames: 0,
      outBytes: 0,
      outFrames: 0,
      outDiscards: 0,
      isNearWrap: of.isNearWrap,
      pauses: {requests: 0, pausedUs: 0, storms: 0, stormsOver: 0},
    };
    if (of.isNearWrap) this.restart(2 ** 32 - 2);
  }

  /** The numbers of the samples begin anew behind this one. The ports' counters do not: the switch goes on. */
  restart(sequence = 0): void {
    this.sequence.fill(sequence);
    this.hostSequence = sequence;
  }

  /** Reads the counters of the ports whose turn it is, before the slot's frames. */
  poll(atMs: number): void {
    if (atMs < this.roundMs) return;
    const {ports} = this.of.range;
    if (this.nextPort === 0 && this.hostName !== undefined) {
      this.hostSequence = (this.hostSequence + 1) >>> 0;
      writeHostSample(this.datagram, this.hostName, this.hostSequence, atMs, this.of);
    }
    const last = Math.min(ports, this.nextPort + COUNTER_PORTS_A_SLOT);
    while (this.nextPort < last) this.send(this.nextPort++, atMs);
    if (last < ports) return;
    this.nextPort = 0;
    this.roundMs += this.intervalMs;
  }

  private send(port: number, atMs: number): void {
    const {counters, of} = this;
    const {bin, before} = of.ports;
    const p = of.range.firstPort + port;
    counters.ifIndex = of.firstIfIndex + port;
    counters.name = this.names[port];
    counters.speed = of.speed(p);
    const [inBytes, inFrames] = this.begin(of.base.in.bytes(p), of.base.in.frames(p));
    const [outBytes, outFrames] = this.begin(of.base.out.bytes(p), of.base.out.frames(p));
    counters.inBytes = inBytes + before.in.bytes(p) + bin.in.bytes(p);
    counters.inFrames = inFrames + before.in.frames(p) + bin.in.frames(p);
    counters.outBytes = outBytes + before.out.bytes(p) + bin.out.bytes(p);
    counters.outFrames = outFrames + before.out.frames(p) + bin.out.frames(p);
    counters.outDiscards = before.dropped.frames(p) + bin.dropped.frames(p);
    if (of.hasPfc && of.queues !== undefined) setPauses(counters.pauses, of.queues, p);
    this.sequence[port]++;
    writeCounterSample(this.datagram, counters, this.sequence[port], atMs, of);
  }

  /** Octets are told without 4 bytes of each frame: those of the frames that wrap are given here. */
  private begin(bytes: number, frames: number): [bytes: number, frames: number] {
    return this.of.isNearWrap ? [NEAR_WRAP_BYTES + 4 * NEAR_WRAP_FRAMES, NEAR_WRAP_FRAMES] : [bytes, frames];
  }
}

function setPauses(pauses: PauseCounts, queues: QueueModel, port: number): void {
  pauses.requests = queues.pauseRequests[port];
  pauses.pausedUs = queues.pausedUs[port];
  pauses.storms = queues.storms[port];
  pauses.stormsOver = queues.stormsOver[port];
}
