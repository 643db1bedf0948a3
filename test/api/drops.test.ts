import {expect, it} from 'vitest';
import {AGENT, T} from '../support/partial-builder.ts';
import {makeHarness} from './harness.ts';

const LINK = `${AGENT}~9`;

it('answers with what was dropped, why, whose it was, and what nobody told of', async () => {
  const {get, give} = await makeHarness();
  give(T);
  give(T + 10, {
    drops: [
      {output: 9, source: '10.1.0.1', destination: '10.1.0.2', destQp: 17, frames: 4},
      {output: 9, source: '10.1.0.3', destination: '10.1.0.2', destQp: 17, frames: 2},
      {input: 3, reason: 999},
    ],
    dropSources: [{notifications: 7, suppressed: 60}],
    counters: [
      {port: 9, time: T * 100, elapsedMs: 1_000, inDiscards: 250},
      {port: 8, elapsedMs: 1_000, inDiscards: 0},
    ],
  });
  give(T + 20);
  const {status, json} = await get('/api/v1/drops');
  expect(status).toBe(200);
  expect(json.window).toBe(2);
  expect(json.reasons).toEqual([
    {
      ...{reason: 'no_buffer_space', code: 259, samples: 6, framesPerSecond: 3, bitsPerSecond: 24_000},
      ...{lastSeen: (T + 10) * 100, links: [{link: LINK, samples: 6}]},
    },
    expect.objectContaining({reason: 'reason_999', code: 999, samples: 1, links: [{link: `${AGENT}~3`, samples: 1}]}),
  ]);
  expect(json.flows).toHaveLength(3);
  expect(json.flows[0]).toMatchObject({agent: AGENT, link: LINK, source: '10.1.0.1', destQp: 17, frames: 4});
  expect(json.flows[2]).toMatchObject({source: null, isRoce: false, destQp: null});
  expect(json.agents).toEqual([{agent: AGENT, notifications: 7, suppressed: 60, missing: 0}]);
  expect(json.discards).toEqual([{link: LINK, time: T * 100, inDiscardsPerSecond: 250, outDiscardsPerSecond: null}]);

  expect((await get('/api/v1/drops?top=1')).json).toMatchObject({otherFlows: 2, flows: [{frames: 4}]});
  const other = (await get(`/api/v1/drops?link=${AGENT}~3`)).json;
  expect([other.reasons.length, other.flows.length, other.discards.length]).toEqual([1, 1, 0]);
  expect((await get('/api/v1/drops?agent=10.9.9.9')).json).toMatchObject({reasons: [], flows: [], agents: []});
  expect((await get('/api/v1/drops?top=0')).status).toBe(400);

  const {text} = await get('/metrics');
  expect(text).toContain('tenhertz_drop_notifications_total{reason="no_buffer_space"} 6');
  expect(text).toContain('tenhertz_drop_notifications_total{reason="unnamed"} 1');
  expect(text).toContain('tenhertz_drop_notifications_suppressed_total 60');
});

it('answers with nothing before anything came', async () => {
  const {get} = await makeHarness();
  expect((await get('/api/v1/drops')).json).toEqual({
    ...{finalBefore: 0, window: 1, reasons: [], flows: [], otherFlows: 0, agents: [], discards: []},
  });
});
