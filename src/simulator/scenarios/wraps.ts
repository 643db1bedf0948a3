import type {Scenario} from '../scenario.ts';

export const wraps: Scenario = {
  name: 'wraps',
  summary: 'sequence numbers, uptime, pools and counters that wrap in the first seconds',
  options: {nodes: 16, sampling: 2_000, counterMs: 5_000, agents: [{isNearWrap: true}]},
};
