import {SamplingPoint} from '../agent-options.ts';
import {job, nodesFrom} from '../job-spec.ts';
import type {Scenario} from '../scenario.ts';

export const trimming: Scenario = {
  name: 'trimming',
  summary: 'an incast on host 1 in which spines and leaves cut packets (DSCP 11) in place of dropping them',
  options: {
    nodes: 32,
    sampling: 4_000,
    fabric: {kind: 'leaf-spine', leaves: 4, spines: 4},
    // What the last switch cuts shows only where it samples what leaves.
    agents: [{trims: true, samplingPoint: SamplingPoint.Both}],
    jobs: [
      job({
        name: 'training',
        // In turn from leaf to leaf.
        members: [[1, 20, 24, 2, 21, 25, 3, 22, 26, 4, 23, 27, 5, 28, 6, 29, 7, 30, 31]],
        cycleMs: 500,
        queuePairs: 8,
        load: 0.4,
      }),
      job({
        name: 'incast',
        members: [[0, ...nodesFrom(8, 12)]],
        cycleMs: 1_000,
        duty: 0.2,
        pattern: 'incast',
        load: 0.5,
        ceShare: 0.2,
      }),
    ],
  },
};
