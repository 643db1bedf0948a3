import {expect, it} from 'vitest';
import {AGENT, OUT, T} from '../support/partial-builder.ts';
import {promtoolCheck} from '../support/prometheus.ts';
import {needs} from '../support/tools.ts';
import {type Harness, makeHarness} from './harness.ts';

const LINK = `${AGENT}~1`;

function feed({give}: Harness): void {
  give(T);
  give(T + 10, {
    rows: [{bin: T + 9, port: 1, side: OUT, roce: [1_000]}],
    gauges: [
      {metric: 'pfc-requests', value: 500, elapsedMs: 10_000},
      {metric: 'optics-rx-power', lane: 3, value: 400},
      {metric: 'optics-temperature', source: 8, value: 38_500},
      {metric: 'gpu-installed', sourceClass: 2, value: 8},
      {metric: 'host-cpus', agent: '10.0.0.2', sourceClass: 2, value: 64},
    ],
  });
  give(T + 20);
}

it('answers with the last values of ports and devices', async () => {
  const harness = await makeHarness();
  const {get} = harness;
  feed(harness);
  const {status, json} = await get('/api/v1/counters');
  expect(status).toBe(200);
  expect(json.others).toBe(0);
  const time = (T + 10) * 100;
  const port = {agent: AGENT, link: LINK, device: null};
  expect(json.counters.slice(0, 2)).toEqual([
    {
      ...port,
      ...{metric: 'pfc-requests', meaning: 'PFC requests, all priorities', unit: 'frames/s', kind: 'rate'},
      ...{lane: null, value: 50, time},
    },
    {
      ...port,
      metric: 'optics-rx-power',
      meaning: 'light received',
      unit: 'watts',
      kind: 'gauge',
      lane: 3,
      value: 0.0004,
      time,
    },
  ]);
  expect(json.counters[3]).toMatchObject({link: null, device: '2:1', metric: 'gpu-installed', value: 8});
  expect((await get('/api/v1/counters?agent=10.0.0.2')).json.counters).toHaveLength(1);
  expect((await get('/api/v1/counters?metric=pfc-requests')).json.counters).toHaveLength(1);
  expect((await get('/api/v1/counters?metric=pfc-requests,gpu-installed')).json.counters).toHaveLength(2);
  expect((await get('/api/v1/counters?top=2')).json).toMatchObject({others: 3});
  expect((await get('/api/v1/counters?top=no')).status).toBe(400);

  const {gauges} = (await get(`/api/v1/links/${LINK}`)).json;
  expect(gauges.map(({metric}: {metric: string}) => metric)).toEqual(['pfc-requests', 'optics-rx-power']);
});

it('tells Prometheus of devices, and of the links that are told of one by one', async () => {
  const harness = await makeHarness();
  feed(harness);
  const {text} = await harness.get('/metrics');
  const labels = `agent="${AGENT}",link="${LINK}",name="ifIndex 1"`;
  expect(text).toContain(`tenhertz_pfc_requests_frames_per_second{${labels}} 50`);
  expect(text).toContain(`tenhertz_optics_rx_power_watts{${labels},lane="3"} 0.0004`);
  expect(text).toContain('tenhertz_host_cpus{agent="10.0.0.2",device="2:1"} 64');
  // That port has no samples.
  expect(text).not.toContain('tenhertz_optics_temperature_celsius{');
  harness.context.metricsLinks = 0;
  const bounded = (await harness.get('/metrics')).text;
  expect(bounded).not.toContain('tenhertz_pfc_requests_frames_per_second{');
  expect(bounded).toContain('tenhertz_gpu_installed_devices{');
});

it('tells Prometheus how many storms of pause frames an agent has found, of all agents', async () => {
  const harness = await makeHarness();
  harness.give(T, {gauges: [{metric: 'pfc-requests', value: 5}]});
  expect((await harness.get('/metrics')).text).toContain(`tenhertz_agent_pfc_storms_total{agent="${AGENT}"} 0\n`);
  for (const bins of [1, 2]) harness.give(T + bins, {gauges: [{metric: 'pfc-storms-detected', value: bins}]});
  expect((await harness.get('/metrics')).text).toContain(`tenhertz_agent_pfc_storms_total{agent="${AGENT}"} 3\n`);
});

needs('prometheus')('promtool', () => {
  it('has nothing to say about them', async () => {
    const harness = await makeHarness();
    feed(harness);
    expect(promtoolCheck((await harness.get('/metrics')).text)).toBe('');
  });
});
