import type {Scenario} from '../scenario.ts';

export const control: Scenario = {
  name: 'control',
  summary: 'multicast, what goes to the CPU of switches, what they refuse, and what they say to each other',
  options: {
    nodes: 32,
    sampling: 1_000,
    fabric: {kind: 'leaf-spine', coreSpeed: 400e9, leaves: 4, spines: 4},
    control: {multicast: 2_000, toCpu: 1_000, refused: 1_000, routing: 1_000},
  },
};
