import type {Scenario} from '../scenario.ts';

export const backOff: Scenario = {
  name: 'back-off',
  summary: 'an agent that doubles N when it takes more than 6,000 samples a second',
  options: {nodes: 64, sampling: 1_000, cycleMs: 20_000, duty: 0.5, agents: [{backOff: 6_000}]},
};
