import {job, nodesFrom} from '../job-spec.ts';
import type {Scenario} from '../scenario.ts';

export const polarised: Scenario = {
  name: 'polarised',
  summary: 'a three-tier fabric whose switches all hash alike: each spine sends by one of its four ways up',
  options: {
    nodes: 16,
    sampling: 2_000,
    fabric: {kind: 'three-tier', coreSpeed: 400e9, pods: 2, leaves: 2, spines: 4, cores: 4, hasOneHash: true},
    jobs: [job({name: 'all-to-all', members: [nodesFrom(0, 16)], pattern: 'all-to-all', queuePairs: 1})],
  },
};
