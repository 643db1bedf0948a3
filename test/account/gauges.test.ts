import {describe, expect, test} from 'vitest';
import {GAUGE_METRICS} from '../../src/account/gauge-metrics.ts';
import {Count} from '../../src/account/ledger.ts';
import {recordFormats} from '../../src/sflow/records/table.ts';
import {FIXED_BYTES} from '../../src/sflow/records/values.ts';
import {Feed, type Folded, ledgerErrors} from './support/feed.ts';
import {datagram, gauges} from './support/wire.ts';

const PFC = 11;
const GPU = (5_703 << 12) | 1;
const ALL_ONES = 0xffffffff;

type Records = Parameters<typeof gauges>[0];

/** Readings of one data source, 10 s apart; folded. */
function read(readings: readonly Records[], {restartAt = -1, sourceClass = 0} = {}): Folded {
  const feed = new Feed();
  readings.forEach((records, i) => {
    const uptime = restartAt >= 0 && i >= restartAt ? 500 + (i - restartAt) * 10_000 : 100_000 + i * 10_000;
    const sequence = restartAt >= 0 && i >= restartAt ? i - restartAt + 1 : 1_000 + i;
    const sample = gauges(records, {sequence: i + 1, sourceClass});
    feed.send(datagram([sample], {sequence, uptime}), {after: 10_000});
  });
  return feed.finish();
}

/** What a metric came to: its value, or what it grew by and in how many ms. */
function of({gauges: rows}: Folded, id: string, lane = 0): readonly number[] | undefined {
  const number = GAUGE_METRICS.findIndex((metric) => metric.id === id);
  const row = rows.find((one) => one['metric'] === number && one['lane'] === lane);
  if (!row) return undefined;
  return GAUGE_METRICS[number]!.kind === 'gauge' ? [row['value']!] : [row['delta']!, row['elapsedMs']!];
}

describe('counters', () => {
  test('the first reading is a baseline, the next ones are differences', () => {
    expect(read([[[PFC, 5, 6, 7, 8, 9]]]).gauges).toEqual([]);
    const result = read([[[PFC, 5, 6, 7, 0, 0]], [[PFC, 105, 6, 1_000_007, 1, 0]], [[PFC, 106, 8, 1_000_007, 1, 1]]]);
    expect(of(result, 'pfc-requests')).toEqual([101, 20_000]);
    expect(of(result, 'pfc-indications')).toEqual([2, 20_000]);
    expect(of(result, 'pfc-pause')).toEqual([1_000_000, 20_000]);
    expect(of(result, 'pfc-storms-detected')).toEqual([1, 20_000]);
    expect(of(result, 'pfc-storms-restored')).toEqual([1, 20_000]);
    expect(result.gauges[0]).toMatchObject({sourceClass: 0, sourceIndex: 3, lane: 0});
  });

  test('wrap at 32 bits; what steps back otherwise, or grows faster than it can, begins anew', () => {
    const requests = (...values: number[]) =>
      of(read(values.map((value) => [[PFC, value, 0, 0, 0, 0]])), 'pfc-requests');
    expect(requests(2 ** 32 - 5, 5)).toEqual([10, 10_000]);
    expect(requests(1_000, 900, 950)).toEqual([50, 10_000]);
    expect(requests(50, 2 ** 32 - 2)).toEqual([2 ** 32 - 52, 10_000]);
    // Eight priorities can be paused for ten seconds in ten seconds, and not for a thousand.
    const pause = (...values: number[]) => of(read(values.map((us) => [[PFC, 0, 0, us, 0, 0]])), 'pfc-pause');
    expect(pause(0, 80e6)).toEqual([80e6, 10_000]);
    expect(pause(0, 1_000e6, 1_010e6)).toEqual([10e6, 10_000]);
  });

  test('of 64 bits never wrap', () => {
    const bytes = (high: number, low: number): Records => [[2006, high, low, 0, 0, 0, 0, 0, 0, 0, 0]];
    expect(of(read([bytes(1, 0), bytes(0, 5), bytes(0, 9)]), 'host-net-in')).toEqual([4, 10_000]);
    expect(of(read([bytes(0, 2 ** 32 - 1), bytes(1, 0)]), 'host-net-in')).toEqual([1, 10_000]);
  });

  test('that an agent does not keep are left out, whenever that is', () => {
    const result = read([[[PFC, 1, ALL_ONES, 5, 0, 0]], [[PFC, 3, ALL_ONES, ALL_ONES, 0, 0]], [[PFC, 4, 2, 7, 0, 0]]]);
    expect(of(result, 'pfc-requests')).toEqual([3, 20_000]);
    expect(of(result, 'pfc-indications')).toBeUndefined();
    expect(of(result, 'pfc-pause')).toEqual([2, 20_000]);
  });

  test('begin anew when the agent does', () => {
    const result = read([[[PFC, 5, 0, 0, 0, 0]], [[PFC, 500, 0, 0, 0, 0]], [[PFC, 501, 0, 0, 0, 0]]], {restartAt: 1});
    expect(of(result, 'pfc-requests')).toEqual([1, 10_000]);
  });
});

