import {describe, expect, it} from 'vitest';
import {Fabric} from '../../../src/fabric/fabric.ts';
import type {FabricOptions} from '../../../src/simulator/fabric-options.ts';
import {job, nodesFrom} from '../../../src/simulator/job-spec.ts';
import {defaultOptions, type SimulationOptions} from '../../../src/simulator/options.ts';
import {type Content, IN, PartialBuilder, T} from '../../support/partial-builder.ts';
import {proofCount, proofSeed} from '../../support/proof.ts';
import {drawFabric} from '../support/drawn-fabric.ts';
import {runRoles} from '../support/roles-run.ts';

const START_MS = 1_790_000_000_000;
const NODES = 16;

const FABRICS: Record<string, FabricOptions> = {
  'leaf-spine': {kind: 'leaf-spine', leaves: 4, spines: 2},
  'leaf-spine of double wires': {kind: 'leaf-spine', leaves: 2, spines: 2, wires: 2},
  'leaf-spine of one spine': {kind: 'leaf-spine', leaves: 4, spines: 1},
  'bonded to one leaf': {kind: 'leaf-spine', leaves: 4, spines: 2, bond: 'one leaf'},
  'bonded to two leaves': {kind: 'leaf-spine', leaves: 4, spines: 2, bond: 'two leaves'},
  'three-tier': {kind: 'three-tier', pods: 2, leaves: 2, spines: 2, cores: 2},
  'rails with spines': {kind: 'rails', rails: 2, leaves: 2, spines: 2},
};

function options(fabric: FabricOptions, more: Partial<SimulationOptions> = {}): SimulationOptions {
  return {...defaultOptions, nodes: NODES, startMs: START_MS, fabric, seed: proofSeed(), ttl: 'mixed', ...more};
}

/** Each host sends to each other one, on rails to those of its rail. */
function allToAll({kind}: FabricOptions): Partial<SimulationOptions> {
  const rails = kind === 'rails' ? [nodesFrom(0, NODES / 2), nodesFrom(NODES / 2, NODES / 2)] : [nodesFrom(0, NODES)];
  return {jobs: [job({name: 'all', members: rails, pattern: 'all-to-all', queuePairs: 2})]};
}

describe('after ten seconds roles are never wrong, and known', () => {
  it('on a single switch, at once', () => {
    const run = runRoles({simulation: options({kind: 'islands'}), seconds: 1});
    expect(run).toMatchObject({wrong: [], unknown: []});
    expect(run.fabric.roles).toMatchObject({from: 'single switch', counts: {edge: NODES, core: 0, unknown: 0}});
  });

  it.each([
    ['routed, reference traffic', true, () => ({})],
    ['bridged, all to all', false, allToAll],
  ] as const)('%s', (_, isRouted, traffic) => {
    const cases = Object.entries(FABRICS);
    let ports = 0;
    let unknown = 0;
    for (const [name, fabric] of cases.slice(0, proofCount(1, cases.length))) {
      const run = runRoles({simulation: options({...fabric, isRouted} as FabricOptions, traffic(fabric))});
      expect(run.wrong, name).toEqual([]);
      expect(run.fabric.roles.from).toBe('inferred');
      ports += run.ports;
      unknown += run.unknown.length;
    }
    expect(ports).toBeGreaterThan(30);
    expect(unknown / ports).toBeLessThanOrEqual(0.01);
  });
});

it('whatever the fabric, the traffic, the sampling and the way of the datagrams: never wrong', () => {
  const seed = proofSeed();
  const cases = proofCount(3, 2_000);
  for (let i = 0; i < cases; i++) {
    const {simulation, transport} = drawFabric(seed + i);
    const {wrong} = runRoles({simulation, transport});
    // Before the second switch is heard there is one.
    const inferred = wrong.filter((text) => text.includes('inferred'));
    expect(inferred, `seed ${seed + i}: ${JSON.stringify({...simulation, transport})}`).toEqual([]);
  }
});

