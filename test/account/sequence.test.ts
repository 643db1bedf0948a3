import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {Count} from '../../src/account/ledger.ts';
import {Random} from '../../src/simulator/random.ts';
import {proofCount, proofSeed} from '../support/proof.ts';
import {Feed, type Folded, ledgerErrors} from './support/feed.ts';
import {datagram, flow} from './support/wire.ts';

/** [sequence number, uptime]; each with one sample of its own, so that no two datagrams are equal by chance. */
function hear(...heard: readonly (readonly [number, number])[]): Folded {
  const feed = new Feed();
  for (const [sequence, uptime] of heard) {
    feed.send(datagram([flow({sequence: (sequence * 31 + uptime) >>> 0, output: 0})], {sequence, uptime}), {after: 1});
  }
  return feed.finish();
}

function check(heard: readonly (readonly [number, number])[], expected: Record<string, number>): void {
  const result = hear(...heard);
  expect(result.agents[0]).toMatchObject({missing: 0, duplicates: 0, late: 0, restarts: 0, ...expected});
  expect(ledgerErrors(result)).toEqual([]);
}

test('in order, from any first number', () => {
  check(
    [
      [0, 1],
      [1, 2],
      [2, 3],
    ],
    {received: 3},
  );
  check(
    [
      [5_000, 1],
      [5_001, 2],
    ],
    {received: 2},
  );
});

test('a gap is missing until it is filled', () => {
  check(
    [
      [1, 10],
      [5, 50],
    ],
    {received: 2, missing: 3},
  );
  check(
    [
      [1, 10],
      [5, 50],
      [3, 30],
    ],
    {received: 3, missing: 2, late: 1},
  );
  check(
    [
      [1, 10],
      [3, 30],
      [2, 20],
      [4, 40],
    ],
    {received: 4, late: 1},
  );
});

test('late datagrams from in front of the first one belong to the span too', () => {
  check(
    [
      [10, 100],
      [9, 90],
      [11, 110],
    ],
    {received: 3, late: 1},
  );
  check(
    [
      [10, 100],
      [20, 200],
      [8, 80],
    ],
    {received: 3, missing: 10, late: 1},
  );
  check(
    [
      [10, 100],
      [8, 80],
      [9, 90],
    ],
    {received: 3, missing: 0, late: 2},
  );
});

test('the same datagram again adds nothing', () => {
  const result = hear([1, 10], [2, 20], [2, 20], [1, 10], [3, 30], [2, 20]);
  expect(result.agents[0]).toMatchObject({received: 3, missing: 0, duplicates: 3, late: 0});
  expect(result.bins.reduce((sum, row) => sum + row['sampledFrames']!, 0)).toBe(3);
  expect(result.count(Count.DatagramsDuplicate)).toBe(3);
  expect(ledgerErrors(result)).toEqual([]);
});

test('a busy agent has sent a thousand others by the time that a datagram comes again', () => {
  const numbers = Array.from({length: 1_000}, (_, i) => [i + 1, 1_000 + i] as const);
  const result = hear(...numbers, [5, 1_004], [400, 1_399]);
  expect(result.agents[0]).toMatchObject({received: 1_000, missing: 0, duplicates: 2, late: 0});
});

test('a number that wraps is no restart', () => {
  const top = 2 ** 32 - 1;
  check(
    [
      [top - 1, 10],
      [top, 20],
      [0, 30],
      [1, 40],
    ],
    {received: 4},
  );
  check(
    [
      [top - 1, 10],
      [1, 40],
    ],
    {received: 2, missing: 2},
  );
  check(
    [
      [top, 10],
      [1, 40],
      [0, 30],
    ],
    {received: 3, late: 1},
  );
});

test('an uptime that wraps is no restart either', () => {
  check(
    [
      [7, 2 ** 32 - 500],
      [8, 400],
      [9, 900],
    ],
    {received: 3},
  );
});

test('an agent that starts again', () => {
  check(
    [
      [5_000, 900_000],
      [1, 200],
      [2, 300],
    ],
    {received: 3, restarts: 1},
  );
  check(
    [
      [5_000, 900_000],
      [5_001, 200],
    ],
    {received: 2, restarts: 1},
  );
  check(
    [
      [1_000_000, 900_000],
      [1, 900_100],
      [2, 900_200],
    ],
    {received: 3, restarts: 1},
  );
});

test('an agent process that starts again while its device, whose uptime it tells, does not', () => {
  check(
    [
      [500, 900_000],
      [1, 905_000],
      [2, 906_000],
      [4, 907_000],
    ],
    {received: 4, restarts: 1, missing: 1},
  );
});

test('numbers that never grow are no duplicates', () => {
  for (const stuck of [0, 1]) {
    check(
      [
        [stuck, 10],
        [stuck, 20],
        [stuck, 30],
        [stuck, 40],
      ],
      {received: 4},
    );
  }
});

test('nor are datagrams of one millisecond whose numbers never grow, if they hold other samples', () => {
  const feed = new Feed();
  for (let sequence = 1; sequence <= 5; sequence++) feed.send(datagram([flow({sequence, output: 0})], {sequence: 1}));
  const result = feed.finish();
  expect(result.agents[0]).toMatchObject({received: 5, duplicates: 0, missing: 0, restarts: 0});
  expect(result.bins[0]).toMatchObject({sampledFrames: 5});
});

