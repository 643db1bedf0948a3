import fc from 'fast-check';
import {expect, test} from 'vitest';
import {proofCount, proofSeed} from '../support/proof.ts';
import {Feed, type Folded, ledgerErrors, type Row} from './support/feed.ts';
import {counters, datagram, type FlowFields, flow} from './support/wire.ts';

/** One datagram a list of samples, numbered on; each sample's port is its data source. */
function hear(lists: readonly (readonly FlowFields[])[], numbers: readonly number[] = []): Folded {
  const feed = new Feed({rows: 256, cells: 256});
  lists.forEach((samples, i) => {
    const sequence = numbers[i] ?? i + 1;
    const inside = samples.map((fields) => flow({input: fields.source ?? 3, output: 0, ...fields}));
    feed.send(datagram(inside, {sequence, uptime: 60_000 + sequence}), {after: 1});
  });
  const result = feed.finish();
  expect(ledgerErrors(result)).toEqual([]);
  return result;
}

const steady = (sequence: number, more: FlowFields = {}): FlowFields => ({
  sequence,
  pool: (sequence * 1_000) >>> 0,
  ...more,
});

function check(result: Folded, source: Partial<Row>, agent: Partial<Row> = {}): void {
  expect(result.sources).toHaveLength(1);
  expect(result.sources[0]).toMatchObject(source);
  expect(result.agents[0]).toMatchObject({missingFlowSamples: 0, agentDrops: 0, ...agent});
}

test('the first sample is the baseline, the others span what the pool grew by', () => {
  const result = hear([[steady(7), steady(8)], [steady(9)]]);
  check(result, {sourceIndex: 3, rate: 1_000, samples: 3, spanned: 2, missing: 0, poolDelta: 2_000, baselines: 1});
  expect(result.sources[0]).toMatchObject({pool: 9_000, agentDrops: 0});
});

test('numbers and pools wrap at 2^32', () => {
  const top = 2 ** 32 - 2;
  const at = (i: number) => ({sequence: (top + i) >>> 0, pool: (2 ** 32 - 1_500 + i * 1_000) >>> 0});
  check(
    hear([[at(0), at(1)], [at(2)], [at(4)]], [1, 2, 4]),
    {samples: 4, spanned: 3, missing: 1, poolDelta: 4_000},
    {
      missingFlowSamples: 1,
    },
  );
});

test('samples of lost datagrams are missing; those that come late are not any more', () => {
  const lost = hear([[steady(1)], [steady(2)], [steady(6)]], [1, 2, 4]);
  check(lost, {samples: 3, spanned: 2, missing: 3, poolDelta: 5_000}, {missingFlowSamples: 3, missing: 1});
  const late = hear([[steady(1)], [steady(4)], [steady(2), steady(3)]], [1, 3, 2]);
  check(late, {samples: 4, spanned: 3, missing: 0, poolDelta: 3_000}, {missingFlowSamples: 0, late: 1});
});

test('no more samples are missing than the lost datagrams can have carried', () => {
  check(hear([[steady(1)], [steady(5_000)]]), {spanned: 1, missing: 0}, {missingFlowSamples: 0});
  check(hear([[steady(1)], [steady(5_000)]], [1, 3]), {missing: 16}, {missingFlowSamples: 16});
  // Where datagrams are not numbered, nothing bounds what was lost between them.
  check(hear([[steady(1)], [steady(50)], [steady(60)]], [0, 0, 0]), {missing: 57}, {missingFlowSamples: 57});
});

test('a number that never grows, and one that begins anew, miss nothing', () => {
  check(hear([[{sequence: 0}, {sequence: 0}], [{sequence: 0}]]), {samples: 3, spanned: 2, missing: 0, poolDelta: 0});
  check(hear([[steady(900_000)], [steady(1)], [steady(2)]]), {samples: 3, spanned: 1, baselines: 2});
});

test('an agent that starts again has a new baseline', () => {
  const feed = new Feed();
  feed.send(datagram([flow({...steady(50), output: 0})], {sequence: 90, uptime: 900_000}));
  feed.send(datagram([flow({...steady(60), output: 0})], {sequence: 1, uptime: 100}), {after: 5});
  check(feed.finish(), {samples: 2, spanned: 0, baselines: 2, missing: 0}, {restarts: 1});
});

test('another rate is another row and a new baseline, and its gap still misses', () => {
  const samples = [steady(1), steady(2), steady(3, {rate: 2_000}), steady(4, {rate: 2_000}), steady(5)];
  const {sources, agents} = hear([samples, [steady(9)]], [1, 3]);
  expect(sources.map(({rate, samples, spanned, baselines}) => [rate, samples, spanned, baselines])).toEqual([
    [1_000, 4, 2, 2],
    [2_000, 2, 1, 1],
  ]);
  expect(agents[0]).toMatchObject({missingFlowSamples: 3});
});

