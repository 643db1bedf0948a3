import {expect, it} from 'vitest';
import {Fabric} from '../../src/fabric/fabric.ts';
import {waterfall} from '../../src/fabric/findings/waterfall.ts';
import {memoryUse} from '../../src/fabric/history/memory-use.ts';
import {Feed} from '../account/support/feed.ts';
import {datagram} from '../account/support/wire.ts';
import {AGENT, PartialBuilder, T} from '../support/partial-builder.ts';

it('sub-agents that anybody made up leave when they were silent for ten minutes; their sums stay', () => {
  const fabric = new Fabric({depth: 400, flows: 10});
  const builder = new PartialBuilder();
  let bin = T;
  const pass = (heard: readonly number[], received = 1) => {
    fabric.apply(
      builder.next(bin + 1, {
        rows: [{bin, port: 1, roce: [100]}],
        heard: heard.map((subAgent) => ({agent: AGENT, subAgent, at: bin * 100, received})),
      }),
    );
    bin += 9;
  };
  const made = Array.from({length: 200}, (_, i) => i + 1);
  pass(made);
  const known = () => [...fabric.agents.get(AGENT)!.subAgents.keys()];
  expect(known()).toHaveLength(201);
  // One is heard of once in a while; producers go on naming all.
  for (let i = 0; i < 10; i++) {
    for (let j = 0; j < 60; j++) pass(made, 0);
    pass([7]);
  }
  for (let j = 0; j < 160; j++) pass(made, 0);
  expect(known().sort()).toEqual([0, 7]);
  const {received} = fabric.agents.get(AGENT)!.left;
  expect(received).toBe(199);
  expect(waterfall(fabric).datagramsMissing).toBe(0);
  expect(fabric.agents.left.received).toBe(199);
});

it('that ingest threads turn away are told beside how many they hold', () => {
  const feed = new Feed({agents: 4});
  for (let subAgent = 0; subAgent < 6; subAgent++) feed.send(datagram([], {subAgent}));
  feed.ingest.finish();
  const fabric = new Fabric({depth: 100, flows: 10});
  for (const partial of feed.partials) fabric.apply(partial);
  const table = memoryUse(fabric).tables.find(({name}) => name === 'sub-agents');
  expect(table).toEqual({name: 'sub-agents', entries: 4, most: 4_096, refused: 2});
});
