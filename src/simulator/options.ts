import {type AgentRule, findAgentFault, SamplingPoint} from './agent-options.ts';
import type {ControlSpec} from './control.ts';
import {type FabricOptions, findFabricFault} from './fabric-options.ts';
import {findTrafficFault, type JobSpec, type StorageSpec} from './job-spec.ts';

/** What is simulated. The defaults are the reference fabric. */
export interface SimulationOptions {
  /** Hosts, each with one port, split evenly over the switches or leaves. */
  nodes: number;
  /** How many islands. */
  switches: number;
  fabric: FabricOptions;
  /** Speed of the hosts' ports in bit/s. */
  speed: number;
  /** N of 1-in-N. */
  sampling: number;
  samplingPoint: SamplingPoint;
  /** What is different for some agents. */
  agents: readonly AgentRule[];
  /** Length of one compute and exchange cycle. */
  cycleMs: number;
  /** Share of the cycle that is exchange. */
  duty: number;
  /** Standard deviation of each node's start and end of the exchange, as a share of the cycle. */
  jitter: number;
  /** Share of the line rate that a node's data frames take at the height of the exchange. */
  load: number;
  /** Jobs in place of the one over all nodes that the options from `cycleMs` on describe. */
  jobs: readonly JobSpec[];
  storage: StorageSpec | undefined;
  control: ControlSpec | undefined;
  /** Longest that a sample waits in a part-filled datagram. */
  flushMs: number;
  /** Time between two counter samples of a port. */
  counterMs: number;
  /** Time step; divides the 100 ms of a bin. */
  slotMs: number;
  /** Agent address of the first switch; the others count up from it. */
  agent: string;
  /** 802.1Q VLAN of the frames; 0 sends them untagged. */
  vlan: number;
  ipv6: boolean;
  /** TTL or hop limit as the hosts send it; mixed: 64, 128 and 255 by turns. */
  ttl: number | 'mixed';
  seed: number;
  /** Epoch milliseconds at which the simulation begins, on the edge of a bin. */
  startMs: number;
}

export const defaultOptions: SimulationOptions = {
  nodes: 244,
  switches: 1,
  fabric: {kind: 'islands'},
  speed: 100e9,
  sampling: 10_000,
  samplingPoint: SamplingPoint.Ingress,
  agents: [],
  cycleMs: 500,
  duty: 0.5,
  jitter: 0.03,
  load: 0.9,
  jobs: [],
  storage: undefined,
  control: undefined,
  flushMs: 1_000,
  counterMs: 20_000,
  slotMs: 5,
  agent: '10.0.0.1',
  vlan: 0,
  ipv6: false,
  ttl: 64,
  seed: 1,
  startMs: 0,
};

/** Length of a bin in milliseconds: bin = floor(epoch ms / 100). */
export const BIN_MS = 100;

/** The first thing that is wrong with the options in one line, undefined when all is well. */
export function findFault(options: SimulationOptions): string | undefined {
  const {nodes, switches, speed, sampling, cycleMs, duty, jitter, load, slotMs} = options;
  if (!Number.isInteger(switches) || switches < 1 || switches > 10_000) return 'switches must be 1 to 10000';
  if (!Number.isInteger(nodes) || nodes < 2 * switches) return 'nodes must be at least 2 for each switch';
  if (nodes > 65_536) return 'nodes must be at most 65536';
  if (!(speed >= 1e6 && speed <= 10e12)) return 'speed must be 1M to 10T';
  if (!Number.isInteger(sampling) || sampling < 1 || sampling > 1e9) return 'sampling must be a whole number, 1 to 1e9';
  if (!(cycleMs >= 20 && cycleMs <= 3_600_000)) return 'cycle must be 20ms to 1h';
  if (!(duty > 0 && duty <= 1)) return 'duty must be above 0 and at most 1';
  if (!(jitter >= 0 && jitter <= 0.2)) return 'jitter must be 0 to 0.2';
  if (!(load > 0 && load <= 0.99)) return 'load must be above 0 and at most 0.99';
  if (!(slotMs >= 1 && slotMs <= 5 && BIN_MS % slotMs === 0)) return 'a slot must be 1, 2, 2.5, 4 or 5 ms';
  if (!(options.flushMs >= 0 && options.flushMs <= 60_000)) return 'flush must be 0 to 60s';
  if (!(options.counterMs >= 100)) return 'the counter interval must be at least 100ms';
  if (!(options.vlan >= 0 && options.vlan <= 4094)) return 'vlan must be 0 (untagged) to 4094';
  if (options.ttl !== 'mixed' && !(options.ttl >= 2 && options.ttl <= 255)) return 'ttl must be 2 to 255, or mixed';
  if (options.startMs % BIN_MS !== 0) return 'the start must be on the edge of a bin';
  return (
    findAgentFault(options.agents) ??
    findFabricFault(options.fabric, nodes) ??
    findTrafficFault(options.jobs, options.storage, nodes)
  );
}
