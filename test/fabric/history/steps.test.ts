import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {Steps} from '../../../src/fabric/history/steps.ts';
import {Recent} from '../../../src/fabric/recent.ts';

describe('a step function', () => {
  it('says of each bin what was set last for it or before it', () => {
    const change = fc.tuple(fc.nat(50), fc.nat(5));
    fc.assert(
      fc.property(fc.array(change, {maxLength: 30}), fc.nat(40), (changes, before) => {
        const steps = new Steps(7);
        const plain = new Array<number>(60).fill(7);
        for (const [bin, value] of changes) {
          const isNews = plain.slice(bin).some((was) => was !== value);
          plain.fill(value, bin);
          // Steps that were set twice may count as news though they say the same.
          if (isNews) expect(steps.set(bin, value)).toBe(true);
          else steps.set(bin, value);
        }
        expect(plain.map((_, bin) => steps.at(bin))).toEqual(plain);
        steps.forget(before);
        expect(plain.map((_, bin) => steps.at(bin)).slice(before)).toEqual(plain.slice(before));
      }),
      {numRuns: 500},
    );
  });

  it('remembers no more changes than it may, the newest ones', () => {
    const steps = new Steps<string>('first', 2);
    expect([steps.last, steps.since]).toEqual(['first', Number.NEGATIVE_INFINITY]);
    for (const [bin, value] of [
      [10, 'a'],
      [20, 'b'],
      [30, 'c'],
    ] as const)
      steps.set(bin, value);
    expect([steps.last, steps.since]).toEqual(['c', 30]);
    expect([15, 25, 35].map((bin) => steps.at(bin))).toEqual(['first', 'b', 'c']);
  });

  it('is plain once all that differed is past', () => {
    const steps = new Steps(1);
    expect(steps.isPlain).toBe(true);
    steps.set(10, 2);
    steps.set(20, 1);
    expect(steps.isPlain).toBe(false);
    steps.forget(20);
    expect(steps.isPlain).toBe(true);
  });
});

it('the last ten seconds are the ten before the running one', () => {
  const recent = new Recent();
  expect(recent.before(100)).toEqual({seconds: 0, received: 0, missing: 0, uncertainMs: null});
  for (let second = 100; second < 130; second++) recent.add(second, 10, 2, 50);
  expect(recent.before(129)).toEqual({seconds: 10, received: 100, missing: 20, uncertainMs: 5});
  expect(recent.before(135)).toEqual({seconds: 10, received: 50, missing: 10, uncertainMs: 5});
  expect(recent.before(150)).toEqual({seconds: 10, received: 0, missing: 0, uncertainMs: null});
});