test('drops of the agent are what they grew by; those that run backwards or are garbage count nothing', () => {
  const drops = [100, 105, 105, 3, 4, 0xffffffff, 2];
  const result = hear([drops.map((dropped, i) => steady(i + 1, {drops: dropped}))]);
  check(result, {agentDrops: 9}, {agentDrops: 9});
});

test('one count of samples for the whole device is followed as one', () => {
  const lists: FlowFields[][] = [];
  const numbers: number[] = [];
  let lost = 0;
  for (let i = 0; i < 60; i++) {
    const samples = [0, 1, 2, 3].map((k) => ({source: 1 + ((i * 7 + k * 3) % 8), sequence: 1_000 + i * 4 + k}));
    if (i === 30 || i === 40 || i === 41) {
      lost += samples.length;
      continue;
    }
    lists.push(samples);
    numbers.push(i + 1);
  }
  const result = hear(lists, numbers);
  expect(result.agents[0]).toMatchObject({missing: 3, missingFlowSamples: lost});
});

test('drops of the whole device that all sources tell count once', () => {
  const lists = Array.from({length: 50}, (_, i) =>
    [0, 1, 2, 3].map((k) => ({source: 1 + k, sequence: i + 1, drops: 10 * (i * 4 + k)})),
  );
  const result = hear(lists);
  // From the first drops that were told to the last; while it is not proven yet, they count by source.
  expect(result.agents[0]!['agentDrops']).toBeGreaterThanOrEqual(10 * 199 - 160);
  expect(result.agents[0]!['agentDrops']).toBeLessThan(10 * 199 + 400);
});

test('counter samples have numbers of their own', () => {
  const feed = new Feed();
  const reading = (sequence: number) => counters({sequence});
  feed.send(datagram([reading(1)], {sequence: 1}));
  feed.send(datagram([reading(4), flow({...steady(1), output: 0})], {sequence: 3}), {after: 5});
  expect(feed.finish().agents[0]).toMatchObject({missingCounterSamples: 2, missingFlowSamples: 0});
});

test('sources are told once a second, and what was told is not told again', () => {
  const feed = new Feed();
  for (let i = 1; i <= 30; i++) feed.send(datagram([flow({...steady(i), output: 0})], {sequence: i}), {after: 100});
  const result = feed.finish();
  const rows = feed.partials.map(({sections}) => sections.find(({schema}) => schema.name === 'sources')?.rows);
  expect(rows.filter((count) => count === 1).length).toBeGreaterThanOrEqual(3);
  check(result, {samples: 30, spanned: 29, poolDelta: 29_000, baselines: 1});
});

test('what is expected by number is what came and what is missing, however datagrams are lost and reordered', () => {
  const step = fc.record({
    sources: fc.array(fc.integer({min: 1, max: 4}), {maxLength: 8}),
    lose: fc.boolean(),
    later: fc.integer({min: 0, max: 4}),
  });
  const first = fc.constantFrom(0, 1, 5_000, 2 ** 32 - 20);
  fc.assert(
    fc.property(first, fc.array(step, {minLength: 1, maxLength: 60}), (start, steps) => {
      // Far apart, for counts that run side by side look like one for a while.
      const startOf = (source: number) => (start + source * 1_000_000) >>> 0;
      const next = new Map<number, number>();
      const sent: {index: number; at: number; samples: FlowFields[]}[] = [];
      steps.forEach(({sources, lose, later}, index) => {
        const samples = sources.map((source) => {
          const number = next.get(source) ?? startOf(source);
          next.set(source, (number + 1) >>> 0);
          return {source, sequence: number, pool: Math.imul(number, 1_000) >>> 0};
        });
        if (!lose) sent.push({index, at: index + later + 0.1, samples});
      });
      sent.sort((a, b) => a.at - b.at || a.index - b.index);
      const result = hear(
        sent.map(({samples}) => samples),
        sent.map(({index}) => index + 1),
      );
      // The span of each source, from the first that came to the highest; what comes from in front of it is extra.
      const spans = new Map<number, {first: number; most: number; before: number}>();
      let received = 0;
      for (const {source, sequence} of sent.flatMap(({samples}) => samples)) {
        received++;
        const offset = (sequence! - startOf(source!)) >>> 0;
        const span = spans.get(source!);
        if (!span) spans.set(source!, {first: offset, most: offset, before: 0});
        else if (offset < span.first) span.before++;
        else span.most = Math.max(span.most, offset);
      }
      let expected = 0;
      for (const {first: from, most, before} of spans.values()) expected += most - from + 1 + before;
      expect((result.agents[0]?.['missingFlowSamples'] ?? 0) + received).toBe(expected);
      const sum = (name: string) => result.sources.reduce((total, row) => total + row[name]!, 0);
      expect(sum('samples')).toBe(received);
      expect(sum('missing')).toBe(result.agents[0]?.['missingFlowSamples'] ?? 0);
      expect(sum('poolDelta')).toBe((sum('spanned') + sum('missing')) * 1_000);
    }),
    {seed: proofSeed(), numRuns: proofCount(200, 5_000)},
  );
});