/** Datagrams of one sample as [arrival in ms since the start, sequence number]; returns the row of their agent. */
function hearAt(heard: Iterable<readonly [number, number]>) {
  const feed = new Feed();
  const start = feed.now;
  for (const [at, sequence] of heard) {
    feed.now = start + at;
    feed.send(datagram([flow({sequence, output: 0})], {sequence, uptime: 60_000 + Math.floor(at)}));
  }
  return feed.finish().agents[0]!;
}

describe('an agent cannot have sent more than its pace allows:', () => {
  /** 50 a second for 20 s; `jump` is added to the numbers of datagrams that `isJumped`. */
  const steady = (jump: number, isJumped: (i: number) => boolean) =>
    Array.from({length: 1_000}, (_, i) => [i * 20, 100_000 + i + (isJumped(i) ? jump : 0)] as const);

  test.each([500, 5_000, 50_000])('a stray number %d ahead is another count, and nothing is missing', (jump) => {
    const at = steady(jump, (i) => i === 700);
    expect(hearAt(at)).toMatchObject({received: 1_000, missing: 0});
  });

  test.each([500, 5_000, 50_000])('nor is anything when an agent goes on %d further', (jump) => {
    const at = steady(jump, (i) => i >= 700);
    expect(hearAt(at)).toMatchObject({received: 1_000, missing: 0, restarts: 1});
  });

  test('what it can have sent is a gap: half of 100,000 a second, and holes of 0.2 s', () => {
    const random = new Random(proofSeed());
    const heard: [number, number][] = [];
    for (let i = 0; i < 60_000; i++) {
      const at = i / 100;
      const isHole = at % 300 >= 100 && at % 300 < 300 - 1;
      if (!isHole && random.uniform() < 0.5) heard.push([at, i]);
    }
    const span = heard.at(-1)![1] - heard[0]![1] + 1;
    expect(hearAt(heard)).toMatchObject({received: heard.length, missing: span - heard.length, restarts: 0});
  });

  test('so is what a pause of ours lost, whose datagrams were read together and at once', () => {
    const heard: [number, number][] = [];
    for (let i = 0; i < 20_000; i++) {
      const at = i / 10;
      const isPause = at >= 1_000 && at < 1_500;
      // A full buffer keeps the first of them.
      if (!isPause) heard.push([at, i]);
      else if (at < 1_050) heard.push([1_500, i]);
    }
    heard.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    expect(hearAt(heard)).toMatchObject({missing: 4_500, restarts: 0});
  });

  test('what an agent lost that is flushed once a second, for half a minute', () => {
    const heard = Array.from({length: 3_000}, (_, i) => [Math.floor(i / 50) * 1_000, i] as const);
    const lost = heard.filter(([at]) => at < 20_000 || at >= 50_000);
    expect(hearAt(lost)).toMatchObject({received: 1_500, missing: 1_500, restarts: 0});
  });

  test('what one lost in an hour that sends one a minute', () => {
    const heard = Array.from({length: 80}, (_, i) => [i * 60_000, i] as const);
    const lost = heard.filter(([, i]) => i < 5 || i >= 75);
    expect(hearAt(lost)).toMatchObject({received: 10, missing: 70, restarts: 0});
  });

  test('what one lost that was idle and begins to send 10,000 a second', () => {
    const heard: [number, number][] = Array.from({length: 30}, (_, i) => [i * 1_000, i]);
    for (let i = 0; i < 10_000; i++) {
      const at = 30_000 + i / 10;
      if (at < 30_100 || at >= 30_500) heard.push([at, 30 + i]);
    }
    expect(hearAt(heard)).toMatchObject({missing: 4_000, restarts: 0});
  });
});

test('largest datagram and longest gap are told, the gap since the last Partial', () => {
  const feed = new Feed();
  const short = datagram([flow()], {sequence: 1});
  const long = datagram([flow(), flow()], {sequence: 2});
  feed
    .send(short)
    .send(long, {after: 40})
    .send(datagram([flow()], {sequence: 3}), {after: 30});
  const result = feed.finish();
  expect(result.agents[0]).toMatchObject({largestDatagram: long.length, longestGapMs: 40, lastArrival: feed.now});
});

test('received + missing is the span of numbers, however they are lost, doubled and reordered', () => {
  const seed = proofSeed();
  const step = fc.record({
    lose: fc.boolean(),
    twice: fc.integer({min: 0, max: 5}),
    later: fc.integer({min: 0, max: 6}),
  });
  fc.assert(
    fc.property(
      fc.integer({min: 0, max: 2 ** 32 - 1}),
      fc.array(step, {minLength: 1, maxLength: 60}),
      (first, steps) => {
        const sent: {index: number; at: number}[] = [];
        steps.forEach(({lose, twice, later}, index) => {
          if (lose) return;
          sent.push({index, at: index + later + 0.1});
          if (twice === 0) sent.push({index, at: index + 3 + 0.2});
        });
        if (sent.length === 0) return;
        sent.sort((a, b) => a.at - b.at || a.index - b.index);
        const result = hear(...sent.map(({index}) => [(first + index) >>> 0, 1_000 + index * 10] as const));
        const indexes = sent.map(({index}) => index);
        const different = new Set(indexes).size;
        const [row] = result.agents;
        expect(row!['received']).toBe(different);
        expect(row!['duplicates']).toBe(sent.length - different);
        expect(row!['received']! + row!['missing']!).toBe(Math.max(...indexes) - Math.min(...indexes) + 1);
        expect(row!['restarts']).toBe(0);
        expect(ledgerErrors(result)).toEqual([]);
      },
    ),
    {seed, numRuns: proofCount(200, 5_000)},
  );
});
