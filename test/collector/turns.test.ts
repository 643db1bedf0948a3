import {expect, it} from 'vitest';
import {ManualClock} from '../../src/clock.ts';
import {Turns, type TurnTarget} from '../../src/collector/turns.ts';

const START = 1_790_000_000_000;

it('leaves datagrams in the ring while results are not taken, and is not taken to stand still by that', () => {
  const clock = new ManualClock();
  clock.set(START);
  let waiting = 0;
  let isBehind = false;
  const pumped: number[] = [];
  const stalls: number[] = [];
  const target: Partial<TurnTarget> = {stalled: (ms) => stalls.push(ms)};
  const turns = new Turns(
    target as TurnTarget,
    {now: () => clock.now(), follow: () => 0},
    {
      pump: () => {
        pumped.push(waiting);
        waiting = 0;
        return 5;
      },
      isBehind: () => isBehind,
      count: () => {},
      soon: () => {},
    },
  );
  for (let ms = 0; ms < 1_000; ) {
    isBehind = ms > 300 && ms < 700;
    waiting++;
    const wait = turns.turn();
    expect(wait).toBeLessThanOrEqual(10);
    ms += wait;
    clock.set(START + ms);
  }
  expect(pumped.filter((count) => count > 1)).toEqual([expect.closeTo(41, -0.5)]);
  expect(stalls).toEqual([]);
});
