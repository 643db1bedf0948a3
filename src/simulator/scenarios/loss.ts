import type {Scenario} from '../scenario.ts';

export const loss: Scenario = {
  name: 'loss',
  summary: '5 % of the datagrams are lost on their way, and half of them now and then',
  options: {nodes: 32, sampling: 4_000, fabric: {kind: 'leaf-spine', coreSpeed: 400e9, leaves: 4, spines: 4}},
  transport: {loss: 0.05, bursts: {everyMs: 20_000, lastMs: 2_000, loss: 0.5}},
};
