import {expect, it} from 'vitest';
import {kindBand} from '../../src/analysis/sampling-error.ts';
import {Moments} from '../../src/fabric/history/moments.ts';
import {parseTopology} from '../../src/fabric/wiring/topology-parse.ts';
import {AGENT, OUT, OUT_DERIVED, T} from '../support/partial-builder.ts';
import {type Harness, makeHarness} from './harness.ts';

const PPS = 10_000;
const frames = (count: number) => Array<number>(count).fill(1_000);

/** Port 9 is wired; frames leave marked at it, and at the edge ports 1 and 2. */
async function marked(): Promise<Harness> {
  const harness = await makeHarness();
  const nodes = {
    leaf1: {agent: AGENT, ports: {p9: {ifindex: '9'}}},
    spine1: {agent: '10.0.0.2', ports: {p1: {ifindex: '1'}}},
  };
  const links = {wire: {node1: 'leaf1', port1: 'p9', node2: 'spine1', port2: 'p1'}};
  harness.fabric.wiring.set(parseTopology({nodes, links}));
  for (let bin = T; bin < T + 40; bin++) {
    harness.give(bin + 1, {
      rows: [
        {bin, port: 1, side: OUT, roce: frames(4), ce: 1, cnp: 2, trimmed: 3},
        {bin, port: 1, roce: frames(4), ce: 4, cnp: 4, trimmed: 4},
        {bin, port: 2, side: OUT_DERIVED, source: 0, roce: frames(6), ce: 2},
        {bin, port: 9, side: OUT, roce: frames(9), ce: 9, cnp: 9, trimmed: 9},
      ],
    });
  }
  return harness;
}

it('the fabric tells what leaves it marked, each packet once', async () => {
  const {get} = await marked();
  const {marks} = (await get('/api/v1/fabric')).json;
  expect(marks.ce.framesPerSecond).toBe(3 * PPS);
  expect(marks.cnp.framesPerSecond).toBe(2 * PPS);
  expect(marks.trimmed.framesPerSecond).toBe(3 * PPS);
  const moments = Object.assign(new Moments(), {samples: 200, frames: 200_000});
  const band = kindBand(60_000, moments);
  expect([marks.ce.low, marks.ce.high]).toEqual([band.low / 2, band.high / 2]);
});

it('and so does Prometheus', async () => {
  const {get} = await marked();
  const {text} = await get('/metrics');
  const shown = text.split('\n').filter((line) => line.startsWith('tenhertz_fabric_marked_frames_per_second{'));
  expect(shown).toEqual([
    `tenhertz_fabric_marked_frames_per_second{mark="ce"} ${3 * PPS}`,
    `tenhertz_fabric_marked_frames_per_second{mark="cnp"} ${2 * PPS}`,
    `tenhertz_fabric_marked_frames_per_second{mark="trimmed"} ${3 * PPS}`,
  ]);
});

it('has none and room above where nothing is marked, and null where no link is known to be one of the edge', async () => {
  const {get, give, fabric} = await makeHarness();
  const unknown = {framesPerSecond: null, low: null, high: null};
  const marks = async () => (await get('/api/v1/fabric')).json.marks;
  expect(await marks()).toEqual({ce: unknown, cnp: unknown, trimmed: unknown});
  for (let bin = T; bin < T + 40; bin++) give(bin + 1, {rows: [{bin, side: OUT, roce: [1_000]}]});
  const {ce} = await marks();
  expect([ce.framesPerSecond, ce.low]).toEqual([0, 0]);
  expect(ce.high).toBeGreaterThan(500);
  expect(fabric.roles.counts.edge).toBe(1);
});
