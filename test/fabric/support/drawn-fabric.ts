/** Fabrics drawn at random: wiring, hosts, traffic, sampling, and what befalls the datagrams. */
import {SamplingPoint} from '../../../src/simulator/agent-options.ts';
import type {Pattern} from '../../../src/simulator/collectives.ts';
import {type Bond, type FabricOptions, findFabricFault} from '../../../src/simulator/fabric-options.ts';
import {job, nodesFrom} from '../../../src/simulator/job-spec.ts';
import {defaultOptions, type SimulationOptions} from '../../../src/simulator/options.ts';
import {Random} from '../../../src/simulator/random.ts';
import type {TransportOptions} from '../../../src/simulator/transport.ts';

export interface DrawnFabric {
  simulation: SimulationOptions;
  transport: Partial<TransportOptions>;
}

const START_MS = 1_790_000_000_000;
const PATTERNS: readonly Pattern[] = ['ring', 'all-to-all', 'tree', 'pipeline', 'halving-doubling', 'incast'];

const POINTS = [SamplingPoint.Ingress, SamplingPoint.Ingress, SamplingPoint.Egress, SamplingPoint.Both];

const WAYS: readonly Partial<TransportOptions>[] = [
  {},
  {},
  {loss: 0.3},
  {loss: 0.05, bursts: {everyMs: 2_000, lastMs: 500, loss: 0.9}},
  {duplication: 0.05, reordering: 0.1, delayMs: 100},
];

export function drawFabric(seed: number): DrawnFabric {
  const random = new Random(seed, 77);
  const pick = <T>(of: readonly T[]): T => of[random.below(of.length)]!;
  const wiring = (): FabricOptions => {
    const isRouted = random.uniform() < 0.4;
    const leaves = pick([2, 2, 4]);
    const bond = pick<Bond>(['none', 'none', 'one leaf', 'two leaves']);
    switch (random.below(3)) {
      case 0:
        return {kind: 'leaf-spine', leaves, spines: pick([1, 2, 3]), wires: pick([1, 1, 2]), bond, isRouted};
      case 1:
        return {kind: 'three-tier', pods: 2, leaves, spines: pick([1, 2]), cores: pick([1, 2]), bond, isRouted};
      default:
        return {kind: 'rails', rails: 2, leaves, spines: pick([1, 2]), isRouted};
    }
  };
  const fabric = wiring();
  const leaves = fabric.kind === 'leaf-spine' ? fabric.leaves : fabric.kind === 'islands' ? 1 : 2 * fabric.leaves;
  const nodes = leaves * pick([1, 2, 3, 4]);
  const fault = findFabricFault(fabric, nodes);
  if (fault !== undefined) throw new Error(fault);
  const someNodes = () => {
    const all = nodesFrom(0, nodes);
    for (let i = nodes - 1; i > 0; i--) {
      const j = random.below(i + 1);
      [all[i], all[j]] = [all[j]!, all[i]!];
    }
    return all.slice(0, Math.max(2, Math.floor(nodes * pick([0.4, 0.7, 1]))));
  };
  const jobs = Array.from({length: random.below(3)}, (_, i) =>
    job({
      ...{name: `job ${i}`, members: [someNodes()], cycleMs: 500 + 200 * i},
      ...{pattern: pick(PATTERNS), queuePairs: pick([1, 2, 8])},
    }),
  );
  const agents = pick<SimulationOptions['agents']>([
    [],
    [],
    [{of: 'spine', samplingPoint: pick(POINTS)}],
    [{of: 'leaf', rates: [500, 4_000]}],
  ]);
  const ttl = pick<SimulationOptions['ttl']>([64, 128, 255, 'mixed']);
  const simulation: SimulationOptions = {
    ...defaultOptions,
    ...{nodes, fabric, seed, startMs: START_MS, speed: 10e9, agents, ttl, ipv6: random.uniform() < 0.2},
    ...{sampling: pick([500, 1_000, 4_000]), samplingPoint: pick(POINTS)},
    ...(jobs.length > 0 ? {jobs} : {}), // else the reference traffic
  };
  return {simulation, transport: pick(WAYS)};
}
