import {expect, it} from 'vitest';
import {AGENT, OUT, T} from '../support/partial-builder.ts';
import {promtoolCheck} from '../support/prometheus.ts';
import {needs} from '../support/tools.ts';
import {type Harness, makeHarness} from './harness.ts';

const LINK = `${AGENT}~7`;

function feed({give}: Harness): void {
  give(T);
  give(T + 10, {
    rows: [{bin: T + 9, port: 7, side: OUT, roce: [1_000]}],
    queues: [
      {port: 7, queue: 3, depth: 8, samples: 9},
      {port: 7, queue: 3, depth: 12, samples: 1},
      {port: 7, queue: 3, delay: 2_000},
      {port: 8, queue: 0xffffffff, delay: 15},
    ],
    queueFlows: [{port: 7, queue: 3, source: '10.1.0.1', destination: '10.1.0.2', destQp: 17, samples: 10, depths: 84}],
  });
  give(T + 20);
}

it('answers with the queues, and who stood in them', async () => {
  const harness = await makeHarness();
  const {get} = harness;
  feed(harness);
  const {status, json} = await get('/api/v1/queues');
  expect(status).toBe(200);
  expect(json).toMatchObject({window: 2, otherPorts: 0, otherFlows: 0});
  expect(json.ports).toEqual([
    {
      ...{agent: AGENT, link: LINK, name: 'ifIndex 7', queue: 3},
      depth: {p50: 8, p90: 8, p99: 12, max: 12, samples: 10},
      delay: expect.objectContaining({max: 2_000, samples: 1}),
    },
    {
      ...{agent: AGENT, link: `${AGENT}~8`, name: 'ifIndex 8', queue: null, depth: null},
      delay: {p50: 15, p90: 15, p99: 15, max: 15, samples: 1},
    },
  ]);
  expect(json.flows).toEqual([
    {
      ...{agent: AGENT, link: LINK, queue: 3, source: '10.1.0.1', destination: '10.1.0.2', isRoce: true, destQp: 17},
      ...{samples: 10, meanDepth: 8.4},
    },
  ]);
  expect((await get('/api/v1/queues?top=1')).json).toMatchObject({ports: [{link: LINK}], otherPorts: 1});
  expect((await get(`/api/v1/queues?link=${AGENT}~8`)).json).toMatchObject({ports: [{queue: null}], flows: []});
  expect((await get('/api/v1/queues?top=x')).status).toBe(400);
});

it('tells Prometheus of the queues of links that are told of one by one', async () => {
  const harness = await makeHarness();
  feed(harness);
  const {text} = await harness.get('/metrics');
  const labels = `link="${LINK}",name="ifIndex 7",queue="3"`;
  expect(text).toContain(`tenhertz_queue_depth_bytes{${labels},percentile="p99"} 12`);
  expect(text).toMatch(new RegExp(`tenhertz_queue_delay_seconds\\{${labels},percentile="max"\\} 0.000002`));
  expect(text).not.toContain('queue="unknown"');
  harness.context.metricsLinks = 0;
  expect((await harness.get('/metrics')).text).not.toContain('tenhertz_queue_depth_bytes{');
});

needs('prometheus')('promtool', () => {
  it('has nothing to say about them', async () => {
    const harness = await makeHarness();
    feed(harness);
    expect(promtoolCheck((await harness.get('/metrics')).text)).toBe('');
  });
});
