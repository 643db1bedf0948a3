import {describe, expect, it} from 'vitest';
import {parseTopology} from '../../src/fabric/wiring/topology-parse.ts';
import {T} from '../support/partial-builder.ts';
import {promtoolCheck} from '../support/prometheus.ts';
import {makeHarness} from './harness.ts';

const LEAF = '10.0.0.1';
const OTHER = '10.0.0.2';
/** A wire between port 9 of one switch and port 1 of the other; all else leads to hosts. */
const TOPOLOGY = {
  nodes: {leaf: {agent: LEAF, ports: {e9: {ifindex: '9'}}}, other: {agent: OTHER, ports: {e9: {ifindex: '1'}}}},
  links: {one: {node1: 'leaf', port1: 'e9', node2: 'other', port2: 'e9'}},
};

/** Counters of two seconds: bytes in two and six, discards. */
async function counted() {
  const harness = await makeHarness();
  const elapsedMs = 2_000;
  harness.give(T + 1, {
    rows: [{bin: T, port: 1, roce: [1_000]}],
    counters: [
      {agent: LEAF, port: 1, speed: 1e9, elapsedMs, inOctets: 2e6, outOctets: 5e7, outDiscards: 8, time: T * 100},
      {agent: LEAF, port: 9, speed: 1e9, elapsedMs, inOctets: 6e6, outOctets: 2e6, time: T * 100 - 5_000},
      {agent: OTHER, port: 1, speed: 1e10, elapsedMs, inOctets: 4e6, outOctets: 2e6, time: T * 100},
    ],
    heard: [{agent: LEAF, at: T * 100, flowSamples: 9, missingFlowSamples: 2}],
  });
  return harness;
}

describe("sFlow-RT's paths", () => {
  it('tell one record a metric, with the data source of the extreme', async () => {
    const {get} = await counted();
    const {json} = await get('/metric/ALL/ifinoctets,sum:ifinoctets,min:ifinoctets,avg:ifoututilization/json');
    expect(json).toMatchObject([
      {metricName: 'ifinoctets', metricValue: 3e6, metricN: 3, agent: LEAF, dataSource: '9'},
      {metricName: 'sum:ifinoctets', metricValue: 6e6, metricN: 3},
      {metricName: 'min:ifinoctets', metricValue: 1e6, agent: LEAF, dataSource: '1'},
      {metricName: 'avg:ifoututilization'},
    ]);
    // 200, 8 and 0.8 Mbit/s of 1, 1 and 10 Gbit/s.
    expect(json[3].metricValue).toBeCloseTo((20 + 0.8 + 0.08) / 3, 9);
    expect(json[0].lastUpdateMax - json[0].lastUpdateMin).toBe(5_000);
    expect(json[1].agent).toBeUndefined();
  });

  it('go by agents and roles', async () => {
    const {get, fabric, give} = await counted();
    const n = async (agent: string) => (await get(`/metric/${agent}/ifinoctets/json`)).json[0].metricN;
    expect([await n(LEAF), await n(`${LEAF},${OTHER}`), await n('192.0.2.1')]).toEqual([2, 3, 0]);
    fabric.wiring.set(parseTopology(TOPOLOGY));
    give(T + 20);
    expect((await get('/topology/json')).json).toEqual(TOPOLOGY);
    expect([await n('EDGE'), await n('CORE'), await n('TOPOLOGY')]).toEqual([1, 2, 3]);
  });

  it('mean by TOPOLOGY what the figures of the AI Metrics app are taken over: while roles are inferred, every port', async () => {
    const {get, fabric, give} = await counted();
    const sum = async () => (await get('/metric/TOPOLOGY/sum:ifoutdiscards/json')).json[0].metricValue;
    const ofApp = async () => (await get('/app/ai-metrics/scripts/metrics.js/metric/json')).json.discards_out;
    expect(fabric.roles.at(fabric.ports.get(`${LEAF}~9`)!.slot, fabric.newest)).toBe('unknown');
    expect((await get('/metric/TOPOLOGY/ifinoctets/json')).json[0].metricN).toBe(3);
    expect([await sum(), await ofApp()]).toEqual([4, 4]);
    fabric.wiring.set(parseTopology({...TOPOLOGY, nodes: {leaf: TOPOLOGY.nodes.leaf}, links: {}}));
    give(T + 20);
    expect([await sum(), await ofApp()]).toEqual([4, 4]);
    expect((await get('/metric/TOPOLOGY/ifinoctets/json')).json[0].metricN).toBe(2);
  });

  it('dump values one by one, and an agent by its data sources', async () => {
    const {get} = await counted();
    expect((await get(`/dump/${OTHER}/ifspeed,ifindex/json`)).json).toMatchObject([
      {agent: OTHER, dataSource: '1', metricName: 'ifspeed', metricValue: 1e10},
      {agent: OTHER, dataSource: '1', metricName: 'ifindex', metricValue: 1},
    ]);
    const {json} = await get(`/metric/${LEAF}/json`);
    expect(json).toMatchObject({'1.ifinoctets': 1e6, '9.ifinoctets': 3e6, '1.ifoutdiscards': 4, '1.ifindex': 1});
  });

  it('answer 404 for what is not there', async () => {
    const {get} = await counted();
    for (const path of [
      '/metric/192.0.2.1/json',
      '/metric/ALL/load_one/json',
      '/metric/ALL/q9:ifinoctets/json',
      '/dump/ALL/nothing/json',
      ...['constructor', 'toString', '__proto__', 'constructor:ifspeed', 'max:valueOf'].map(
        (name) => `/metric/ALL/${name}/json`,
      ),
      '/dump/ALL/__proto__/json',
      '/prometheus/metrics/ALL/hasOwnProperty/txt',
      '/prometheus/metrics/ALL/nothing/txt',
      '/topology/json',
      '/flows/json',
    ]) {
      const {status, json} = await get(path);
      expect([path, status, json.title]).toEqual([path, 404, 'Not Found']);
    }
  });

  it('tell Prometheus the same, and agents and the version', async () => {
    const {get} = await counted();
    const {text, headers} = await get('/prometheus/metrics/ALL/ALL/txt');
    expect(headers['content-type']).toMatch(/^text\/plain/);
    expect(text).toContain(`sflow_ifinoctets{agent="${LEAF}",datasource="9",host="${LEAF}",ifname=""} 3000000\n`);
    expect(text).not.toContain('sflow_ifname');
    expect(promtoolCheck(text)).toBe('');
    const agents = (await get('/agents/json')).json;
    expect(agents[LEAF]).toMatchObject({sFlowFlowSamples: 9, sFlowFlowLostSamples: 2});
    const version = await get('/version');
    expect([version.text, version.headers['content-type']]).toEqual(['1.2.3', expect.stringMatching(/^text\/plain/)]);
  });
});
