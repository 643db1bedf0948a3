import {expect, it} from 'vitest';
import {Fabric} from '../../src/fabric/fabric.ts';
import {AGENT, type Content, type GaugeRow, PartialBuilder, T} from '../support/partial-builder.ts';

function start() {
  const fabric = new Fabric({depth: 100, flows: 100});
  const builder = new PartialBuilder();
  /** What came in the second that ends `s` seconds after the start. */
  const second = (s: number, content: Content = {}) => fabric.apply(builder.next(T + 10 * s, content));
  second(0);
  return {fabric, second, all: () => [...fabric.gauges.all()]};
}

it('keeps the last values in base units: gauges as they are, counters as rates', () => {
  const {fabric, second, all} = start();
  second(1, {gauges: [{metric: 'optics-temperature', value: 40_000}]});
  second(20, {
    gauges: [
      {metric: 'optics-temperature', value: 41_500},
      {metric: 'optics-rx-power', lane: 2, value: 480},
      {metric: 'pfc-pause', value: 500_000, elapsedMs: 20_000},
      {metric: 'gpu-power', sourceClass: 2, value: 6_000_000, elapsedMs: 20_000},
    ],
  });
  expect(all().map(({port, source}) => [port?.id, source])).toEqual([
    [`${AGENT}~1`, '0:1'],
    [undefined, '2:1'],
  ]);
  const values = fabric.gauges.ofPort(fabric.ports.get(`${AGENT}~1`)!);
  const time = (T + 200) * 100;
  expect(values.map(({metric, lane, value, time}) => [metric.id, metric.unit, lane, value, time])).toEqual([
    ['optics-temperature', 'celsius', null, 41.5, time],
    ['optics-rx-power', 'watts', 2, expect.closeTo(480e-6, 12), time],
    ['pfc-pause', 'ratio', null, 0.025, time],
  ]);
  expect(all()[1]!.values).toMatchObject([{metric: {id: 'gpu-power', unit: 'watts'}, value: 300}]);
  expect([...fabric.gauges.all('10.9.9.9')]).toEqual([]);
});

it('leaves out values that nobody has told for ten minutes', () => {
  const {second, all} = start();
  second(1, {gauges: [{metric: 'gpu-fan', sourceClass: 2, value: 40}]});
  second(300, {gauges: [{metric: 'gpu-temperature', sourceClass: 2, value: 50}]});
  expect(all()[0]!.values).toHaveLength(2);
  second(650);
  expect(all()[0]!.values.map(({metric}) => metric.id)).toEqual(['gpu-temperature']);
  second(950);
  expect(all()).toEqual([]);
});

it('keeps its bounds, whatever sources and lanes are named', () => {
  const {second, all} = start();
  const lanes = Array.from({length: 900}, (_, i): GaugeRow => ({metric: 'optics-tx-bias', lane: i + 1, value: 1}));
  second(1, {gauges: lanes});
  expect(all()[0]!.values).toHaveLength(128);
  const sources = (from: number): GaugeRow[] =>
    Array.from({length: 10_000}, (_, i) => ({metric: 'host-load', sourceClass: 3, source: from + i, value: 1}));
  second(2, {gauges: sources(1)});
  second(3, {gauges: sources(20_000)});
  expect(all()).toHaveLength(16_384);
});

it('raises an event when a watchdog finds a storm, and when it is over', () => {
  const {fabric, second} = start();
  const storms = () => fabric.events.after(0).filter(({kind}) => kind === 'pfc-storm');
  second(1, {gauges: [{metric: 'pfc-storms-detected', value: 0}]});
  second(2);
  expect(storms()).toEqual([]);
  second(3, {gauges: [{metric: 'pfc-storms-detected', value: 2}]});
  second(4, {gauges: [{metric: 'pfc-storms-restored', value: 1}]});
  second(5);
  second(6, {
    gauges: [
      {metric: 'pfc-storms-detected', value: 1},
      {metric: 'pfc-storms-restored', value: 1},
    ],
  });
  second(7);
  const link = `${AGENT}~1`;
  expect(storms()).toMatchObject([
    {level: 'warning', agent: AGENT, link, text: expect.stringContaining('2 storms of pause frames')},
    {level: 'good', link, text: expect.stringMatching(/over$/), figures: {found: 0, over: 1}},
    {level: 'warning', link, text: expect.stringMatching(/^a storm .*, over by now$/), figures: {found: 1, over: 1}},
  ]);
  expect([...fabric.gauges.stormsFound]).toEqual([[AGENT, 3]]);
});
