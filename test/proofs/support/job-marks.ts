/** What part of the frames between some hosts of a simulated fabric is really marked on the last switch of their way. */
import {BIN_MS} from '../../../src/shared/bins.ts';
import type {Simulation} from '../../../src/simulator/simulation.ts';

/** RoCEv2 frames, and those marked CE among them. */
export interface MarkedFrames {
  frames: number;
  ce: number;
}

/** As they come in at their last switch, and as they leave it: some are dropped in between, and it marks what it sends. */
export type LastSwitch = Record<'came' | 'left', MarkedFrames>;

const none = (): LastSwitch => ({came: {frames: 0, ce: 0}, left: {frames: 0, ce: 0}});

export class JobMarks {
  private readonly simulation: Simulation;
  private readonly members: ReadonlySet<number>;
  private readonly bins = new Map<number, LastSwitch>();

  /** Of what these nodes send each other. */
  constructor(simulation: Simulation, members: readonly number[]) {
    this.simulation = simulation;
    this.members = new Set(members);
    const forwarding = simulation['forwarding'];
    const forward = forwarding.forward.bind(forwarding);
    forwarding.forward = () => {
      forward();
      this.record();
    };
  }

  /** Sums over the bins from..to, both inclusive. */
  over(from: number, to: number): LastSwitch {
    const sum = none();
    for (let bin = from; bin <= to; bin++) {
      const one = this.bins.get(bin);
      if (!one) throw new Error(`nothing was recorded of bin ${bin}`);
      for (const at of ['came', 'left'] as const) {
        sum[at].frames += one[at].frames;
        sum[at].ce += one[at].ce;
      }
    }
    return sum;
  }

  private record(): void {
    const {simulation, members} = this;
    const forwarding = simulation['forwarding'];
    const {plans} = simulation['streams'];
    const bin = Math.floor(simulation.nowMs / BIN_MS);
    const sums = this.bins.get(bin) ?? none();
    this.bins.set(bin, sums);
    for (let hop = 0; hop < forwarding.stream.length; hop++) {
      const output = forwarding.outPort[hop]!;
      if (output < 0 || simulation.topology.role(output) !== 'edge') continue;
      const {source, destination, shape, ceShare} = plans[forwarding.stream[hop]!]!;
      if (!shape.isRoce || !members.has(source) || !members.has(destination)) continue;
      const add = (to: MarkedFrames, frames: number, byPorts: number) => {
        to.frames += frames;
        // Below 0: frames that cannot be marked.
        if (ceShare >= 0) to.ce += frames * (1 - (1 - ceShare) * (1 - byPorts));
      };
      add(sums.came, forwarding.received(hop), forwarding.markedShare(hop, false));
      add(sums.left, forwarding.forwarded(hop), forwarding.markedShare(hop, true));
    }
  }
}
