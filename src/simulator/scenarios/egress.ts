import {SamplingPoint} from '../agent-options.ts';
import type {Scenario} from '../scenario.ts';

export const egress: Scenario = {
  name: 'egress',
  summary: 'leaf-spine with agents that sample on egress',
  options: {
    nodes: 32,
    sampling: 4_000,
    samplingPoint: SamplingPoint.Egress,
    fabric: {kind: 'leaf-spine', coreSpeed: 400e9, leaves: 4, spines: 4},
  },
};
