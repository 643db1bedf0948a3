import {describe, expect, it} from 'vitest';
import {Fabric} from '../../../src/fabric/fabric.ts';
import {portName} from '../../../src/fabric/ports.ts';
import {parseTopology} from '../../../src/fabric/wiring/topology-parse.ts';
import {optionsOf} from '../../../src/simulator/scenario.ts';
import {leafSpine} from '../../../src/simulator/scenarios/leaf-spine.ts';
import {threeTier} from '../../../src/simulator/scenarios/three-tier.ts';
import {makeTopology} from '../../../src/simulator/simulation.ts';
import {topologyFile} from '../../../src/simulator/topology-file.ts';
import {PartialBuilder, T} from '../../support/partial-builder.ts';
import {fabricBytes} from '../reading.ts';

const LEAF = '10.0.0.1';
const SPINE = '10.0.0.2';

const nodes = {
  leaf1: {agent: LEAF, ports: {Ethernet1: {ifindex: '1'}, Ethernet2: {ifindex: '2'}}},
  spine1: {agent: SPINE, ports: {Ethernet1: {ifindex: '1'}}},
};
const links = {L1: {node1: 'leaf1', port1: 'Ethernet2', node2: 'spine1', port2: 'Ethernet1'}};

/** Two ports of the leaf and one of the spine have received a frame in a bin. */
function makeFabric() {
  const builder = new PartialBuilder();
  const fabric = new Fabric();
  const receive = (bin: number, names: {agent: string; port: number; name: string}[] = []) =>
    fabric.apply(
      builder.next(bin + 1, {
        rows: [
          {bin, agent: LEAF, port: 1, roce: [1_000]},
          {bin, agent: LEAF, port: 2, roce: [1_000]},
          {bin, agent: SPINE, port: 1, roce: [1_000]},
        ],
        names,
      }),
    );
  const roles = () => Object.fromEntries(fabric.ports.all.map((port) => [port.id, fabric.roles.of(port).role]));
  const why = (id: string) => fabric.roles.of(fabric.ports.get(id)!).why;
  return {fabric, receive, roles, why};
}

describe('a topology', () => {
  it('tells core from edge, counts a packet once, and says why', () => {
    const {fabric, receive, roles, why} = makeFabric();
    fabric.wiring.set(parseTopology({nodes, links}));
    receive(T);
    expect(roles()).toEqual({[`${LEAF}~1`]: 'edge', [`${LEAF}~2`]: 'core', [`${SPINE}~1`]: 'core'});
    expect(fabric.roles.from).toBe('topology');
    expect(fabricBytes(fabric, T)).toBe(1_000_000);
    expect(why(`${LEAF}~1`)).toBe('by the topology a port of leaf1, and on no wire to another switch');
    expect(why(`${LEAF}~2`)).toBe('by the topology an end of L1, to Ethernet1 of spine1');
    expect(fabric.wiring.end(`${LEAF}~2`)).toMatchObject({wire: 'L1', peer: `${SPINE}~1`});
    expect(fabric.wiring.end(`${SPINE}~1`)).toMatchObject({wire: 'L1', peer: `${LEAF}~2`});
  });

  it('leaves agents that it does not name unknown, and out of the sum', () => {
    const {fabric, receive, roles, why} = makeFabric();
    fabric.wiring.set(parseTopology({nodes: {leaf1: nodes.leaf1}, links: {}}));
    receive(T);
    expect(roles()).toEqual({[`${LEAF}~1`]: 'edge', [`${LEAF}~2`]: 'edge', [`${SPINE}~1`]: 'unknown'});
    expect(why(`${SPINE}~1`)).toBe(`the topology has no switch with the agent ${SPINE}`);
    expect(fabricBytes(fabric, T)).toBe(2_000_000);
  });

  it('makes one switch without wires all edge', () => {
    const {fabric, receive, roles} = makeFabric();
    fabric.wiring.set(parseTopology({nodes, links: {}}));
    receive(T);
    expect(new Set(Object.values(roles()))).toEqual(new Set(['edge']));
  });

  it('counts from the first bin that is open when it comes and when it goes; what is final stays', () => {
    const {fabric, receive} = makeFabric();
    receive(T);
    receive(T + 30);
    const before = fabricBytes(fabric, T);
    fabric.wiring.set(parseTopology({nodes, links}));
    receive(T + 31);
    expect(fabricBytes(fabric, T)).toBe(before);
    expect(fabricBytes(fabric, T + 30)).toBe(1_000_000);
    expect(fabricBytes(fabric, T + 31)).toBe(1_000_000);
    receive(T + 60);
    fabric.wiring.set(undefined);
    receive(T + 61);
    expect(fabric.roles.from).not.toBe('topology');
    expect(fabricBytes(fabric, T + 61)).toBe(0);
    expect(fabricBytes(fabric, T + 31)).toBe(1_000_000);
  });

  it('finds nodes and ports by the names that agents tell; until then it does not guess', () => {
    const {fabric, receive, roles, why} = makeFabric();
    fabric.wiring.set(parseTopology({links}));
    receive(T);
    expect(new Set(Object.values(roles()))).toEqual(new Set(['unknown']));
    receive(T + 1, [
      {agent: LEAF, port: 0, name: 'leaf1'},
      {agent: SPINE, port: 0, name: 'spine1'},
      {agent: SPINE, port: 1, name: 'Ethernet1'},
    ]);
    expect(roles()).toEqual({[`${LEAF}~1`]: 'unknown', [`${LEAF}~2`]: 'unknown', [`${SPINE}~1`]: 'core'});
    expect(why(`${LEAF}~1`)).toBe("the topology wires port 'Ethernet2' of leaf1, which no port is known to be");
    receive(T + 2, [{agent: LEAF, port: 2, name: 'Ethernet2'}]);
    expect(roles()).toEqual({[`${LEAF}~1`]: 'edge', [`${LEAF}~2`]: 'core', [`${SPINE}~1`]: 'core'});
    expect(fabric.wiring.end(`${SPINE}~1`)?.peer).toBe(`${LEAF}~2`);
  });

  it('takes no node for either of two agents of the same name', () => {
    const {fabric, receive, roles} = makeFabric();
    fabric.wiring.set(parseTopology({nodes: {same: {}}, links: {}}));
    receive(T, [
      {agent: LEAF, port: 0, name: 'same'},
      {agent: SPINE, port: 0, name: 'same'},
    ]);
    expect(new Set(Object.values(roles()))).toEqual(new Set(['unknown']));
  });

  it('names switches and ports that have no name of their own', () => {
    const {fabric, receive} = makeFabric();
    fabric.wiring.set(parseTopology({nodes, links}));
    receive(T);
    expect(fabric.agents.get(LEAF)?.given).toBe('leaf1');
    expect(fabric.ports.all.map(portName)).toEqual(['Ethernet1', 'Ethernet2', 'Ethernet1']);
  });

  it.each([leafSpine, threeTier])('of the simulated $name has the roles that the simulator knows', (scenario) => {
    const topology = makeTopology(optionsOf(scenario));
    const fabric = new Fabric();
    fabric.wiring.set(parseTopology(topologyFile(topology)));
    const rows = topology.switches.flatMap(({agent, ports}) =>
      Array.from({length: ports}, (_, i) => ({bin: T, agent, port: i + 1, roce: [1_000]})),
    );
    fabric.apply(new PartialBuilder().next(T + 1, {rows}));
    const roles = topology.switches.flatMap(({agent, firstPort, ports}) =>
      Array.from({length: ports}, (_, i) => [`${agent}~${i + 1}`, topology.role(firstPort + i)] as const),
    );
    expect(roles.length).toBeGreaterThan(30);
    for (const [id, role] of roles) expect(fabric.roles.of(fabric.ports.get(id)!).role, id).toBe(role);
  });
});

