import type {Scenario} from '../scenario.ts';

export const bonded: Scenario = {
  name: 'bonded',
  summary: '32 nodes, each bonded to two leaves',
  options: {
    nodes: 32,
    sampling: 4_000,
    fabric: {kind: 'leaf-spine', coreSpeed: 400e9, leaves: 4, spines: 4, bond: 'two leaves'},
  },
};
