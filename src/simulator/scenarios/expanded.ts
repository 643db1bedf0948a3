import type {Scenario} from '../scenario.ts';

export const expanded: Scenario = {
  name: 'expanded',
  summary: 'expanded samples with timestamps, and the name of the device',
  options: {
    nodes: 32,
    sampling: 4_000,
    agents: [{isExpanded: true, hasTimestamps: true, hasHostName: true}],
    fabric: {kind: 'leaf-spine', coreSpeed: 400e9, leaves: 4, spines: 4},
  },
};
