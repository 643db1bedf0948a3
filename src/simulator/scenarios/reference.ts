import type {Scenario} from '../scenario.ts';

export const reference: Scenario = {
  name: 'reference',
  summary: '244 nodes at 100 Gbit/s on one switch, one job in a 500 ms cycle',
  options: {},
};
