import {expect, test} from 'vitest';
import {replay, type TimedDatagram} from '../../src/collector/replay.ts';
import {BIN_MS} from '../../src/shared/bins.ts';

const START = 1_750_000_000_000;
const SOURCE = {words: [0, 0, 0xffff, 0x0a000001]};

async function* recording(times: readonly number[]): AsyncGenerator<TimedDatagram> {
  for (const [i, time] of times.entries()) yield {timeMs: START + time, bytes: Uint8Array.of(i), source: SOURCE};
}

interface Played {
  /** What happened, in order: `d0@5` a datagram, `t100` a tick, in ms since the start. */
  log: string[];
  /** Outside time that each datagram came at. */
  outside: number[];
  ready: number;
  /** Times that the recording's clock was set back. */
  stepsBack: number;
}

/** Plays under a pace that jumps where it is told to wait to; `slow` is how long a bin takes the receiver. */
async function play(times: readonly number[], speed: number, slow = 0): Promise<Played> {
  let clock = 5_000;
  const played: Played = {log: [], outside: [], ready: 0, stepsBack: 0};
  played.stepsBack = await replay(
    recording(times),
    speed,
    {
      datagram: (bytes, _, timeMs) => {
        played.log.push(`d${bytes[0]}@${timeMs - START}`);
        played.outside.push(clock - 5_000);
      },
      tick: (timeMs) => {
        played.log.push(`t${timeMs - START}`);
        expect(timeMs % BIN_MS).toBe(0);
      },
      ready: async () => {
        played.ready++;
        clock += slow;
      },
    },
    {
      now: () => clock,
      wait: async (ms) => {
        expect(ms).toBeGreaterThan(0);
        expect(ms).toBeLessThanOrEqual(BIN_MS);
        clock += ms;
      },
    },
  );
  return played;
}

test('at its original speed, with a tick at every edge of a bin', async () => {
  const {log, outside, ready} = await play([20, 50, 120, 350], 1);
  expect(log).toEqual(['d0@20', 'd1@50', 't100', 'd2@120', 't200', 't300', 'd3@350']);
  expect(outside).toEqual([0, 30, 100, 330]);
  expect(ready).toBe(3);
});

test('ten times as fast', async () => {
  const {log, outside} = await play([0, 1_000, 2_000], 10);
  expect(outside).toEqual([0, 100, 200]);
  expect(log.filter((entry) => entry.startsWith('t'))).toHaveLength(20);
});

test('as fast as it goes: the same bins, and no waiting', async () => {
  const times = [20, 50, 120, 350, 60_000];
  const fast = await play(times, Number.POSITIVE_INFINITY);
  expect(fast.outside).toEqual([0, 0, 0, 0, 0]);
  expect(fast.log).toEqual((await play(times, 1)).log);
});

test('a datagram that is stamped earlier than the one in front of it is simultaneous', async () => {
  const {log, stepsBack} = await play([100, 40, 90, 110], 1);
  expect(log).toEqual(['d0@100', 'd1@100', 'd2@100', 'd3@110']);
  expect(stepsBack).toBe(0);
  expect((await play([5_000, 4_000, 4_500, 5_010], 1)).log.at(-1)).toBe('d3@5010');
});

const datagramsOf = (log: readonly string[]) => log.filter((entry) => entry.startsWith('d'));

test('a clock that was set back runs on from there, at the pace of the recording', async () => {
  const times = [30_000, 30_100, 20_000, 20_250, 20_500, 5_000, 5_300];
  const {log, stepsBack, outside} = await play(times, 1);
  expect(datagramsOf(log)).toEqual([
    'd0@30000',
    'd1@30100',
    'd2@30100',
    'd3@30350',
    'd4@30600',
    'd5@30600',
    'd6@30900',
  ]);
  expect(log.filter((entry) => entry.startsWith('t'))).toHaveLength(9);
  expect(outside).toEqual([0, 100, 100, 350, 600, 600, 900]);
  expect(stepsBack).toBe(2);
  expect(datagramsOf((await play(times, Number.POSITIVE_INFINITY)).log)).toEqual(datagramsOf(log));
});

test("the recording's own time is gone back to as soon as that needs no step back", async () => {
  const back = await play([30_000, 20_000, 20_100, 31_000, 31_100], Number.POSITIVE_INFINITY);
  expect(datagramsOf(back.log)).toEqual(['d0@30000', 'd1@30000', 'd2@30100', 'd3@31000', 'd4@31100']);
  expect(back.stepsBack).toBe(1);
  const stray = await play([0, 10, -1_000_000_000, 20, 30], Number.POSITIVE_INFINITY);
  expect(datagramsOf(stray.log)).toEqual(['d0@0', 'd1@10', 'd2@10', 'd3@20', 'd4@30']);
  expect(stray.stepsBack).toBe(1);
});

test('clocks of two cards that differ do not pull the recording apart', async () => {
  const {log} = await play([10_000, 5_000, 10_010, 5_010, 10_020, 5_020], 1);
  expect(log).toEqual(['d0@10000', 'd1@10000', 'd2@10010', 'd3@10010', 'd4@10020', 'd5@10020']);
});

test('a gap of years is one step when the speed has no bound', async () => {
  const years = 20 * 365 * 86_400_000;
  const {log, ready} = await play([50, years + 30, years + 170], Number.POSITIVE_INFINITY);
  expect(log).toEqual(['d0@50', `t${years}`, `d1@${years + 30}`, `t${years + 100}`, `d2@${years + 170}`]);
  expect(ready).toBe(2);
});

test('a receiver that is slow is waited for, and then caught up with', async () => {
  const {outside, log} = await play([0, 1_000, 3_000], 1, 150);
  expect(outside[1]).toBe(1_600); // the first bin, then ten receptions of 150 ms
  expect(log.at(-1)).toBe('d2@3000');
  const {outside: eased} = await play([0, 100, 5_000], 1, 20);
  expect(eased).toEqual([0, 120, 5_020]);
});

test('a recording of nothing', async () => {
  expect(await play([], 1)).toEqual({log: [], outside: [], ready: 0, stepsBack: 0});
});

test('an error of the reader is the error of the replay', async () => {
  async function* broken(): AsyncGenerator<TimedDatagram> {
    yield {timeMs: START, bytes: Uint8Array.of(0), source: SOURCE};
    throw new Error('cut');
  }
  const handler = {datagram: () => {}, tick: () => {}, ready: async () => {}};
  await expect(replay(broken(), 1, handler, {now: () => 0, wait: async () => {}})).rejects.toThrow('cut');
});
