import type {Agent} from '../agents.ts';
import type {Port} from '../ports.ts';
import {allOf, type Seen, type Thing} from './roles-evidence.ts';

/**
 * What is enough to conclude, in nats: e^16 to one, with room for thousands of ports that are looked at every second.
 */
export const ENOUGH = 16;
/**
 * Another switch may have sampled so many times fewer of the frames than its rate and its known losses say: a burst of
 * loss, a wrong rate.
 */
const ALLOWANCE = 2;
/** Flows are counted from so many samples on, in each of these ways: many small ones hide what the larger ones tell. */
const LEAST_SAMPLES = [1, 6, 18] as const;

/** A thing and where it came in at the port in question. */
export interface Arrival {
  thing: Thing;
  seen: Seen;
}

/** How surely a port is not fed by another switch, in nats. */
export interface Odds {
  /** By one that has sampled nothing of what comes in here. */
  alone: number;
  /** By those that have. */
  others: Map<Agent, number>;
}

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

/** How many flows another switch has not sampled at all, and how many such there would be if it fed the port. */
class Flows {
  readonly missing = LEAST_SAMPLES.map(() => 0);
  readonly expected = LEAST_SAMPLES.map(() => 0);

  /** A flow of so many samples here and there together; `sign` -1 takes it back. */
  add(samples: number, share: number, isMissing: boolean, sign: 1 | -1 = 1): void {
    const chance = share ** (samples - 1);
    for (let i = 0; i < LEAST_SAMPLES.length && samples >= LEAST_SAMPLES[i]!; i++) {
      if (isMissing) this.missing[i]! += sign;
      this.expected[i]! += sign * chance;
    }
  }

  copy(): Flows {
    const copy = new Flows();
    this.missing.forEach((count, i) => {
      copy.missing[i] = count;
      copy.expected[i] = this.expected[i]!;
    });
    return copy;
  }

  odds(): number {
    const each = this.missing.map((count, i) => tooMany(count, this.expected[i]!));
    return Math.max(...each) - Math.log(LEAST_SAMPLES.length);
  }
}

/** What one other switch has sampled of the arrivals. */
interface Other {
  /** Samples by arrival. */
  there: Map<number, number>;
  flows: Flows;
}

/**
 * How surely a port is not fed by each other switch. Were it fed by one, all that comes in at the port would have come
 * in there before, with as high a TTL, and been sampled there as often, as rates go. Two tests, of which the stronger
 * counts: one thing that was sampled much too seldom there (Chernoff's bound on a binomial), and too many flows that
 * were not sampled there at all (the same on their number, where each flow is too small to tell). `rarest` is the
 * largest `rarity` of all switches.
 */
export function weigh(port: Port, arrivals: readonly Arrival[], rarest: number): Odds {
  const shares = arrivals.map(({seen}) => ALLOWANCE / (ALLOWANCE + seen.rate / Math.max(1, rarest)));
  const flows = new Flows();
  const alone = arrivals.map(({thing, seen}, i) => {
    if (thing.kind === 'flow') flows.add(seen.settled, shares[i]!, true);
    return -seen.settled * Math.log(shares[i]!);
  });
  const others = new Map<Agent, Other>();
  arrivals.forEach((arrival, i) => {
    for (const [agent, samples] of before(port, arrival)) {
      const other = others.get(agent) ?? {there: new Map(), flows: flows.copy()};
      others.set(agent, other);
      other.there.set(i, samples);
      if (arrival.thing.kind !== 'flow') continue;
      other.flows.add(arrival.seen.settled, shares[i]!, true, -1);
      other.flows.add(arrival.seen.settled + samples, shares[i]!, false);
    }
  });
  const byStrength = alone.map((_, i) => i).sort((a, b) => alone[b]! - alone[a]!);
  const penalty = Math.log(Math.max(1, arrivals.length));
  const oddsOf = ({there, flows}: Other): number => {
    let strongest = alone[byStrength.find((i) => !there.has(i)) ?? -1] ?? 0;
    for (const [i, samples] of there) {
      strongest = Math.max(strongest, tooFew(samples, arrivals[i]!.seen.settled + samples, 1 - shares[i]!));
    }
    return Math.max(strongest - penalty, flows.odds());
  };
  const nobody = {there: new Map<number, number>(), flows};
  return {alone: oddsOf(nobody), others: new Map([...others].map(([agent, other]) => [agent, oddsOf(other)]))};
}

/** Samples of a thing at other switches, where those may have had it before the port: with the same TTL or a higher. */
function before(port: Port, {thing, seen}: Arrival): Map<Agent, number> {
  const samples = new Map<Agent, number>();
  for (const one of thing.seen) {
    const {agent} = one.port;
    if (agent !== port.agent && one.ttl >= seen.ttl) samples.set(agent, (samples.get(agent) ?? 0) + allOf(one));
  }
  return samples;
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
