import {expect, it} from 'vitest';
import {meanOver} from '../../src/api/estimate.ts';
import {Fabric} from '../../src/fabric/fabric.ts';
import {meansOfAll, visitMeans} from '../../src/fabric/link-means.ts';
import {AGENT, type Content, IN_DERIVED, OUT, PartialBuilder, T} from '../support/partial-builder.ts';
import {linkScope} from './reading.ts';

function start() {
  const fabric = new Fabric({depth: 300, flows: 100});
  const builder = new PartialBuilder();
  const give = (watermark: number, content: Content = {}) => fabric.apply(builder.next(watermark, content));
  const means = (from: number, to: number, address = AGENT) => {
    const found: Record<string, number> = {};
    visitMeans(fabric, fabric.agents.get(address)!, from, to, ({id}, bytes) => {
      found[id] = bytes;
    });
    const all = meansOfAll(fabric, from, to);
    for (const {id, slot, agent} of fabric.ports.all) {
      if (agent.address === address) expect(all[slot]).toBe(found[id] ?? Number.NaN);
    }
    return found;
  };
  return {fabric, give, means};
}

it('says what is said of each link by itself, also where samples count otherwise within the window', () => {
  const {fabric, give, means} = start();
  for (let bin = T; bin < T + 60; bin++) {
    const derived = {bin, port: 3, side: IN_DERIVED, source: 0, rate: 100, other: [90]};
    give(bin + 1, {
      rows: [
        {bin, port: 1, roce: [1_000, 4_178], other: [64]},
        {bin, port: 1, rate: 10, other: bin % 3 === 0 ? [300] : []},
        {bin, port: 2, other: bin % 7 === 0 ? [1_500] : []},
        // Measured from the middle on: what was derived no longer counts.
        bin < T + 30 ? derived : {bin, port: 3, other: [200]},
      ],
    });
  }
  for (const [from, to] of [
    [T, T + 59],
    [T + 20, T + 40],
    [T + 35, T + 36],
    [T - 50, T + 10],
  ] as const) {
    const found = means(from, to);
    expect(Object.keys(found)).toEqual([1, 2, 3].map((port) => `${AGENT}~${port}`));
    for (const [id, bytes] of Object.entries(found)) {
      const {bitsPerSecond} = meanOver(fabric, linkScope(fabric, id, 'in'), 'all', from, to);
      expect(bytes * 8).toBeCloseTo(bitsPerSecond!, 3);
    }
  }
});

it('leaves out bins in which the agent was absent, and an agent that was in all', () => {
  const {give, means} = start();
  for (let bin = T; bin < T + 20; bin++) give(bin + 1, {rows: [{bin, other: [1_000]}]});
  give(T + 2_000, {heard: [{agent: '10.0.0.2', at: (T + 1_999) * 100}]});
  expect(means(T + 1_950, T + 1_990)).toEqual({});
});

it('has links that frames came in at, silent ones too, and no others', () => {
  const {give, means} = start();
  give(T + 1, {
    rows: [
      {bin: T, port: 1, other: [1_000]},
      {bin: T, port: 2, side: OUT, other: [1_000]},
    ],
    counters: [{port: 3}],
  });
  for (let bin = T + 1; bin < T + 30; bin++) give(bin + 1, {heard: [{agent: AGENT, at: bin * 100}]});
  expect(means(T + 10, T + 20)).toEqual({[`${AGENT}~1`]: 0});
});
