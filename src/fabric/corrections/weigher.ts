import {Steps} from '../history/steps.ts';
import type {Losses} from './losses.ts';

/** Whose samples are lacking: those of a stream of datagrams, or of an agent with all of its streams. */
export interface LossHolder {
  /** What got lost on the way. */
  losses: Losses;
  /** What the agent could not sample. */
  drops: Losses;
}

/** How many frames one sample stands for, bin by bin: the claimed rate, and two corrections that each count once. */
export class Weigher {
  /** Nominal sampling rate, N of 1-in-N. */
  readonly rate: number;
  /** What is lacking beside what arrived. */
  readonly holder: LossHolder;
  /** What the data source took otherwise than it claims and its stream on average, as a factor; none while it never did. */
  agentPart: Steps | undefined;

  constructor(rate: number, holder: LossHolder) {
    this.rate = rate;
    this.holder = holder;
  }

  /** Whether some bin within reach is corrected. */
  get isActive(): boolean {
    const {losses, drops} = this.holder;
    return this.agentPart !== undefined || losses.isActive || drops.isActive;
  }

  weight(bin: number): number {
    if (!this.isActive) return this.rate;
    const {losses, drops} = this.holder;
    return this.rate * losses.factor(bin) * drops.factor(bin) * (this.agentPart?.at(bin) ?? 1);
  }

  /** By how much the variance of what rests on samples of a bin is larger than they tell; see `Losses`. */
  clumping(bin: number): number {
    return this.holder.losses.clumping(bin);
  }

  /** The agent's part is `factor` from a bin on. Returns whether that is news. */
  set(bin: number, factor: number): boolean {
    if (this.agentPart === undefined && factor === 1) return false;
    this.agentPart ??= new Steps(1);
    return this.agentPart.set(bin, factor);
  }

  /** Bins before this one are not asked for any more. */
  forget(before: number): void {
    this.agentPart?.forget(before);
    if (this.agentPart?.isPlain) this.agentPart = undefined;
  }
}
