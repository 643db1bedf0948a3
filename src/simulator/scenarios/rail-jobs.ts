import {job, nodesFrom} from '../job-spec.ts';
import type {Scenario} from '../scenario.ts';

export const railJobs: Scenario = {
  name: 'rail-jobs',
  summary: 'two jobs on 16 hosts with 8 rails each, which never cross rails on the network',
  options: {
    nodes: 128,
    sampling: 4_000,
    fabric: {kind: 'rails', rails: 8, leaves: 1, spines: 2},
    jobs: [
      job({name: 'first', members: nodesFrom(0, 8).map((rail) => nodesFrom(16 * rail, 8)), cycleMs: 500}),
      job({name: 'second', members: nodesFrom(0, 8).map((rail) => nodesFrom(16 * rail + 8, 8)), cycleMs: 640}),
    ],
  },
};
