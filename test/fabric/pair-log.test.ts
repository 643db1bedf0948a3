import {describe, expect, it} from 'vitest';
import {Fabric} from '../../src/fabric/fabric.ts';
import {PAIR_WINDOW_SECONDS, PairLog, type PairRow} from '../../src/fabric/pair-log.ts';
import {AGENT, IN, OUT, PartialBuilder, T} from '../support/partial-builder.ts';

const mapped = (last: number): PairRow['source'] => [0, 0, 0xffff, 0x0a000000 + last];
const fabric = new Fabric({depth: 100, flows: 10});
fabric.apply(
  new PartialBuilder().next(T + 1, {rows: [1, 2].map((port) => ({bin: T, port, agent: AGENT, roce: [100]}))}),
);
const [edge, core] = fabric.ports.all;

const row = (source: number, destination: number, more: Partial<PairRow> = {}): PairRow => ({
  source: mapped(source),
  destination: mapped(destination),
  port: edge!,
  role: 'edge',
  isIn: true,
  ttl: 64,
  samples: 2,
  bytes: 8_356,
  squares: 2 * 4_178 ** 2,
  largest: 4_178,
  ce: 1,
  cnp: 0,
  weight: 1_000,
  ...more,
});

/** A log that has taken rows in one slice and is past it. */
function logOf(...rows: PairRow[]): PairLog {
  const log = new PairLog();
  for (const one of rows) log.add(1_000, one);
  log.advance(1_002);
  return log;
}

describe('what hosts sent each other', () => {
  it('is weighted, and knows hosts by their numbers', () => {
    const log = logOf(row(1, 2), row(2, 1, {samples: 1, bytes: 82, squares: 82 ** 2, ce: 0, cnp: 1}));
    const window = log.window();
    expect([window.hosts, window.seconds]).toEqual([2, 2]);
    expect([...window.source]).toEqual([0, 1]);
    expect([...window.destination]).toEqual([1, 0]);
    expect([log.address(0), log.address(1), log.address(9)]).toEqual(['10.0.0.1', '10.0.0.2', '']);
    expect([...window.samples]).toEqual([2, 1]);
    expect([...window.data]).toEqual([2, 0]);
    expect([...window.frames]).toEqual([2_000, 1_000]);
    expect([...window.bytes]).toEqual([8_356_000, 82_000]);
    expect(window.squares[0]! / (2 * 4_178_000 ** 2)).toBeCloseTo(1, 6);
    expect([...window.ce]).toEqual([1_000, 0]);
    expect([...window.cnp]).toEqual([0, 1_000]);
  });

  it('counts where it enters, and nowhere else', () => {
    const log = logOf(
      row(1, 2, {ttl: 63, port: core!, role: 'core'}),
      row(1, 2),
      row(1, 2, {ttl: 63, port: core!, role: 'core'}),
      row(1, 2, {isIn: false}),
      row(1, 3, {role: 'unknown'}),
    );
    // The first came before the nearer place was known.
    expect(log.window().source).toHaveLength(2);
    expect(log.home(0)).toBe(edge);
    expect(log.home(1)).toBeUndefined();
  });

  it('counts where a switch sends it out, if that is all that is sampled', () => {
    const log = logOf(row(1, 2, {isIn: false, ttl: 63}), row(1, 2, {isIn: false, ttl: 62}));
    expect(log.window().source).toHaveLength(1);
    expect(log.home(0)).toBeUndefined();
  });

  it('tells hosts apart by what TTL they begin with, and finds a new nearest place when the old one is gone', () => {
    const log = logOf(row(1, 2, {ttl: 255}), row(3, 4, {ttl: 128}), row(5, 6, {ttl: 64}));
    expect(log.window().source).toHaveLength(3);
    for (let second = 1_004; second < 1_040; second += 2)
      log.add(second, row(1, 2, {ttl: 254, role: 'core', port: core!}));
    expect(log.window().source).toHaveLength(5);
  });

  it('is forgotten with time, whether anything comes or not', () => {
    const log = logOf(row(1, 2));
    log.advance(1_000 + PAIR_WINDOW_SECONDS);
    expect([log.window().seconds, log.window().source.length]).toEqual([PAIR_WINDOW_SECONDS, 1]);
    log.advance(1_002 + PAIR_WINDOW_SECONDS);
    expect([log.window().seconds, log.window().source.length]).toEqual([PAIR_WINDOW_SECONDS, 0]);
    log.advance(9_000);
    expect(log.window().seconds).toBe(PAIR_WINDOW_SECONDS);
  });

  it('stands for what there was no room for', () => {
    const log = new PairLog();
    for (let i = 0; i < 150_000; i++) log.add(1_000, row(1 + (i % 500), 501 + (i % 499)));
    log.advance(1_002);
    const {bytes, source} = log.window();
    expect(source).toHaveLength(131_072);
    expect(bytes.reduce((sum, value) => sum + value, 0) / (150_000 * 8_356_000)).toBeCloseTo(1, 3);
  });
});

it('a fabric logs its flows on the basis that counts', () => {
  const builder = new PartialBuilder();
  const whole = new Fabric({depth: 100, flows: 10});
  const rows = [{bin: T, port: 1, side: IN, roce: [4_178]}];
  const flow = {source: '10.1.0.1', destination: '10.1.0.2', lengths: [4_178], ttl: 64, port: 1};
  whole.apply(builder.next(T + 1, {rows}));
  whole.apply(builder.next(T + 10, {flows: [flow, {...flow, side: OUT, port: 2}], isSecond: true}));
  whole.apply(builder.next(T + 40, {isSecond: true}));
  const window = whole.flows.pairs.window();
  expect([...window.samples]).toEqual([1]);
  expect(whole.flows.pairs.home(0)?.id).toBe(`${AGENT}~1`);
});