describe('a wrong topology', () => {
  const link = (change: object) => ({nodes, links: {L1: {...links.L1, ...change}}});
  const node = (change: object) => ({nodes: {...nodes, leaf1: {...nodes.leaf1, ...change}}, links});

  it.each<[string, unknown, string]>([
    ['no object', [], 'topology: must be an object'],
    ['no links', {nodes}, 'links: must be an object; {} where there are none'],
    ['an unknown node', link({node2: 'spine9'}), "links.L1.node2: nodes has no 'spine9'"],
    ['an unknown port', link({port2: 'Ethernet9'}), "links.L1.port2: spine1 has no port 'Ethernet9'"],
    ['a missing port', link({port1: undefined}), 'links.L1.port1: must be the name of a port'],
    ['a loop', link({node2: 'leaf1', port2: 'Ethernet2'}), 'links.L1.port2: leaf1 Ethernet2 is an end of L1 already'],
    ['a name as agent', node({agent: 'leaf1.example.org'}), 'nodes.leaf1.agent: must be an IP address'],
    ['an agent twice', node({agent: SPINE}), `nodes.spine1.agent: ${SPINE} is the agent of leaf1 too`],
    [
      'an ifindex of 0',
      node({ports: {Ethernet2: {ifindex: '0'}}}),
      'nodes.leaf1.ports.Ethernet2.ifindex: must be a whole number, 1 at least',
    ],
    [
      'an ifindex twice',
      node({ports: {Ethernet1: {ifindex: '2'}, Ethernet2: {ifindex: 2}}}),
      'nodes.leaf1.ports.Ethernet2.ifindex: 2 is the ifindex of Ethernet1 too',
    ],
    [
      'a wire of two links',
      {nodes, links: {...links, L2: {...links.L1, node2: 'spine1'}}},
      'links.L2.port1: leaf1 Ethernet2 is an end of L1 already; links.L2.port2: spine1 Ethernet1 is an end of L1 already',
    ],
  ])('is refused with its entry: %s', (_, json, message) => {
    expect(() => parseTopology(json)).toThrow(message);
  });

  it('names the first few entries and counts the others', () => {
    const wrong = Object.fromEntries(Array.from({length: 20}, (_, i) => [`L${i}`, 7]));
    expect(() => parseTopology({links: wrong})).toThrow(/^(links\.L\d: must be an object; ){5}and 15 more$/);
  });
});
