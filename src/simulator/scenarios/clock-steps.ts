import type {Scenario} from '../scenario.ts';

export const clockSteps: Scenario = {
  name: 'clock-steps',
  summary: 'agents with timestamps whose clocks are off, and step',
  options: {
    nodes: 32,
    sampling: 4_000,
    fabric: {kind: 'leaf-spine', coreSpeed: 400e9, leaves: 4, spines: 4},
    agents: [
      {hasTimestamps: true},
      {of: 'leaf1', clockOffsetMs: -40},
      {of: 'leaf2', clockSteps: [{afterMs: 20_000, byMs: 3_000}]},
      {of: 'leaf3', clockSteps: [{afterMs: 20_000, byMs: -3_000}]},
    ],
  },
};
