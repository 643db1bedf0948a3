import type {Scenario} from '../scenario.ts';

export const ipv6: Scenario = {
  name: 'ipv6',
  summary: 'leaf-spine with IPv6 agents and RoCEv2 over IPv6, tagged',
  options: {
    nodes: 32,
    sampling: 4_000,
    ipv6: true,
    vlan: 42,
    agent: '2001:db8::1',
    fabric: {kind: 'leaf-spine', coreSpeed: 400e9, leaves: 4, spines: 4},
  },
};
