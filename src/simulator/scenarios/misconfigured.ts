import type {Scenario} from '../scenario.ts';

export const misconfigured: Scenario = {
  name: 'misconfigured',
  summary: 'leaf2 claims 1 in 1,000 and samples 1 in 500; its pool is true',
  options: {
    nodes: 32,
    sampling: 1_000,
    counterMs: 5_000,
    fabric: {kind: 'leaf-spine', coreSpeed: 400e9, leaves: 4, spines: 4},
    agents: [{of: 'leaf2', rates: [500], claims: 1_000}],
  },
};
