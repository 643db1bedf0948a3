import {job, nodesFrom} from '../job-spec.ts';
import type {Scenario} from '../scenario.ts';

export const retries: Scenario = {
  name: 'retries',
  summary: 'hosts that send again: receivers that are not ready, and an incast whose losses are complained of',
  options: {
    nodes: 32,
    sampling: 1_000,
    fabric: {kind: 'leaf-spine', coreSpeed: 400e9, leaves: 4, spines: 4},
    jobs: [
      job({name: 'training', members: [nodesFrom(16, 16)], cycleMs: 500, rnrShare: 0.05}),
      job({
        name: 'incast',
        members: [nodesFrom(0, 13)],
        cycleMs: 1_000,
        duty: 0.2,
        pattern: 'incast',
        load: 0.25,
        ceShare: 0.2,
      }),
    ],
  },
};
