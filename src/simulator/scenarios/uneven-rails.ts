import {job, nodesFrom} from '../job-spec.ts';
import type {Scenario} from '../scenario.ts';

export const unevenRails: Scenario = {
  name: 'uneven-rails',
  summary: 'two jobs on rails that never cross; the third rail of the first sends three quarters of what the others do',
  options: {
    nodes: 32,
    sampling: 4_000,
    fabric: {kind: 'rails', rails: 4, leaves: 1, spines: 2},
    jobs: [
      job({
        name: 'short',
        members: nodesFrom(0, 4).map((rail) => nodesFrom(8 * rail, 4)),
        cycleMs: 500,
        shares: [1, 1, 0.75, 1],
      }),
      job({name: 'even', members: nodesFrom(0, 4).map((rail) => nodesFrom(8 * rail + 4, 4)), cycleMs: 640}),
    ],
  },
};
