import type {Scenario} from '../scenario.ts';

export const leafSpine: Scenario = {
  name: 'leaf-spine',
  summary: '32 nodes on 4 leaves and 4 spines, routed',
  options: {nodes: 32, sampling: 4_000, fabric: {kind: 'leaf-spine', coreSpeed: 400e9, leaves: 4, spines: 4}},
};
