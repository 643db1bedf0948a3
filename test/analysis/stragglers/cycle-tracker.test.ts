import {describe, expect, it} from 'vitest';
import {CycleTracker} from '../../../src/analysis/stragglers/cycle-tracker.ts';
import {StepRing} from '../../../src/analysis/stragglers/step-ring.ts';
import {Random} from '../../../src/simulator/random.ts';
import {proofSeed} from '../../support/proof.ts';
import {poisson} from '../period/period-traffic.ts';

const TICK_MS = 10;
const PERIOD_MS = 500;
const EXCHANGE_MS = 150;
const START_MS = 1_790_000_000_000;

/** Lengths of the cycles that are told, in periods; `cycles` has how long each takes and how much of it is seen. */
function lengths(
  cycles: readonly {ms: number; seen: number}[],
  samples: number,
  random: Random,
): (number | undefined)[] {
  const ring = new StepRing(1, PERIOD_MS);
  const tracker = new CycleTracker(ring, PERIOD_MS);
  const found: (number | undefined)[] = [];
  let startMs = START_MS;
  for (const {ms, seen} of cycles) {
    for (let at = 0; at < ms; at += TICK_MS) {
      const mean = at < EXCHANGE_MS ? (seen * samples * TICK_MS) / EXCHANGE_MS : 0.02;
      ring.add((startMs + at) / TICK_MS, [poisson(random, mean)]);
    }
    startMs += ms;
    for (let cycle = tracker.next(); cycle; cycle = tracker.next()) {
      found.push(cycle.lengthMs === undefined ? undefined : cycle.lengthMs / PERIOD_MS);
    }
  }
  return found;
}

const usual = (count: number) => Array.from({length: count}, () => ({ms: PERIOD_MS, seen: 1}));
const longest = (found: readonly (number | undefined)[]) => Math.max(...found.map((length) => length ?? 0));

describe('a job whose cycles are followed', () => {
  it('has no step of twice the length where few samples of a cycle were seen', () => {
    const random = new Random(proofSeed(), 3);
    for (let round = 0; round < 20; round++) {
      const found = lengths([...usual(20), {ms: PERIOD_MS, seen: 0.3}, ...usual(20)], 100, random);
      expect(found.length).toBeGreaterThan(34);
      expect(longest(found)).toBeLessThan(1.3);
    }
  });

  it('has one where it did compute for so long', () => {
    const random = new Random(proofSeed(), 4);
    for (let round = 0; round < 20; round++) {
      const found = lengths([...usual(20), {ms: 2 * PERIOD_MS, seen: 1}, ...usual(20)], 100, random);
      expect(Math.abs(longest(found) - 2)).toBeLessThan(0.1);
    }
  });
});
