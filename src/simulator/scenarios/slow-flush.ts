import type {Scenario} from '../scenario.ts';

export const slowFlush: Scenario = {
  name: 'slow-flush',
  summary: 'leaf1 sends all it has once a second, leaf2 with timestamps',
  options: {
    nodes: 32,
    sampling: 4_000,
    fabric: {kind: 'leaf-spine', coreSpeed: 400e9, leaves: 4, spines: 4},
    agents: [
      {of: 'leaf1', burstMs: 1_000},
      {of: 'leaf2', burstMs: 1_000, hasTimestamps: true},
    ],
  },
};
