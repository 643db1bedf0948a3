import {expect, test} from 'vitest';
import {StallWatch} from '../../src/collector/stall-watch.ts';

test('a thread that is due and shows itself more than a bin later stood still, and that is told once', () => {
  const watch = new StallWatch();
  expect(watch.alive(1_000)).toBe(0);
  watch.expect(1_100);
  expect(watch.alive(1_200)).toBe(0);
  watch.expect(1_300);
  expect(watch.alive(1_950)).toBe(650);
  expect(watch.since).toBe(1_200);
  expect(watch.alive(2_500)).toBe(0);
});

test('a step of the clock is no stall', () => {
  const watch = new StallWatch();
  watch.alive(1_000);
  watch.expect(1_100);
  watch.forward(5_000);
  expect(watch.alive(6_110)).toBe(0);
  expect(watch.since).toBe(6_000);
});
