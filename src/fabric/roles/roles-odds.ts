import type {Agent} from '../agents.ts';

/**
 * What is enough to conclude, in nats: e^16 to one, with room for thousands of ports that are looked at every second.
 */
export const ENOUGH = 16;
/** Things that are weighed at one port: the most frequent ones. */
export const MAX_ARRIVALS = 96;
/**
 * Another switch may have sampled so many times fewer of the frames than its rate and its known losses say: a burst of
 * loss, a wrong rate.
 */
const ALLOWANCE = 2;
/** Flows are counted from so many samples on, in each of these ways: many small ones hide what the larger ones tell. */
const LEAST_SAMPLES = [1, 6, 18] as const;
/** Of what a switch has not sampled at all. */
const NONE = -1;

/** Of how many frames a switch tells one, at the most: by its rates, what it dropped and what was lost on the way. */
export function rarity({largest, subAgents}: Agent): number {
  let told = 0;
  let untold = 0;
  for (const {flowSamples, missingFlowSamples, agentDrops} of subAgents.values()) {
    told += flowSamples;
    untold += missingFlowSamples + agentDrops;
  }
  return told > 0 && untold > 0 ? (largest.rate * (told + untold)) / told : largest.rate;
}

/** What one other switch has sampled of the arrivals. */
interface Other {
  /** The agent's index. */
  agent: number;
  /** Samples by arrival, or `NONE`. */
  there: Float64Array;
}

/**
 * How surely a port is not fed by each other switch. Were it fed by one, all that comes in at the port would have come
 * in there before, with as high a TTL, and been sampled there as often, as rates go. Two tests, of which the stronger
 * counts: one thing that was sampled much too seldom there (Chernoff's bound on a binomial), and too many flows that
 * were not sampled there at all (the same on their number, where each flow is too small to tell). Odds are in nats.
 */
export class Odds {
  private arrivals = 0;
  /** By arrival: samples at the port, the share of them there and elsewhere that falls to the port, and whether it is a flow. */
  private readonly settled = new Float64Array(MAX_ARRIVALS);
  private readonly shares = new Float64Array(MAX_ARRIVALS);
  private readonly isFlow = new Uint8Array(MAX_ARRIVALS);
  private readonly others: Other[] = [];
  private count = 0;
  /** By the agent's index: which of `others`, plus 1. */
  private readonly byAgent: number[] = [];
  private rarest = 1;
  /** Flows that were not sampled, and how many such there would be, in each of the ways of `LEAST_SAMPLES`. */
  private readonly missing = new Float64Array(LEAST_SAMPLES.length);
  private readonly expected = new Float64Array(LEAST_SAMPLES.length);

  /** Begins with another port. `rarest` is the largest `rarity` of all switches. */
  clear(rarest: number): void {
    this.rarest = Math.max(1, rarest);
    this.arrivals = 0;
    for (let i = 0; i < this.count; i++) this.byAgent[this.others[i]!.agent] = 0;
    this.count = 0;
  }

  /** Adds what comes in there, at most `MAX_ARRIVALS`. Returns its number. */
  add(settled: number, rate: number, isFlow: boolean): number {
    const i = this.arrivals++;
    this.settled[i] = settled;
    this.shares[i] = ALLOWANCE / (ALLOWANCE + rate / this.rarest);
    this.isFlow[i] = isFlow ? 1 : 0;
    return i;
  }

  /** So many samples of an arrival were taken by another switch, which may have had it before the port. */
  addOther(arrival: number, agent: number, samples: number): void {
    while (this.byAgent.length <= agent) this.byAgent.push(0);
    const known = this.byAgent[agent]!;
    const {there} = known > 0 ? this.others[known - 1]! : this.meet(agent);
    there[arrival] = Math.max(0, there[arrival]!) + samples;
  }

  /** How surely it is not fed by a switch that has sampled nothing of what comes in there. */
  alone(): number {
    return this.oddsOf(undefined);
  }

  /** The switches that have sampled some of it, by number: their agents' indexes, and how surely they do not feed it. */
  get otherSwitches(): number {
    return this.count;
  }

  agent(other: number): number {
    return this.others[other]!.agent;
  }

  notBy(other: number): number {
    return this.oddsOf(this.others[other]!.there);
  }

  private meet(agent: number): Other {
    const other = (this.others[this.count++] ??= {agent, there: new Float64Array(MAX_ARRIVALS)});
    other.agent = agent;
    other.there.fill(NONE);
    this.byAgent[agent] = this.count;
    return other;
  }

  private oddsOf(there: Float64Array | undefined): number {
    const {settled, shares, isFlow, missing, expected} = this;
    missing.fill(0);
    expected.fill(0);
    let strongest = 0;
    for (let i = 0; i < this.arrivals; i++) {
      const here = settled[i]!;
      const share = shares[i]!;
      const samples = there ? there[i]! : NONE;
      const odds = samples < 0 ? -here * Math.log(share) : tooFew(samples, here + samples, 1 - share);
      if (odds > strongest) strongest = odds;
      if (isFlow[i] === 1) this.addFlow(samples < 0 ? here : here + samples, share, samples < 0);
    }
    return Math.max(strongest - Math.log(Math.max(1, this.arrivals)), this.tooManyMissing());
  }

  /** A flow of so many samples here and there together. */
  private addFlow(samples: number, share: number, isMissing: boolean): void {
    const chance = share ** (samples - 1);
    for (let i = 0; i < LEAST_SAMPLES.length && samples >= LEAST_SAMPLES[i]!; i++) {
      if (isMissing) this.missing[i]!++;
      this.expected[i]! += chance;
    }
  }

  private tooManyMissing(): number {
    let most = 0;
    for (let i = 0; i < LEAST_SAMPLES.length; i++) most = Math.max(most, tooMany(this.missing[i]!, this.expected[i]!));
    return most - Math.log(LEAST_SAMPLES.length);
  }
}

/** Chernoff: −ln of the chance that of `all` samples at most `some` fall where each falls with `chance`. */
function tooFew(some: number, all: number, chance: number): number {
  if (all <= 0 || some >= all * chance) return 0;
  const rest = all - some;
  const lower = some > 0 ? some * Math.log(some / (all * chance)) : 0;
  return lower + rest * Math.log(rest / (all * (1 - chance)));
}

/** Chernoff: −ln of the chance of `count` events or more where `expected` are to be expected. */
function tooMany(count: number, expected: number): number {
  if (count <= expected) return 0;
  return count * Math.log(count / Math.max(expected, 1e-9)) - count + expected;
}
