import {describe, expect, it} from 'vitest';
import {LossMeter} from '../../../src/fabric/watch/watch-loss.ts';
import {proofSeed} from '../../support/proof.ts';

/** One number in 0..1 after another. */
function random(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Feeds a meter a second at a time: `perSecond` datagrams of which each is lost with the probability of that second. */
function run(perSecond: number, seconds: number, lossAt: (second: number) => number, seed = 1) {
  const draw = random(seed);
  const meter = new LossMeter(0, 0);
  const changes: {what: string; second: number; missing: number; expected: number}[] = [];
  let received = 0;
  let missing = 0;
  for (let second = 0; second < seconds; second++) {
    for (let i = 0; i < perSecond; i++) {
      if (draw() < lossAt(second)) missing++;
      else received++;
    }
    const change = meter.look(received, missing);
    if (change) changes.push({second, what: change.what, ...change.episode});
  }
  return {changes, missing};
}

describe('a meter of loss', () => {
  it('is quiet where nothing is lost, and where a datagram is now and then', () => {
    expect(run(1_000, 600, () => 0).changes).toEqual([]);
    expect(run(1_000, 600, () => 0.0005, proofSeed()).changes).toEqual([]);
  });

  it('says at once when it begins, and when it has ended, with what was lost', () => {
    const {changes, missing} = run(500, 120, (second) => (second >= 40 && second < 60 ? 0.2 : 0));
    expect(changes.map(({what}) => what)).toEqual(['began', 'ended']);
    expect(changes[0]!.second).toBe(40);
    expect(changes[1]!.second).toBeGreaterThanOrEqual(69);
    expect(changes[1]!.second).toBeLessThan(75);
    expect(changes[1]!.missing).toBe(missing);
    expect(changes[1]!.expected).toBeGreaterThan(20 * 500);
  });

  it.each([
    [1, 0.3],
    [10, 0.02],
    [10, 0.5],
    [1_000, 0.01],
    [1_000, 1 / 3],
  ])('makes one stretch of steady loss: %d a second, share %d', (perSecond, share) => {
    const seed = proofSeed();
    const {changes} = run(perSecond, 3_600, () => share, seed);
    expect(changes.filter(({what}) => what === 'began').length, `seed ${seed}`).toBeLessThanOrEqual(2);
    expect(changes.at(-1)?.what, `seed ${seed}`).toBe('began');
  });

  it('waits for datagrams before it says that loss has ended', () => {
    // All is lost, then the agent is silent: nothing has arrived that could say that it is over.
    const meter = new LossMeter(0, 0);
    meter.look(1_000, 0);
    expect(meter.look(1_000, 300)?.what).toBe('began');
    for (let second = 0; second < 300; second++) expect(meter.look(1_000, 300)).toBeUndefined();
    const changes = Array.from({length: 30}, (_, i) => meter.look(1_000 + 100 * (i + 1), 300)?.what);
    expect(changes.filter(Boolean)).toEqual(['ended']);
  });

  it('counts what arrives late after all as arrived', () => {
    const meter = new LossMeter(0, 0);
    meter.look(100, 0);
    expect(meter.look(190, 10)?.what).toBe('began');
    meter.look(240, 0);
    let ended: ReturnType<LossMeter['look']>;
    for (let i = 1; i < 60 && !ended; i++) ended = meter.look(240 + i * 100, 0);
    expect(ended?.episode.missing).toBe(0);
  });
});
