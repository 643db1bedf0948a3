import {expect, it} from 'vitest';
import {parseTopology} from '../../src/fabric/wiring/topology-parse.ts';
import {AGENT, type SampleRow, T} from '../support/partial-builder.ts';
import {type Harness, makeHarness} from './harness.ts';

const SPINE = '10.0.0.2';
/** Of 1,000 bytes at 1-in-1,000, one in each bin. */
const ONE = 80e6;

/** A leaf with edge ports 1 to 5, wired to a spine: port i gets i samples a bin, wires seven. */
async function wired(): Promise<Harness> {
  const harness = await makeHarness();
  const wire = {node1: 'leaf1', port1: 'p9', node2: 'spine1', port2: 'p1'};
  const topology = {
    nodes: {
      leaf1: {agent: AGENT, ports: {p9: {ifindex: '9'}}},
      spine1: {agent: SPINE, ports: {p1: {ifindex: '1'}}},
    },
    links: {wire},
  };
  harness.fabric.wiring.set(parseTopology(topology));
  for (let bin = T; bin < T + 40; bin++) {
    const rows: SampleRow[] = [1, 2, 3, 4, 5].map((port) => ({bin, port, other: Array(port).fill(1_000)}));
    const seven = Array(7).fill(1_000);
    harness.give(bin + 1, {
      rows: [...rows, {bin, port: 9, roce: seven}, {bin, agent: SPINE, port: 1, roce: seven.slice(2)}],
    });
  }
  return harness;
}

const EDGE = {min: ONE, q1: 2 * ONE, median: 3 * ONE, q3: 4 * ONE, max: 5 * ONE, links: 5};

it('the fabric tells how its edge links and its core links differ', async () => {
  const {get} = await wired();
  const {quartiles} = (await get('/api/v1/fabric')).json;
  expect(quartiles.edge).toEqual(EDGE);
  expect(quartiles.core).toEqual({min: 5 * ONE, q1: 5.5 * ONE, median: 6 * ONE, q3: 6.5 * ONE, max: 7 * ONE, links: 2});
});

it('so does each agent, of its own', async () => {
  const {get} = await wired();
  const [leaf, spine] = (await get('/api/v1/agents')).json.agents;
  const same = (value: number, links: number) => ({min: value, q1: value, median: value, q3: value, max: value, links});
  expect(leaf.quartiles).toEqual({edge: EDGE, core: same(7 * ONE, 1)});
  expect(spine.quartiles).toEqual({edge: null, core: same(5 * ONE, 1)});
});

it('and Prometheus, in bytes a second', async () => {
  const {get} = await wired();
  const {text} = await get('/metrics');
  const of = (role: string, quartile: string) =>
    new RegExp(`^tenhertz_fabric_link_bytes_per_second{role="${role}",quartile="${quartile}"} (\\S+)$`, 'm').exec(
      text,
    )?.[1];
  const names = ['min', 'q1', 'median', 'q3', 'max'];
  expect(names.map((name) => Number(of('edge', name)))).toEqual([1, 2, 3, 4, 5].map((i) => (i * ONE) / 8));
  expect(names.map((name) => Number(of('core', name)))).toEqual([5, 5.5, 6, 6.5, 7].map((i) => (i * ONE) / 8));
});

it('are null where there are no links to tell of', async () => {
  const {get, give} = await makeHarness();
  expect((await get('/api/v1/fabric')).json.quartiles).toEqual({edge: null, core: null});
  give(T + 1, {rows: [{bin: T, other: [1_000]}]});
  give(T + 60, {heard: [{agent: AGENT, at: (T + 59) * 100}]});
  const {edge, core} = (await get('/api/v1/fabric')).json.quartiles;
  expect([edge.links, edge.max, core]).toEqual([1, 0, null]);
});
