/** What really came in at each port of a simulated fabric, slot by slot, with what the frames were. */
import {OPCODE_CNP} from '../../../src/packet/opcodes.ts';
import type {Simulation} from '../../../src/simulator/simulation.ts';
import type {StreamPlan} from '../../../src/simulator/streams.ts';
import {TRIMMED_BYTES} from '../../../src/simulator/trimming.ts';

/** Sums of one bin over all ports that frames came in at: on every hop. */
export interface HopSums {
  /** Bytes by port. */
  bytes: Float64Array;
  /** RoCEv2 bytes that entered the fabric: at ports towards hosts. */
  roceBytes: number;
  /** Frames that came in marked congestion experienced, as many as the shares say that are marked. */
  ce: number;
  cnp: number;
  /** Frames with the DSCP of trimmed packets. */
  trimmed: number;
  /** Of these, those that left the fabric: at ports towards hosts. */
  leaving: {ce: number; cnp: number; trimmed: number};
}

const DSCP_SHIFT = 2;

export class HopTruth {
  private readonly simulation: Simulation;
  private readonly trimDscp: number;
  private readonly seesEgress: boolean;
  private readonly bins = new Map<number, HopSums>();

  /** `seesEgress`: what leaves is sampled too, so that what the last switch marks and cuts shows. */
  constructor(simulation: Simulation, trimDscp: number, seesEgress = false) {
    this.seesEgress = seesEgress;
    this.simulation = simulation;
    this.trimDscp = trimDscp;
    // Frames are known when they have been carried through the switches, and gone when the slot is over.
    const forwarding = simulation['forwarding'];
    const forward = forwarding.forward.bind(forwarding);
    forwarding.forward = () => {
      forward();
      this.record();
    };
  }

  /** Sums over the bins from..to, both inclusive. */
  over(from: number, to: number): HopSums {
    const sum = this.none();
    for (let bin = from; bin <= to; bin++) {
      const one = this.bins.get(bin);
      if (!one) throw new Error(`nothing was recorded of bin ${bin}`);
      one.bytes.forEach((bytes, port) => {
        sum.bytes[port]! += bytes;
      });
      sum.roceBytes += one.roceBytes;
      for (const mark of ['ce', 'cnp', 'trimmed'] as const) {
        sum[mark] += one[mark];
        sum.leaving[mark] += one.leaving[mark];
      }
    }
    return sum;
  }

  private none(): HopSums {
    const bytes = new Float64Array(this.simulation.topology.ports);
    return {bytes, roceBytes: 0, ce: 0, cnp: 0, trimmed: 0, leaving: {ce: 0, cnp: 0, trimmed: 0}};
  }

  private record(): void {
    const {simulation} = this;
    const forwarding = simulation['forwarding'];
    const streams = simulation['streams'];
    const bin = Math.floor(simulation.nowMs / 100);
    const sums = this.bins.get(bin) ?? this.none();
    this.bins.set(bin, sums);
    for (let hop = 0; hop < forwarding.stream.length; hop++) {
      const stream = forwarding.stream[hop]!;
      const received = forwarding.received(hop);
      const input = forwarding.inPort[hop]!;
      if (received === 0 || input < 0 || forwarding.isCopy(hop)) continue;
      const plan = streams.plans[stream]!;
      const shares = this.sharesOf(plan, forwarding.markedShare(hop, false));
      const leavingShares = this.seesEgress ? this.sharesOf(plan, forwarding.markedShare(hop, true)) : shares;
      const output = forwarding.outPort[hop]!;
      const left = output >= 0 && simulation.topology.role(output) === 'edge' ? forwarding.forwarded(hop) : 0;
      const whole = forwarding.wholeReceived(hop);
      const bytes = streams.bytesOf(stream, whole) + (received - whole) * TRIMMED_BYTES;
      sums.bytes[input]! += bytes;
      if (plan.shape.isRoce && simulation.topology.role(input) === 'edge') sums.roceBytes += bytes;
      for (const mark of ['ce', 'cnp', 'trimmed'] as const) {
        sums[mark] += shares[mark] * received;
        sums.leaving[mark] += leavingShares[mark] * left;
      }
      // What switches have cut has that DSCP too.
      sums.trimmed += (1 - shares.trimmed) * (received - whole);
      const cut = this.seesEgress ? left - forwarding.wholeForwarded(hop) : Math.min(left, received - whole);
      if (left > 0) sums.leaving.trimmed += (1 - shares.trimmed) * cut;
    }
  }

  /** Parts of a stream's frames; of the ECN-capable ones ports have marked `marked`. */
  private sharesOf({shape, ceShare, trafficClass}: StreamPlan, marked: number) {
    return {
      ce: shape.isRoce && ceShare >= 0 ? 1 - (1 - ceShare) * (1 - marked) : 0,
      cnp: shape.isRoce && shape.opcodes[0] === OPCODE_CNP ? 1 : 0,
      trimmed: trafficClass >>> DSCP_SHIFT === this.trimDscp ? 1 : 0,
    };
  }
}
