import type {Scenario} from '../scenario.ts';

export const large: Scenario = {
  name: 'large',
  summary: '4,096 ports: 2,048 nodes on 32 leaves and 32 spines',
  options: {nodes: 2_048, fabric: {kind: 'leaf-spine', leaves: 32, spines: 32}},
};
