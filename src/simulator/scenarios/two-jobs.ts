import {job, nodesFrom} from '../job-spec.ts';
import type {Scenario} from '../scenario.ts';

export const twoJobs: Scenario = {
  name: 'two-jobs',
  summary: 'two jobs of 500 and 720 ms side by side on 64 nodes, every second node each',
  options: {
    nodes: 64,
    sampling: 4_000,
    fabric: {kind: 'leaf-spine', coreSpeed: 400e9, leaves: 8, spines: 8},
    jobs: [
      job({name: 'even', members: [nodesFrom(0, 32, 2)], cycleMs: 500}),
      job({name: 'odd', members: [nodesFrom(1, 32, 2)], cycleMs: 720, pattern: 'tree'}),
    ],
  },
};
