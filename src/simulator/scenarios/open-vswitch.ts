import type {Scenario} from '../scenario.ts';

export const openVswitch: Scenario = {
  name: 'open-vswitch',
  summary: 'an agent that names one data source for all ports and invents its sample pool',
  options: {nodes: 16, sampling: 2_000, agents: [{dataSource: 'bridge', pool: 'nominal', hasPortNames: false}]},
};
