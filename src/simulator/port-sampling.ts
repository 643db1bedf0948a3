import {RandomSampling} from './binomial.ts';
import type {Forwarding} from './forwarding.ts';
import type {Ports} from './ports.ts';
import type {Random} from './random.ts';
import type {SlotSamples} from './slot-samples.ts';

/** Ports of one switch that belong together: those of a sub-agent. */
export interface PortRange {
  readonly firstPort: number;
  readonly ports: number;
}

/** Samples what enters, or what leaves, each of some ports; a port is a data source of its own here. */
export class PortSampling {
  readonly isEgress: boolean;
  private readonly range: PortRange;
  private readonly forwarding: Forwarding;
  private readonly ports: Ports;
  private readonly random: Random;
  private readonly sampling: RandomSampling;
  /** The hops sampled at port i of the range: hops[firstHop[i]] … hops[firstHop[i + 1] - 1]. */
  private readonly hops: Int32Array;
  private readonly firstHop: Int32Array;
  /** Frames since the start that could have been sampled. */
  private readonly passed: Float64Array;

  constructor(
    isEgress: boolean,
    rates: readonly number[],
    range: PortRange,
    around: {forwarding: Forwarding; ports: Ports; random: Random},
  ) {
    const {forwarding, ports, random} = around;
    this.isEgress = isEgress;
    this.range = range;
    this.forwarding = forwarding;
    this.ports = ports;
    this.random = random;
    this.sampling = new RandomSampling(rates, random);
    this.passed = new Float64Array(range.ports);
    const at = isEgress ? forwarding.outPort : forwarding.inPort;
    const isOwn = (hop: number) =>
      at[hop] >= range.firstPort && at[hop] < range.firstPort + range.ports && (isEgress || !forwarding.isCopy(hop));
    this.hops = Int32Array.from(Array.from(at.keys()).filter(isOwn)).sort((a, b) => at[a] - at[b] || a - b);
    this.firstHop = new Int32Array(range.ports + 1);
    for (const hop of this.hops) this.firstHop[at[hop] - range.firstPort + 1]++;
    for (let port = 0; port < range.ports; port++) this.firstHop[port + 1] += this.firstHop[port];
  }

  setRate(port: number, rate: number): void {
    this.sampling.setRate(port, rate);
  }

  /** Samples this slot's frames of a port into `samples`; `pool` counts from there. Returns how many frames passed. */
  sample(port: number, pool: number, samples: SlotSamples): number {
    const {forwarding, hops, isEgress, sampling} = this;
    const tally = isEgress ? this.ports.bin.out : this.ports.bin.in;
    const before = isEgress ? this.ports.before.out : this.ports.before.in;
    const p = this.range.firstPort + port;
    const passed = before.frames(p) + tally.frames(p);
    const passing = passed - this.passed[port];
    this.passed[port] = passed;
    if (sampling.passes(port, passing)) return passing;
    const end = this.firstHop[port + 1];
    let earlier = 0;
    for (let i = this.firstHop[port]; i < end; i++) {
      const hop = hops[i];
      const frames = isEgress ? forwarding.forwarded(hop) : forwarding.received(hop);
      if (frames === 0) continue;
      const taken = sampling.take(port, frames);
      for (let k = 0; k < taken; k++) {
        const offset = sampling.positions[k];
        samples.push(hop, offset, isEgress, pool + earlier + offset + 1, (offset + this.random.uniform()) / frames);
      }
      earlier += frames;
    }
    return passing;
  }
}
