import type {Scenario} from '../scenario.ts';

export const silence: Scenario = {
  name: 'silence',
  summary: 'nothing comes through for 5 s after 20 s, and nothing of leaf2 from 40 s to 70 s',
  options: {nodes: 32, sampling: 4_000, fabric: {kind: 'leaf-spine', coreSpeed: 400e9, leaves: 4, spines: 4}},
  transport: {
    silences: [
      {afterMs: 20_000, forMs: 5_000},
      {afterMs: 40_000, forMs: 30_000, agent: '10.0.0.2'},
    ],
  },
};
