import type {Scenario} from '../scenario.ts';

export const rails: Scenario = {
  name: 'rails',
  summary: '8 hosts with a NIC on each of 8 rails, whose leaves meet at 2 spines',
  options: {nodes: 64, sampling: 4_000, fabric: {kind: 'rails', rails: 8, leaves: 1, spines: 2}},
};
