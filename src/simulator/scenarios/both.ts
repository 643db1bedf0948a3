import {SamplingPoint} from '../agent-options.ts';
import type {Scenario} from '../scenario.ts';

export const both: Scenario = {
  name: 'both',
  summary: 'three-tier with every port sampled both ways',
  options: {
    nodes: 64,
    sampling: 4_000,
    samplingPoint: SamplingPoint.Both,
    fabric: {kind: 'three-tier', coreSpeed: 400e9, pods: 4, leaves: 2, spines: 2, cores: 2},
  },
};
