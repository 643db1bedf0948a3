import {expect, test} from 'vitest';
import {Losses} from '../../src/fabric/losses.ts';

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
