import {job, nodesFrom} from '../job-spec.ts';
import type {Scenario} from '../scenario.ts';

export const storage: Scenario = {
  name: 'storage',
  summary: 'a job, and hosts that read from and write to 4 storage nodes in bursts',
  options: {
    nodes: 64,
    sampling: 4_000,
    fabric: {kind: 'leaf-spine', coreSpeed: 400e9, leaves: 8, spines: 8},
    jobs: [job({name: 'training', members: [nodesFrom(0, 60)], cycleMs: 500})],
    storage: {clients: nodesFrom(0, 60), servers: nodesFrom(60, 4), load: 0.02, burstMs: 200, pauseMs: 800},
  },
};
