import {job, nodesFrom} from '../job-spec.ts';
import type {Scenario} from '../scenario.ts';

export const incast: Scenario = {
  name: 'incast',
  summary: 'a job, and 12 hosts that now and then all send to host 1: more than its port takes',
  options: {
    nodes: 32,
    sampling: 4_000,
    fabric: {kind: 'leaf-spine', leaves: 4, spines: 4},
    jobs: [
      job({name: 'training', members: [nodesFrom(20, 12)], cycleMs: 500}),
      job({
        name: 'incast',
        members: [[0, ...nodesFrom(8, 12)]],
        cycleMs: 2_000,
        duty: 0.1,
        pattern: 'incast',
        load: 0.25,
      }),
    ],
  },
};
