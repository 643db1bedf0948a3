import type {Scenario} from '../scenario.ts';

export const restart: Scenario = {
  name: 'restart',
  summary: 'leaf1 restarts after 20 s, leaf2 after 30 s and is silent for 5 s',
  options: {
    nodes: 32,
    sampling: 4_000,
    fabric: {kind: 'leaf-spine', coreSpeed: 400e9, leaves: 4, spines: 4},
    agents: [
      {of: 'leaf1', restarts: [{afterMs: 20_000, silentMs: 0}]},
      {of: 'leaf2', restarts: [{afterMs: 30_000, silentMs: 5_000}]},
    ],
  },
};
