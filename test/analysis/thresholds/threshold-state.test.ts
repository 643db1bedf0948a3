import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {Banded} from '../../../src/analysis/congestion/marks.ts';
import {type ThresholdChange, ThresholdState} from '../../../src/analysis/thresholds/threshold-state.ts';
import {weightedPoissonBand} from '../../../src/shared/band.ts';
import {Random} from '../../../src/simulator/random.ts';

const T0 = 1_790_000_000_000;
const limits = {comparison: '>', value: 100, clear: 80, forMs: 3_000, sure: true} as const;
type Limits = {comparison: '>' | '<'; value: number; clear: number; forMs: number; sure: boolean};

/** Looks once a second; returns the seconds at which something changed, and the phase at the end. */
function run(limits: Limits, readings: readonly (number | Banded | undefined)[]) {
  const state = new ThresholdState();
  const changes: [second: number, change: ThresholdChange][] = [];
  readings.forEach((reading, second) => {
    const banded = typeof reading === 'number' ? {value: reading, low: reading, high: reading} : reading;
    const change = state.look(limits, banded, T0 + second * 1_000);
    if (change) changes.push([second, change]);
  });
  return {changes, phase: state.phase, state};
}

describe('a threshold on one subject', () => {
  it('fires when the figure has been beyond it for long enough, and says since when', () => {
    const {changes, state} = run(limits, [50, 101, 101, 101, 101, 101]);
    expect(changes).toEqual([[4, 'crossed']]);
    expect([state.since, state.firedAt]).toEqual([T0 + 1_000, T0 + 4_000]);
    expect(run({...limits, forMs: 0}, [50, 101]).changes).toEqual([[1, 'crossed']]);
  });

  it('begins anew when the figure was back meanwhile', () => {
    expect(run(limits, [101, 101, 101, 100, 101, 101, 101]).changes).toEqual([]);
    expect(run(limits, [101, 101, 101, 100, 101, 101, 101, 101]).changes).toEqual([[7, 'crossed']]);
  });

  it('does not fire at the threshold itself', () => {
    expect(run(limits, [100, 100, 100, 100, 100]).phase).toBe('idle');
    expect(run({...limits, comparison: '<', clear: 120}, [100, 100, 100, 100, 100]).phase).toBe('idle');
  });

  it('is over when the figure has been back beyond `clear` for three looks in a row', () => {
    const up = [101, 101, 101, 101];
    expect(run(limits, [...up, 90, 81, 90, 99, 90]).phase).toBe('firing');
    expect(run(limits, [...up, 80, 80, 80]).changes).toEqual([
      [3, 'crossed'],
      [6, 'back'],
    ]);
    expect(run(limits, [...up, 80, 80, 81, 80, 80]).phase).toBe('firing');
  });

  it('has a mirror image below', () => {
    const below = {...limits, comparison: '<', clear: 120} as const;
    expect(run(below, [99, 99, 99, 99, 119, 119, 119]).changes).toEqual([[3, 'crossed']]);
    expect(run(below, [99, 99, 99, 99, 120, 125, 130]).changes).toEqual([
      [3, 'crossed'],
      [6, 'back'],
    ]);
  });

  it('counts only what is beyond with all of its interval, unless that is not wanted', () => {
    const wide = {value: 110, low: 99, high: 121};
    expect(run(limits, [wide, wide, wide, wide, wide]).phase).toBe('idle');
    expect(run({...limits, sure: false}, [wide, wide, wide, wide]).changes).toEqual([[3, 'crossed']]);
    const low = {value: 90, low: 79, high: 101};
    const below = {...limits, comparison: '<', clear: 120} as const;
    expect(run(below, [low, low, low, low]).phase).toBe('idle');
    expect(run({...below, sure: false}, [low, low, low, low]).phase).toBe('firing');
  });

  it('neither begins nor, for five minutes, ends on what is not known', () => {
    expect(run(limits, [101, 101, undefined, 101, 101, 101]).phase).toBe('pending');
    const gap = new Array<undefined>(299).fill(undefined);
    expect(run(limits, [101, 101, 101, 101, ...gap]).phase).toBe('firing');
    expect(run(limits, [101, 101, 101, 101, ...gap, undefined]).changes.at(-1)).toEqual([303, 'unknown']);
  });

  it('does not take the time that a step of the clock left out for time beyond it', () => {
    const state = new ThresholdState();
    const high = {value: 101, low: 101, high: 101};
    state.look(limits, high, T0);
    expect(state.look(limits, high, T0 + 3_600_000)).toBeUndefined();
    expect(state.look(limits, high, T0 + 3_603_000)).toBe('crossed');
  });

  it('fires and clears by turns, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.double({min: 0, max: 200, noNaN: true}), {nil: undefined}), {maxLength: 200}),
        fc.integer({min: 0, max: 5}),
        (values, forSeconds) => {
          const {changes, phase} = run({...limits, forMs: forSeconds * 1_000}, values);
          changes.forEach(([second, change], i) => {
            expect(change === 'crossed').toBe(i % 2 === 0);
            if (change === 'back') expect(values[second]!).toBeLessThanOrEqual(80);
            if (change !== 'crossed') return;
            expect(second).toBeGreaterThanOrEqual(forSeconds);
            // All that time it was beyond.
            for (let at = second - forSeconds; at <= second; at++) expect(values[at]!).toBeGreaterThan(100);
          });
          expect(phase === 'firing').toBe(changes.length % 2 === 1);
        },
      ),
    );
  });

  it('is not set off by the noise of sampling in an hour of 100 links at 80 % of it', () => {
    const random = new Random(1, 1);
    let naive = 0;
    for (let link = 0; link < 100; link++) {
      const sure = new ThresholdState();
      const plain = new ThresholdState();
      let before = poisson(8, random);
      for (let second = 0; second < 3_600; second++) {
        // The last two seconds: twenty samples stand for the threshold, sixteen are expected.
        const now = poisson(8, random);
        const value = (before + now) * 5;
        before = now;
        const reading = {value, ...weightedPoissonBand(value, value * 5, 5)};
        const at = T0 + second * 1_000;
        expect(sure.look(limits, reading, at)).not.toBe('crossed');
        if (plain.look({...limits, sure: false}, reading, at) === 'crossed') naive++;
      }
    }
    expect(naive).toBeGreaterThan(100);
  });
});

function poisson(mean: number, random: Random): number {
  let count = 0;
  for (let product = random.uniform(); product > Math.exp(-mean); product *= random.uniform()) count++;
  return count;
}
