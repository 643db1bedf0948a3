import {job, nodesFrom} from '../job-spec.ts';
import type {Scenario} from '../scenario.ts';

export const startStop: Scenario = {
  name: 'start-stop',
  summary: 'a job that ends after 30 s, and one that begins then',
  options: {
    nodes: 32,
    sampling: 4_000,
    fabric: {kind: 'leaf-spine', coreSpeed: 400e9, leaves: 4, spines: 4},
    jobs: [
      job({name: 'first', members: [nodesFrom(0, 16)], cycleMs: 500, untilMs: 30_000}),
      job({name: 'second', members: [nodesFrom(16, 16)], cycleMs: 800, afterMs: 30_000}),
    ],
  },
};
