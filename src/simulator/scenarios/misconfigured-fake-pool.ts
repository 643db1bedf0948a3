import type {Scenario} from '../scenario.ts';

export const misconfiguredFakePool: Scenario = {
  name: 'misconfigured-fake-pool',
  summary: 'the same with a pool that grows by what is claimed: only counters tell',
  options: {
    nodes: 32,
    sampling: 1_000,
    counterMs: 5_000,
    fabric: {kind: 'leaf-spine', coreSpeed: 400e9, leaves: 4, spines: 4},
    agents: [{of: 'leaf2', rates: [500], claims: 1_000, pool: 'nominal'}],
  },
};
