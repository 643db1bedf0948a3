import {job, nodesFrom} from '../job-spec.ts';
import type {Scenario} from '../scenario.ts';

export const patterns: Scenario = {
  name: 'patterns',
  summary: 'six jobs, each with a collective operation and a cycle of its own',
  options: {
    nodes: 96,
    sampling: 4_000,
    fabric: {kind: 'leaf-spine', coreSpeed: 400e9, leaves: 8, spines: 8},
    jobs: [
      job({name: 'ring', members: [nodesFrom(0, 16)], cycleMs: 400}),
      job({name: 'all-to-all', members: [nodesFrom(16, 16)], cycleMs: 530, pattern: 'all-to-all', queuePairs: 1}),
      job({name: 'tree', members: [nodesFrom(32, 16)], cycleMs: 610, pattern: 'tree'}),
      job({name: 'pipeline', members: [nodesFrom(48, 16)], cycleMs: 750, pattern: 'pipeline'}),
      job({name: 'halving', members: [nodesFrom(64, 16)], cycleMs: 880, pattern: 'halving-doubling'}),
      job({name: 'bursts', members: [nodesFrom(80, 16)], cycleMs: 1_000, bursts: [1, 0.6]}),
    ],
  },
};
