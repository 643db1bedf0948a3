import {expect, test, vi} from 'vitest';
import {HeatColumns} from '../../src/api/live/heat.ts';
import {Fabric} from '../../src/fabric/fabric.ts';
import {Random} from '../../src/simulator/random.ts';
import {IN, OUT, PartialBuilder, type SampleRow, T} from '../support/partial-builder.ts';
import {proofCount, proofSeed} from '../support/proof.ts';

const AGENTS = ['10.0.0.1', '10.0.0.2', '10.0.0.3'];
const PORTS = 6;

test.each([[['in']], [['out']], [['in', 'out']]] as const)(
  'columns of %j that are kept are what they would be if they were read anew',
  (directions) => {
    const random = new Random(proofSeed(), 11);
    const some = (count: number) => random.next() % count;
    for (let run = proofCount(3, 200); run > 0; run--) {
      const fabric = new Fabric({depth: 300, flows: 10});
      const builder = new PartialBuilder();
      const heat = new HeatColumns(fabric, 'roce', directions);
      const row = (bin: number): SampleRow => {
        const lengths = Array.from({length: 1 + some(3)}, () => 100 + some(4_000));
        return {
          bin,
          agent: AGENTS[some(3)]!,
          port: 1 + some(PORTS),
          side: some(4) === 0 ? OUT : IN,
          rate: 100 * (1 + some(3)),
          roce: lengths,
        };
      };
      let newest = T;
      for (let step = 0; step < 60; step++) {
        // Now and then agents are silent for so long that they are absent; samples come up to a second late.
        newest += some(20) === 0 ? 950 : 1;
        const rows = Array.from({length: some(6)}, () => row(newest - 1 - some(11)));
        const counters = AGENTS.flatMap((agent) =>
          Array.from({length: PORTS}, (_, i) => ({agent, port: i + 1, speed: 1e6, elapsedMs: 1_000, inOctets: 1e6})),
        );
        const advance = fabric.apply(builder.next(newest, {rows, ...(step === 0 ? {counters} : {})}));
        if (!advance) continue;
        heat.note(advance);
        const from = Math.max(advance.from, fabric.firstBin);
        const afresh = new HeatColumns(fabric, 'roce', directions).columns(from, fabric.newest);
        expect(heat.columns(from, fabric.newest)).toEqual(afresh);
      }
    }
  },
);

test('a link whose samples found no room is absent, in columns that are kept and in new ones', () => {
  const fabric = new Fabric({depth: 300, flows: 10});
  const builder = new PartialBuilder();
  const heat = new HeatColumns(fabric, 'roce');
  const sample = (bin: number, port: number): SampleRow => ({bin, agent: '10.0.0.1', port, side: IN, roce: [1_000]});
  const rowsOf = (bin: number) => [1, 2, 3].map((port) => sample(bin, port));
  heat.note(fabric.apply(builder.next(T, {rows: rowsOf(T - 1)}))!);
  expect([...heat.columns(T - 1, T - 1)[0]!].map((cell) => cell > 0)).toEqual([true, true, true]);
  const {slot} = fabric.ports.get('10.0.0.1~2')!;
  fabric.rows.refusals.add(slot * 2, T - 1);
  heat.note(fabric.apply(builder.next(T + 1, {rows: [sample(T, 1)]}))!);
  for (const column of heat.columns(T - 1, T)) {
    expect([...column].map((cell) => cell > 0)).toEqual([0, 1, 2].map((other) => other !== slot));
  }
});

test('where samples found no room is looked up again only where more found none', () => {
  const fabric = new Fabric({depth: 300, flows: 10});
  const builder = new PartialBuilder();
  const heat = new HeatColumns(fabric, 'roce');
  const ports = Array.from({length: 200}, (_, i) => i + 1);
  const counters = ports.map((port) => ({agent: '10.0.0.1', port, speed: 1e9}));
  const {refusals} = fabric.rows;
  const next = (bin: number) => {
    const rows: SampleRow[] = [{bin, agent: '10.0.0.1', port: 1, side: IN, roce: [1_000]}];
    heat.note(fabric.apply(builder.next(bin + 1, {rows, ...(bin === T ? {counters} : {})}))!);
    return [...heat.columns(bin, bin)[0]!].filter((cell) => cell > 0).length;
  };
  expect(next(T)).toBe(200);
  for (let slot = 100; slot < 200; slot++) refusals.add(slot * 2, T);
  for (let bin = T + 1; bin < T + 5; bin++) expect(next(bin)).toBe(100);
  const has = vi.spyOn(refusals, 'has');
  const asked = () => has.mock.calls.length;
  heat.note(fabric.apply(builder.next(T + 6, {rows: []}))!);
  expect(asked()).toBeLessThan(10);
  // One more, and one that is known: the others need not be looked up in all columns that are open.
  refusals.add(99 * 2, T);
  refusals.add(100 * 2, T + 5);
  heat.note(fabric.apply(builder.next(T + 7, {rows: []}))!);
  expect(asked()).toBeLessThan(20);
  for (const column of heat.columns(T, T + 4)) expect([...column].filter((cell) => cell > 0).length).toBe(99);
});
