import type {Scenario} from '../scenario.ts';

export const devicePool: Scenario = {
  name: 'device-pool',
  summary: 'an agent that reports the packets of the whole switch as pool of each port',
  options: {nodes: 16, sampling: 2_000, agents: [{pool: 'device'}]},
};