describe('gauges', () => {
  test('are told as they are, lane by lane', () => {
    const lane = (index: number, first: number) => [index, first, first + 1, 0, 0, 1_310, first + 2, 0, 0, 1_310];
    const optics = [10, 1, 4, 3_300, -5_000, 3, ...lane(1, 6_000), ...lane(0, 7_000), ...lane(7, 8_000)] as const;
    const result = read([[[...optics]]]);
    expect(of(result, 'optics-supply')).toEqual([3_300]);
    expect(of(result, 'optics-temperature')).toEqual([-5_000]);
    expect(of(result, 'optics-tx-bias', 1)).toEqual([6_000]);
    expect(of(result, 'optics-tx-power', 2)).toEqual([7_001]);
    expect(of(result, 'optics-rx-power', 7)).toEqual([8_002]);
    expect(result.gauges).toHaveLength(2 + 3 * 3);
  });

  test('have as many lanes as are there, however many are claimed', () => {
    const claims = read([[[10, 1, 4, 3_300, 40_000, ALL_ONES, 1, 6_000, 500, 0, 0, 1_310, 400, 0, 0, 1_310]]]);
    expect(claims.gauges).toHaveLength(2 + 3);
    const many = Array.from({length: 40}, (_, i) => [i + 1, 6_000, 500, 0, 0, 1_310, 400, 0, 0, 1_310]).flat();
    expect(read([[[10, 1, 4, 3_300, 40_000, 40, ...many]]]).gauges).toHaveLength(2 + 3 * 16);
  });

  test('of hosts and GPUs are those of their entity', () => {
    const gpu = [8, 2, 1_000, 500, 1, 0, 0, 4_096, 0, 9_000, 55, 40];
    const later = [8, 2, 61_000, 500, 1, 0, 0, 2_048, 0, 309_000, 56, ALL_ONES];
    const result = read([[[GPU, ...gpu]], [[GPU, ...later]]], {sourceClass: 2});
    expect(of(result, 'gpu-memory')).toEqual([2 ** 32]);
    expect(of(result, 'gpu-memory-free')).toEqual([2_048]);
    expect(of(result, 'gpu-temperature')).toEqual([56]);
    // Unknown since: the last that was told.
    expect(of(result, 'gpu-fan')).toEqual([40]);
    expect(of(result, 'gpu-busy')).toEqual([60_000, 10_000]);
    expect(of(result, 'gpu-power')).toEqual([300_000, 10_000]);
    expect(result.gauges[0]).toMatchObject({sourceClass: 2, sourceIndex: 3});
  });

  test('that are unknown are left out: -1 of a percentage, and of a load', () => {
    const load = (value: number) => new Uint32Array(new Float32Array([value]).buffer)[0]!;
    const cpu = (value: number): Records => [[2003, load(value), 0, 0, 1, 2, 64]];
    expect(of(read([cpu(1.5)]), 'host-load')).toEqual([1.5]);
    for (const value of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(of(read([cpu(value)]), 'host-load')).toBeUndefined();
    }
    expect(of(read([[[1001, ALL_ONES, 0, 0, 0, 0, 0, 0]]]), 'processor-busy')).toBeUndefined();
    expect(of(read([[[1001, 1_250, 0, 0, 0, 0, 0, 0]]]), 'processor-busy')).toEqual([1_250]);
  });
});

test('a record that is shorter tells the fields that it has', () => {
  const result = read([[[PFC, 5, 6]], [[PFC, 6, 8]]]);
  expect(of(result, 'pfc-indications')).toEqual([2, 10_000]);
  expect(of(result, 'pfc-pause')).toBeUndefined();
});

test('columns that are full are sent early, and nothing is lost', () => {
  const feed = new Feed({gauges: 6});
  const sample = (source: number, add: number) =>
    gauges(
      [
        [PFC, add, add, 0, 0, 0],
        [1001, 5, 0, 0, 0, 1, 0, 2],
      ],
      {source},
    );
  feed.send(datagram([sample(1, 0)], {sequence: 1}));
  feed.send(datagram([sample(1, 9)], {sequence: 2}), {after: 1_000});
  const result = feed.finish();
  expect(of(result, 'pfc-requests')).toEqual([9, 1_000]);
  expect(of(result, 'processor-memory-free')).toEqual([2]);
  expect(ledgerErrors(result)).toEqual([]);
});

test('readings that find no room are counted', () => {
  const feed = new Feed({gauges: 16});
  const samples = Array.from({length: 4}, (_, source) => gauges([[PFC, 1, 1, 1, 1, 1]], {source: source + 1}));
  const result = feed.send(datagram(samples)).finish();
  // Of four ports with five counters each three find room whole, and one counter of the last.
  expect(result.count(Count.GaugesRefused)).toBe(4);
});

test('every metric stands where the table of records has such a field, and has a name of its own', () => {
  expect(new Set(GAUGE_METRICS.map(({id}) => id)).size).toBe(GAUGE_METRICS.length);
  for (const {id, record, offset, type, hasLanes} of GAUGE_METRICS) {
    const format = recordFormats.find(
      (one) => one.kind === 'counter' && one.enterprise === record >>> 12 && one.format === (record & 0xfff),
    )!;
    const fields = hasLanes ? format.fields.find(({name}) => name === 'lanes')!.of! : format.fields;
    let at = 0;
    const found = fields.find((field) => {
      if (at === offset) return true;
      at += field.type === 'list' ? 4 : FIXED_BYTES[field.type]!;
      return false;
    });
    expect(found, id).toBeDefined();
    const bytes = FIXED_BYTES[found!.type as 'u32'];
    expect([id, bytes]).toEqual([id, type === 'u64' ? 8 : 4]);
    expect([id, found!.type === 'pct']).toEqual([id, type === 'pct']);
    expect([id, found!.type === 'f32']).toEqual([id, type === 'f32']);
    expect([id, found!.type === 'milliCelsius']).toEqual([id, type === 'i32']);
  }
});
