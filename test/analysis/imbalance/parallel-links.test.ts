import {describe, expect, it} from 'vitest';
import {ParallelGroups} from '../../../src/analysis/imbalance/parallel-links.ts';
import {parseTopology} from '../../../src/fabric/wiring/topology-parse.ts';
import type {FabricOptions} from '../../../src/simulator/fabric-options.ts';
import type {SimulationOptions} from '../../../src/simulator/options.ts';
import {optionsOf} from '../../../src/simulator/scenario.ts';
import {leafSpine} from '../../../src/simulator/scenarios/leaf-spine.ts';
import {threeTier} from '../../../src/simulator/scenarios/three-tier.ts';
import {makeTopology} from '../../../src/simulator/simulation.ts';
import {topologyFile} from '../../../src/simulator/topology-file.ts';
import {START_MS} from '../../proofs/support/pipeline.ts';
import {Simulated} from '../../proofs/support/simulated.ts';

/** The groups of a simulated fabric after some seconds, as `agent name: ifIndexes`. */
function groupsOf(options: SimulationOptions, seconds: number, withTopology: boolean) {
  const simulated = new Simulated({...options, startMs: START_MS, counterMs: 1_000, seed: 3});
  const {fabric} = simulated.pipeline;
  if (withTopology) fabric.wiring.set(parseTopology(topologyFile(makeTopology(options))));
  for (let second = 0; second < seconds; second++) simulated.pass(1_000);
  const groups = new ParallelGroups(fabric);
  const found = groups.current();
  expect(groups.current()).toBe(found); // nothing has changed
  const texts = found.map(
    ({id, ports}) =>
      `${id}: ${ports
        .map(({ifIndex}) => ifIndex)
        .sort((a, b) => a - b)
        .join(' ')}`,
  );
  return {texts: texts.sort(), whys: new Set(found.map(({why}) => why))};
}

const options = (fabric: FabricOptions, nodes = 16) => optionsOf(leafSpine, {nodes, fabric, sampling: 500});

describe('by the topology', () => {
  it('the uplinks of a leaf are equal ways, and what a spine has are none', () => {
    const {texts, whys} = groupsOf(options({kind: 'leaf-spine', leaves: 4, spines: 4}), 2, true);
    expect(texts).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'].map((leaf) => `${leaf}~uplinks: 5 6 7 8`));
    expect(whys).toContain('by the topology all lead from leaf1 away from the hosts; 100 Gbit/s each');
  });

  it('wires between the same two switches are a bundle', () => {
    const {texts} = groupsOf(options({kind: 'leaf-spine', leaves: 2, spines: 2, wires: 2}, 4), 2, true);
    expect(texts).toEqual([
      '10.0.0.1~uplinks: 3 4 5 6',
      '10.0.0.2~uplinks: 3 4 5 6',
      '10.1.0.1~to leaf1: 1 2',
      '10.1.0.1~to leaf2: 3 4',
      '10.1.0.2~to leaf1: 1 2',
      '10.1.0.2~to leaf2: 3 4',
    ]);
  });

  it('of three tiers, leaves and spines have ways up', () => {
    const {fabric} = threeTier.options;
    if (fabric?.kind !== 'three-tier') throw new Error('no three tiers');
    const {texts} = groupsOf(optionsOf(threeTier), 1, true);
    expect(texts).toHaveLength(fabric.pods * (fabric.leaves + fabric.spines));
    expect(texts.every((text) => text.includes('~uplinks: '))).toBe(true);
  });
});

it('without one, core ports of a switch with hosts are equal ways', () => {
  const {texts, whys} = groupsOf(options({kind: 'leaf-spine', leaves: 4, spines: 4}), 12, false);
  expect(texts).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'].map((leaf) => `${leaf}~uplinks: 5 6 7 8`));
  expect([...whys]).toEqual(['towards other switches, all of a switch that has hosts; 100 Gbit/s each']);
});

it('of a single switch there are none', () => {
  expect(groupsOf(options({kind: 'islands'}, 4), 3, false).texts).toEqual([]);
});
