import {job, nodesFrom} from '../job-spec.ts';
import type {Scenario} from '../scenario.ts';

export const straggler: Scenario = {
  name: 'straggler',
  summary: 'a job of 1 s in which host 18 is late by 5 % of the cycle and holds all others back',
  options: {
    nodes: 64,
    fabric: {kind: 'leaf-spine', coreSpeed: 400e9, leaves: 8, spines: 8},
    jobs: [
      job({name: 'training', members: [nodesFrom(0, 64)], cycleMs: 1_000, duty: 0.3, late: [{host: 17, by: 0.05}]}),
    ],
  },
};
