import {job, nodesFrom} from '../job-spec.ts';
import type {Scenario} from '../scenario.ts';

export const large: Scenario = {
  name: 'large',
  summary: '4,096 ports: 2,048 nodes on 32 leaves and 32 spines',
  options: {
    nodes: 2_048,
    sampling: 20_000,
    fabric: {kind: 'leaf-spine', coreSpeed: 400e9, leaves: 32, spines: 32},
    jobs: [
      job({name: 'first', members: [nodesFrom(0, 1_024, 2)], cycleMs: 500}),
      job({name: 'second', members: [nodesFrom(1, 1_024, 2)], cycleMs: 900, pattern: 'tree', queuePairs: 1}),
    ],
  },
};
