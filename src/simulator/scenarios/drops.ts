import {job, nodesFrom} from '../job-spec.ts';
import type {Scenario} from '../scenario.ts';

export const drops: Scenario = {
  name: 'drops',
  summary: 'an incast on host 1 of which the switches tell by drop notifications',
  options: {
    nodes: 32,
    sampling: 4_000,
    fabric: {kind: 'leaf-spine', coreSpeed: 400e9, leaves: 4, spines: 4},
    agents: [{dropNotifications: 100}],
    jobs: [
      job({name: 'training', members: [nodesFrom(16, 16)], cycleMs: 500}),
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
