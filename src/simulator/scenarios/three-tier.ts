import type {Scenario} from '../scenario.ts';

export const threeTier: Scenario = {
  name: 'three-tier',
  summary: '64 nodes in 4 pods of a three-tier Clos fabric; initial TTLs of 64, 128 and 255',
  options: {
    nodes: 64,
    sampling: 4_000,
    ttl: 'mixed',
    fabric: {kind: 'three-tier', coreSpeed: 400e9, pods: 4, leaves: 2, spines: 2, cores: 2},
  },
};
