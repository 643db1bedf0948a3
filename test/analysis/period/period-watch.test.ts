import {describe, expect, it, vi} from 'vitest';
import {PeriodFinder} from '../../../src/analysis/period/period.ts';
import {PeriodWatch} from '../../../src/analysis/period/period-watch.ts';
import {Random} from '../../../src/simulator/random.ts';
import {proofSeed} from '../../support/proof.ts';
import {isRight, lookAt} from './period-looks.ts';
import {poisson, TICK_MS} from './period-traffic.ts';

const LOOK = 200;
const LOOKS = 20;
const FIRST = 9_000;
const END = FIRST + LOOK * LOOKS;

/** Bursts of 30 % of a cycle in ticks, from one on to another. */
function bursts(periodMs: number, from: number, to: number): Float64Array {
  const random = new Random(proofSeed(), 11);
  return Float64Array.from({length: END}, (_, tick) => {
    const isOn = tick >= from && tick < to && (tick * TICK_MS) % periodMs < 0.3 * periodMs;
    return poisson(random, isOn ? 20 : 1);
  });
}

/** What each look shows, and whether it searched. */
function watched(counts: Float64Array) {
  const finder = new PeriodFinder();
  const find = vi.spyOn(finder, 'find');
  const watch = new PeriodWatch(finder);
  return Array.from({length: LOOKS + 1}, (_, look) => {
    find.mockClear();
    const shown = lookAt(watch, counts, FIRST + LOOK * look, TICK_MS);
    return {shown, hasSearched: find.mock.calls.length > 0};
  });
}

describe('looks at one series', () => {
  it.each([220, 700, 2_600])(
    'search every other time while one cycle of %i ms runs, and go on to tell it',
    (periodMs) => {
      const looks = watched(bursts(periodMs, 0, END));
      expect(looks.slice(0, 4).map(({hasSearched}) => hasSearched)).toEqual([true, true, true, true]);
      expect(looks.slice(4).map(({hasSearched}) => hasSearched)).toEqual(looks.slice(4).map((_, i) => i % 2 === 1));
      for (const {shown} of looks.slice(4)) {
        expect(shown).toHaveLength(1);
        expect(isRight(shown[0]!.periodMs, periodMs)).toBe(true);
        expect(Math.abs(shown[0]!.duty - 0.3)).toBeLessThan(0.1);
      }
    },
  );

  it('lose a cycle that stops at once, whether they would have searched or not', () => {
    for (const stop of [8, 9]) {
      const looks = watched(bursts(500, 0, FIRST + LOOK * (stop - 1)));
      expect(looks.findIndex(({shown}, look) => look >= 4 && shown.length === 0)).toBe(stop);
      expect(looks[stop]!.hasSearched).toBe(true);
    }
  });

  it('find one that begins where there was none', () => {
    const looks = watched(bursts(300, FIRST + LOOK * 8, END));
    expect(looks[8]!.shown).toEqual([]);
    expect(isRight(looks[LOOKS]!.shown[0]!.periodMs, 300)).toBe(true);
  });
});
