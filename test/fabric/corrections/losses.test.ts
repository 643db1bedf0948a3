import {expect, test} from 'vitest';
import {Losses} from '../../../src/fabric/corrections/losses.ts';

test('what comes after all in parts is taken off to the end, whatever rounding leaves of it', () => {
  const losses = new Losses();
  losses.begin(100, 1_000, 1, () => 10);
  const lay = (missing: number) => losses.lay({missing, bins: 1, silence: 0, together: 1}, 1_001, 990);
  // 0.00769 of 6.00769 and a rest of 9e-19, of which ever less was left but never nothing: it went on for ever.
  lay(6.0076897635191004);
  lay(18.02308825937449);
  lay(-18.03077802289359);
  expect(losses.factor(1_000)).toBeCloseTo(1.6, 6);
});

test('what is laid upon a few samples of a bin is shared by those that come to it later', () => {
  const losses = new Losses();
  const arrivals = new Map<number, number>();
  const add = (bin: number, samples: number) => {
    arrivals.set(bin, (arrivals.get(bin) ?? 0) + samples);
    return losses.add(bin, samples);
  };
  const stand = () => [...arrivals].reduce((sum, [bin, samples]) => sum + samples * losses.factor(bin), 0);
  losses.begin(100, 1_000, 1, () => 0);
  expect(add(1_003, 2)).toBe(false);
  losses.lay({missing: 40, bins: 4, silence: 0, together: 1}, 1_004, 992);
  expect(stand()).toBeCloseTo(42, 4);
  // Bins that nothing had come to and one that was final in the meantime.
  const said = losses.factor(1_000);
  for (const bin of [1_001, 1_002, 1_003]) expect(add(bin, 10)).toBe(true);
  expect(losses.renew(1_001)).toBe(1_001);
  expect(stand()).toBeCloseTo(72, 4);
  expect(losses.factor(1_002)).toBeCloseTo(2.25, 4);
  expect(losses.factor(1_000)).toBe(said);
  // And it can be taken off again.
  losses.lay({missing: -40, bins: 1, silence: 0, together: 1}, 1_005, 1_001);
  expect(stand()).toBeCloseTo(32, 4);
});

test('a wrong number makes no mountain of a bin: 19 of 20 may be lost at once, more only where bins of late show it', () => {
  const lay = (samples: number, missing: number) => {
    const losses = new Losses();
    losses.begin(100, 1_000, 1, () => samples);
    losses.lay({missing, bins: 1, silence: 0, together: 1}, 1_001, 990);
    return samples * losses.factor(1_000);
  };
  // What may be true is laid whole.
  expect(lay(100, 900)).toBeCloseTo(1_000, 3);
  expect(lay(100, 1_900)).toBeCloseTo(2_000, 3);
  expect(lay(4, 500)).toBeCloseTo(504, 3);
  // What hardly is, is not.
  expect(lay(100, 120_000)).toBeCloseTo(2_000, 3);
  expect(lay(10, 120_000)).toBeCloseTo(580, 3);
});
