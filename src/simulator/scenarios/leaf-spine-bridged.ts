import type {Scenario} from '../scenario.ts';

export const leafSpineBridged: Scenario = {
  name: 'leaf-spine-bridged',
  summary: 'the same, bridged: no hop changes a frame',
  options: {
    nodes: 32,
    sampling: 4_000,
    fabric: {kind: 'leaf-spine', coreSpeed: 400e9, leaves: 4, spines: 4, isRouted: false},
  },
};
