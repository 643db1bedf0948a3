import {job, nodesFrom} from '../job-spec.ts';
import type {Scenario} from '../scenario.ts';

export const ecmpCollision: Scenario = {
  name: 'ecmp-collision',
  summary: 'a ring of few large flows between leaves, some of which meet on one uplink',
  options: {
    nodes: 32,
    sampling: 4_000,
    fabric: {kind: 'leaf-spine', leaves: 4, spines: 8},
    jobs: [
      job({
        name: 'ring',
        members: [nodesFrom(0, 32).map((i) => (i % 4) * 8 + Math.floor(i / 4))],
        queuePairs: 1,
        load: 0.6,
      }),
    ],
  },
};
