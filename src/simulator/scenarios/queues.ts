import {job, nodesFrom} from '../job-spec.ts';
import type {Scenario} from '../scenario.ts';

export const queues: Scenario = {
  name: 'queues',
  summary: 'incasts that fill the queues of hosts 1 and 14; the switches tell of queues, pauses and optical modules',
  options: {
    nodes: 32,
    sampling: 4_000,
    fabric: {kind: 'leaf-spine', coreSpeed: 400e9, leaves: 4, spines: 4},
    agents: [{hasQueues: true, hasPfc: true, hasOptics: true}],
    counterMs: 1_000,
    jobs: [
      job({name: 'training', members: [nodesFrom(16, 16)], cycleMs: 500}),
      // Little more than the port takes, and for little longer than it takes to fill the queue.
      job({
        name: 'incast',
        members: [nodesFrom(0, 13)],
        cycleMs: 250,
        duty: 0.12,
        pattern: 'incast',
        load: 0.085,
        ceShare: 0.2,
      }),
      // The queue is full for so long that the watchdog finds a storm of pause frames.
      job({name: 'flood', members: [nodesFrom(13, 3)], cycleMs: 2_000, duty: 0.1, pattern: 'incast', load: 0.6}),
    ],
  },
};
