import {expect, it} from 'vitest';
import {Largest} from '../../src/fabric/largest.ts';
import {Random} from '../../src/simulator/random.ts';
import {proofCount, proofSeed} from '../support/proof.ts';

it('keeps the largest in order and sums up the others, as sorting all of them does', () => {
  const random = new Random(proofSeed());
  for (let run = 0; run < proofCount(200, 5_000); run++) {
    const most = random.below(12);
    const all = Array.from({length: random.below(40)}, (_, index) => ({
      ...{index, bytes: 1 + random.below(20), squares: random.below(9), largest: random.below(7)},
    }));
    const largest = new Largest<number>(most);
    for (const {index, bytes, squares, largest: one} of all) largest.add(index, bytes, squares, one);
    const sorted = [...all].sort((a, b) => b.bytes - a.bytes);
    expect(largest.all).toEqual(sorted.slice(0, most).map(({index}) => index));
    const others = sorted.slice(most);
    const sum = (of: 'bytes' | 'squares') => others.reduce((total, one) => total + one[of], 0);
    expect(largest.rest).toEqual({
      ...{flows: others.length, bytes: sum('bytes'), squares: sum('squares')},
      largest: Math.max(0, ...all.map((one) => one.largest)),
    });
  }
});
