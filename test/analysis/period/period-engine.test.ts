import {expect, it} from 'vitest';
import {PeriodFinder} from '../../../src/analysis/period/period.ts';
import {PeriodEngine} from '../../../src/analysis/period/period-engine.ts';
import {type PeriodFigures, PeriodWatch} from '../../../src/analysis/period/period-watch.ts';
import type {TickSeries} from '../../../src/analysis/period/spectrum.ts';
import {Fabric} from '../../../src/fabric/fabric.ts';
import {Random} from '../../../src/simulator/random.ts';
import {AGENT, PartialBuilder} from '../../support/partial-builder.ts';
import {proofSeed} from '../../support/proof.ts';
import {poisson} from './period-traffic.ts';

const FIRST = 17_000_000_000;

/** Bins of one port with so many RoCEv2 samples each, given to a fabric one by one; the engine is told after each. */
function play(fabric: Fabric, engine: PeriodEngine, samples: readonly number[], from = FIRST): void {
  const builder = new PartialBuilder(0, from);
  samples.forEach((count, index) => {
    const bin = from + index;
    const rows = count > 0 ? [{bin, port: 1, roce: new Array<number>(count).fill(4_178)}] : [];
    fabric.apply(builder.next(bin + 1, {rows, heard: [{agent: AGENT, at: bin * 100 + 50}]}));
    engine.advance();
  });
}

/** Looks at once. */
function looking() {
  const watch = new PeriodWatch(new PeriodFinder());
  const seen: TickSeries[] = [];
  return {
    seen,
    look(series: TickSeries, done: (periods: PeriodFigures[]) => void) {
      const counts = structuredClone(series.counts, {transfer: [series.counts.buffer]}); // as a thread takes it
      seen.push({...series, counts});
      done(watch.look({...series, counts}));
    },
  };
}

const onAndOff = (bins: number, cycle: number, random: Random) =>
  Array.from({length: bins}, (_, bin) => poisson(random, bin % cycle < cycle / 2 ? 60 : 3));

it('finds the cycle of a fabric in its bins', () => {
  const fabric = new Fabric({depth: 1_000, flows: 100});
  const {look, seen} = looking();
  const engine = new PeriodEngine(fabric, look);
  expect(engine.report).toBeUndefined();
  play(fabric, engine, onAndOff(900, 13, new Random(proofSeed())));
  const {periods, shortestMs, time, historyMs} = engine.report!;
  expect(periods).toHaveLength(1);
  expect(Math.abs(periods[0].periodMs / 1_300 - 1)).toBeLessThan(0.005);
  expect(Math.abs(periods[0].duty - 0.5)).toBeLessThan(0.12);
  expect(periods[0].jitter).toBeLessThan(0.005);
  expect(shortestMs).toBe(600);
  expect(time).toBeGreaterThan((FIRST + 860) * 100);
  expect(historyMs).toBeGreaterThan(80_000);
  // Every two seconds, and only what is final.
  expect(seen.length).toBeGreaterThan(40);
  expect(seen.length).toBeLessThan(47);
});

it('finds cycles that are faster than bins where it knows the ticks', () => {
  const fabric = new Fabric({depth: 300, flows: 100});
  const {look, seen} = looking();
  const engine = new PeriodEngine(fabric, look);
  const random = new Random(proofSeed(), 3);
  const builder = new PartialBuilder();
  for (let bin = FIRST; bin < FIRST + 400; bin++) {
    const ticks = Array.from({length: 10}, (_, tick): [number, number] => {
      return [bin * 10 + tick, poisson(random, (bin * 100 + tick * 10) % 170 < 60 ? 12 : 1)];
    });
    const samples = ticks.reduce((sum, [, count]) => sum + count, 0);
    const rows = [{bin, port: 1, roce: new Array<number>(samples).fill(4_178)}];
    fabric.apply(builder.next(bin + 1, {rows, ticks, heard: [{agent: AGENT, at: bin * 100 + 50}]}));
    engine.advance();
  }
  const {periods, shortestMs} = engine.report!;
  expect(seen.at(-1)!.tickMs).toBe(10);
  expect(shortestMs).toBe(60);
  expect(periods).toHaveLength(1);
  expect(Math.abs(periods[0].periodMs / 170 - 1)).toBeLessThan(0.005);
});

it('remembers more than the rings hold, and no more than it needs', () => {
  const fabric = new Fabric({depth: 300, flows: 100});
  const {look, seen} = looking();
  play(fabric, new PeriodEngine(fabric, look), onAndOff(6_600, 20, new Random(proofSeed(), 1)));
  expect(seen.at(-1)!.counts.length).toBe(6_400);
});

it('leaves out a look while one is under way, and goes on when that one failed', () => {
  const fabric = new Fabric({depth: 300, flows: 100});
  const open: ((periods: PeriodFigures[] | undefined) => void)[] = [];
  const engine = new PeriodEngine(fabric, (_, done) => open.push(done));
  const random = new Random(proofSeed(), 2);
  play(fabric, engine, onAndOff(100, 12, random));
  expect(open).toHaveLength(1);
  expect(engine.skipped).toBeGreaterThan(2);
  open[0](undefined);
  expect(engine.report).toBeUndefined();
  play(fabric, engine, onAndOff(40, 12, random), FIRST + 100);
  expect(open.length).toBeGreaterThan(1);
});
