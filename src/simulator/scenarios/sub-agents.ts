import type {Scenario} from '../scenario.ts';

export const subAgents: Scenario = {
  name: 'sub-agents',
  summary: 'a switch of 4 line cards, each a sub-agent, with two sampling rates',
  options: {nodes: 64, agents: [{subAgents: 4, rates: [4_000, 8_000]}]},
};
