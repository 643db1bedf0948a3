import {expect, it} from 'vitest';
import {RecentWeights} from '../../src/fabric/recent-weights.ts';
import {Random} from '../../src/simulator/random.ts';
import {proofCount, proofSeed} from '../support/proof.ts';

it('is what was asked for, of that Partial, however many ports there are', () => {
  let asked = 0;
  const answer = (slot: number, side: number, rate: number, end: number) => slot * 1e6 + side * 1e5 + rate + end / 1e3;
  const weights = new RecentWeights((...place) => {
    asked++;
    return answer(...place);
  });
  const random = new Random(proofSeed(), 6);
  const count = proofCount(20_000, 1_000_000);
  for (let i = 0; i < count; i++) {
    const end = 1 + Math.floor(i / 5_000);
    if (i % 5_000 === 0) weights.clear(end);
    const [slot, side, rate] = [random.below(3) * 4_096 + random.below(100), random.below(6), 1_000 + random.below(2)];
    expect(weights.of(slot, side, rate)).toBe(answer(slot, side, rate, end));
  }
  expect(asked).toBeLessThan(0.9 * count);
});
