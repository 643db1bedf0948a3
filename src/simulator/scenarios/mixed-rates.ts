import type {Scenario} from '../scenario.ts';

export const mixedRates: Scenario = {
  name: 'mixed-rates',
  summary: 'ports of one switch that sample 1 in 1,000, 5,000 and 20,000',
  options: {nodes: 48, agents: [{rates: [1_000, 5_000, 20_000]}]},
};
