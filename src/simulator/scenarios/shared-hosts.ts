import {job, nodesFrom} from '../job-spec.ts';
import type {Scenario} from '../scenario.ts';

const left = [nodesFrom(0, 16)];
const right = [nodesFrom(16, 16)];

export const sharedHosts: Scenario = {
  name: 'shared-hosts',
  summary: 'two jobs of 500 and 720 ms on the same 16 nodes, and two of 640 ms with the same partners on 16 others',
  options: {
    nodes: 32,
    sampling: 4_000,
    fabric: {kind: 'leaf-spine', coreSpeed: 400e9, leaves: 4, spines: 4},
    jobs: [
      job({name: 'ring', members: left, cycleMs: 500, load: 0.45}),
      job({name: 'tree', members: left, cycleMs: 720, load: 0.45, pattern: 'tree'}),
      job({name: 'one', members: right, cycleMs: 640, load: 0.45, drift: 0.01}),
      job({name: 'other', members: right, cycleMs: 640, load: 0.45, drift: 0.01, phase: 0.3}),
    ],
  },
};
