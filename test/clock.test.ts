import fc from 'fast-check';
import {expect, test} from 'vitest';
import {ManualClock, SteadyClock} from '../src/clock.ts';
import {proofCount, proofSeed} from './support/proof.ts';

/** A wall clock and a monotonic one, moved by hand. */
function make() {
  const at = {wall: 1_000_000, monotonic: 50};
  const clock = new SteadyClock(
    () => at.wall,
    () => at.monotonic,
  );
  const pass = (ms: number) => {
    at.wall += ms;
    at.monotonic += ms;
  };
  return {at, clock, pass};
}

test('starts on the wall clock and goes with the monotonic one', () => {
  const {at, clock, pass} = make();
  expect(clock.now()).toBe(1_000_000);
  pass(250);
  at.wall += 400; // nobody looks at the wall until it is followed
  expect(clock.now()).toBe(1_000_250);
});

test('follows by 500 ppm at most, in both directions', () => {
  for (const off of [900, -900, -3_600_000]) {
    const {at, clock, pass} = make();
    at.wall += off;
    pass(1_000);
    expect(clock.follow()).toBe(0);
    pass(1_000);
    expect(clock.now()).toBeCloseTo(1_002_000 + Math.sign(off) * 0.5, 6);
  }
});

test('a small difference is made up for, and not overshot', () => {
  const {at, clock, pass} = make();
  at.wall += 0.3;
  for (let i = 0; i < 10; i++) {
    pass(1_000);
    clock.follow();
  }
  expect(clock.now()).toBeCloseTo(at.wall, 6);
});

test('a step forwards by more than a second is jumped, and told', () => {
  const {at, clock, pass} = make();
  pass(100);
  at.wall += 1_001;
  expect(clock.follow()).toBeCloseTo(1_001, 6);
  expect(clock.now()).toBe(at.wall);
  expect(clock.follow()).toBe(0);
});

test('never runs backwards, whatever the wall does', () => {
  const step = fc.record({
    pass: fc.integer({min: 0, max: 5_000}),
    wall: fc.constantFrom(0, 0, 0, 1, -1, 50, -50, -5_000, 2_000, -86_400_000),
    follow: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, {maxLength: 60}), (steps) => {
      const {at, clock, pass} = make();
      let last = clock.now();
      for (const {pass: ms, wall, follow} of steps) {
        pass(ms);
        at.wall += wall;
        const before = clock.now();
        if (follow) clock.follow();
        const now = clock.now();
        expect(before).toBeGreaterThanOrEqual(last);
        expect(now).toBeGreaterThanOrEqual(before);
        last = now;
      }
    }),
    {seed: proofSeed(), numRuns: proofCount(200, 10_000)},
  );
});

test('a clock that is set by hand does not go back', () => {
  const clock = new ManualClock(5);
  clock.set(9);
  clock.set(7);
  expect(clock.now()).toBe(9);
});