describe('what cannot be known', () => {
  /** Two switches that bridge in a row between two hosts, which send to each other: all ports look alike. */
  const A = '10.0.0.1';
  const B = '10.0.0.2';
  const LENGTHS = Array.from({length: 30}, () => 1_000);

  function feed(content: (second: number, fabric: Fabric) => Content, seconds = 20): Fabric {
    const fabric = new Fabric({depth: 300, flows: 100});
    const builder = new PartialBuilder();
    for (let second = 0; second < seconds; second++) {
      const bin = T + second * 10;
      const heard = [A, B].map((agent) => ({agent, at: bin * 100 + 90}));
      fabric.apply(builder.next(bin + 1, {heard, ...content(second, fabric), time: bin * 100 + 95}));
      for (let i = 1; i < 10; i++) fabric.apply(builder.next(bin + 1 + i, {heard}));
    }
    return fabric;
  }

  const flow = (agent: string, port: number, source: string, destination: string, ttl = 64, lengths = LENGTHS) => ({
    ...{agent, port, source, destination, ttl, lengths},
    side: IN,
  });
  const rows = (second: number) =>
    [A, B].flatMap((agent) => [1, 2].map((port) => ({bin: T + second * 10, agent, port, roce: LENGTHS, rate: 1_000})));
  const rolesOf = (fabric: Fabric) => fabric.ports.all.map((port) => [port.id, fabric.sums.role(port).role]);

  it('stays unknown: one talking host at either end of bridges in a row', () => {
    const fabric = feed((second) => ({
      rows: rows(second),
      flows: [
        flow(A, 1, '10.1.0.1', '10.1.0.2'),
        flow(B, 2, '10.1.0.1', '10.1.0.2'),
        flow(B, 1, '10.1.0.2', '10.1.0.1'),
        flow(A, 2, '10.1.0.2', '10.1.0.1'),
      ],
    }));
    expect(new Set(rolesOf(fabric).map(([, role]) => role))).toEqual(new Set(['unknown']));
    expect(fabric.sums.role(fabric.ports.get(`${A}~1`)!).why).toBe(
      '10.1.0.1 comes in here and at 10.0.0.2 alike: which is first cannot be told',
    );
  });

  it('is known where the same switches route', () => {
    const fabric = feed((second) => ({
      rows: rows(second),
      flows: [
        flow(A, 1, '10.1.0.1', '10.1.0.2'),
        flow(B, 2, '10.1.0.1', '10.1.0.2', 63),
        flow(B, 1, '10.1.0.2', '10.1.0.1'),
        flow(A, 2, '10.1.0.2', '10.1.0.1', 63),
      ],
    }));
    expect(Object.fromEntries(rolesOf(fabric))).toEqual({
      [`${A}~1`]: 'edge',
      [`${A}~2`]: 'core',
      [`${B}~1`]: 'edge',
      [`${B}~2`]: 'core',
    });
    const why = (id: string) => fabric.sums.role(fabric.ports.get(id)!).why;
    expect(why(`${A}~1`)).toMatch(/^inferred: 10\.1\.0\.1 comes in here with the TTL of the host \(64\), \d+ samples,/);
    expect(why(`${A}~2`)).toBe(`inferred: brings in 10.1.0.2, which enters at ${B}~1`);
  });

  it('is unknown behind a router that sends no samples', () => {
    const fabric = feed((second) => ({
      rows: rows(second),
      flows: [flow(A, 1, '10.1.0.1', '10.1.0.2', 63), flow(B, 1, '10.1.0.2', '10.1.0.1', 63)],
    }));
    expect(fabric.roles.counts).toEqual({edge: 0, core: 0, unknown: 4});
    expect(fabric.sums.role(fabric.ports.get(`${A}~1`)!).why).toMatch(/has crossed a router before \(TTL 63\)/);
  });

  it("is unknown where nothing but a switch's own address comes in", () => {
    const fabric = feed((second) => ({rows: rows(second), flows: [flow(A, 1, B, '10.1.0.2')]}));
    expect(fabric.roles.counts.edge).toBe(0);
  });

  it('is not concluded while a switch that was sampling is silent', () => {
    const fabric = feed((second) => {
      const at = (T + second * 10) * 100;
      const heard = [
        {agent: A, at: at + 90},
        {agent: B, at: Math.min(at + 90, (T + 10) * 100)},
      ];
      const late = second < 1 ? [flow(B, 1, '10.1.0.2', '10.1.0.1')] : [];
      return {heard, rows: [], flows: [...late, flow(A, 1, '10.1.0.1', '10.1.0.2', 64, second < 2 ? [] : LENGTHS)]};
    }, 12);
    expect(fabric.sums.role(fabric.ports.get(`${A}~1`)!).role).toBe('unknown');
  });

  it('is another role when a switch appears through which all of it came before', () => {
    const seen = new Map<number, string>();
    let fabric: Fabric | undefined;
    const role = () => fabric!.sums.role(fabric!.ports.get(`${A}~1`)!).role;
    fabric = feed((second, current) => {
      fabric = current;
      if (second === 15) seen.set(second, role());
      const flows = [flow(A, 1, '10.1.0.1', '10.1.0.9'), flow(B, 1, '10.1.0.2', '10.1.0.9')];
      // What came in at A first comes in at B as well, with more that never reaches A.
      if (second >= 15) flows.push(flow(B, 2, '10.1.0.1', '10.1.0.9'), flow(B, 2, '10.1.0.3', '10.1.0.9'));
      return {rows: rows(second), flows};
    }, 45);
    expect(seen.get(15)).toBe('edge');
    expect(role()).toBe('core');
    expect(fabric.sums.role(fabric.ports.get(`${B}~2`)!).role).toBe('edge');
  });
});
