import type {Agent} from './agents.ts';
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

/** A thing and where it came in at the port in question. */
export interface Arrival {
  thing: Thing;
  seen: Seen;
}

/** Chance that a sample of a frame that both a port and switch B carried is the port's: the higher, the less it says. */
function shareOf(seen: Seen, other: Agent | undefined, largestRate: number): number {
  const rate = Math.max(1, other ? rarity(other) : largestRate);
  return ALLOWANCE / (ALLOWANCE + seen.rate / rate);
}

/** Of how many frames a switch tells one, at the most: by its rates, what it dropped and what was lost on the way. */
export function rarity({largestRate, subAgents}: Agent): number {
  let told = 0;
  let untold = 0;
  for (const {flowSamples, missingFlowSamples, agentDrops} of subAgents.values()) {
    told += flowSamples;
    untold += missingFlowSamples + agentDrops;
  }
  return told > 0 && untold > 0 ? (largestRate * (told + untold)) / told : largestRate;
}

/** Samples of a thing at another switch, where that may have been before the port: with the same TTL or a higher one. */
function before({thing, seen}: Arrival, other: Agent): number {
  let samples = 0;
  for (const one of thing.seen) if (one.port.agent === other && one.ttl >= seen.ttl) samples += allOf(one);
  return samples;
}

/**
 * How surely a port is not fed by switch `other`, in nats. Were it, then all that comes in at the port would have come
 * in at that switch before, and been sampled there as often, as rates go. Two tests, of which the stronger counts:
 * one thing that was sampled much too seldom there (Chernoff's bound on a binomial), and too many flows that were not
 * sampled there at all (the same on their number, for flows that are each too small). Without `other`: a switch that
 * saw nothing of all this; `largestRate` is then the largest `rarity` there is.
 */
export function notFedBy(other: Agent | undefined, arrivals: readonly Arrival[], largestRate: number): number {
  let strongest = 0;
  let flows = 0;
  let missing = 0;
  let expected = 0;
  for (const arrival of arrivals) {
    const here = arrival.seen.settled;
    const there = other ? before(arrival, other) : 0;
    const share = shareOf(arrival.seen, other, largestRate);
    strongest = Math.max(strongest, tooFew(there, here + there, 1 - share));
    if (arrival.thing.kind !== 'flow' || here < 1) continue;
    flows++;
    if (there === 0) missing++;
    expected += share ** (here + there - 1);
  }
  return Math.max(strongest - Math.log(Math.max(1, arrivals.length)), tooMany(missing, Math.min(expected, flows)));
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
