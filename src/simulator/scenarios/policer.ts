import type {Scenario} from '../scenario.ts';

export const policer: Scenario = {
  name: 'policer',
  summary: 'an agent of which a policer lets 3,000 samples a second through',
  options: {nodes: 64, sampling: 2_000, agents: [{policer: 3_000}]},
};
