import type {Scenario} from '../scenario.ts';

export const disorder: Scenario = {
  name: 'disorder',
  summary: 'datagrams come twice, late and out of order',
  options: {nodes: 32, sampling: 4_000, fabric: {kind: 'leaf-spine', coreSpeed: 400e9, leaves: 4, spines: 4}},
  transport: {duplication: 0.05, reordering: 0.1, delayMs: 80},
};
