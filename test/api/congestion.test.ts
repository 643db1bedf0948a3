import {expect, it} from 'vitest';
import type {IncastReport} from '../../src/analysis/congestion/incast-engine.ts';
import {LinkEngine} from '../../src/analysis/congestion/link-engine.ts';
import {OUT, T} from '../support/partial-builder.ts';
import {makeHarness} from './harness.ts';

const incast: IncastReport = {
  ...{
    link: '10.0.0.1~1',
    host: '10.8.0.1',
    since: 1_700_000_000_000,
    last: 1_700_000_009_000,
    bursts: 4,
    sources: 12,
    usualSources: 1,
  },
  addresses: ['10.9.0.1', '10.9.0.2'],
  ...{utilisation: 1.2, ceShare: 0.1, cnpPerFrame: 0.05, periodic: true, periodMs: 2_000},
};

it('ranks directions of links by marks, notifications and discards', async () => {
  const harness = await makeHarness();
  const links = new LinkEngine(harness.fabric);
  harness.context.congestion = {congested: (by, top) => links.congested(by, top), incasts: links.incasts};
  const data = new Array<number>(100).fill(4_178);
  for (let bin = T; bin < T + 60; bin++) {
    harness.give(bin + 1, {
      rows: [
        {bin, port: 1, roce: data, ce: 20},
        {bin, port: 2, roce: data, ce: 1},
        {bin, port: 2, side: OUT, roce: data},
        {bin, port: 3, roce: data, cnp: 40},
        {bin, port: 4, roce: data},
      ],
      counters:
        bin === T ? [{port: 1, speed: 100e9}] : bin === T + 20 ? [{port: 4, elapsedMs: 2_000, inDiscards: 500}] : [],
    });
    links.advance();
  }
  // RoCEv2 that came in has what its band is made from; where all is RoCEv2, that is the same.
  const entered = links.entering([harness.fabric.ports.get('10.0.0.1~4')!]);
  expect([entered.roceBytes, entered.roceSquares]).toEqual([entered.bytes, entered.squares]);
  expect(entered.roceSquares).toBeGreaterThan(0);
  const ids = async (query: string) => {
    const {json} = await harness.get(`/api/v1/congestion${query}`);
    return json.links.map(({id, direction}: {id: string; direction: string}) => `${id} ${direction}`);
  };
  const [first, second, notified, discarding] = ['10.0.0.1~1 in', '10.0.0.1~2 in', '10.0.0.1~3 out', '10.0.0.1~4 in'];
  expect((await ids('')).slice(0, 2)).toEqual([first, second]);
  expect((await ids('')).sort()).toEqual([first, second, notified, discarding]);
  expect(await ids('?by=ce&top=1')).toEqual([first]);
  expect(await ids('?by=cnp&top=1')).toEqual([notified]);
  expect(await ids('?by=discards&top=1')).toEqual([discarding]);
  expect((await harness.get('/api/v1/congestion?by=love')).status).toBe(400);
  expect((await harness.get('/api/v1/congestion?top=0')).status).toBe(400);

  const {json} = await harness.get('/api/v1/congestion');
  expect(json.window).toBe(10);
  const [most] = json.links;
  expect(most.ceShare).toBeCloseTo(0.2, 6);
  expect(most.ceShareLow).toBeGreaterThan(0.18);
  expect(most.ceShareHigh).toBeLessThan(0.22);
  expect(most.ceFramesPerSecond).toBeCloseTo(200_000, 0); // 20 samples a bin at 1 in 1,000
  expect(most.ceFramesLow).toBeLessThan(200_000);
  expect(most.utilisation).toBeCloseTo((100 * 1_000 * 10 * (4_178 + 20) * 8) / 100e9, 6);
  expect(most.discards).toBeNull();
  const drops = json.links.find(({id}: {id: string}) => id === '10.0.0.1~4');
  expect(drops.discards).toMatchObject({perSecond: 250, elapsedMs: 2_000});
  expect(drops.discards.ageMs).toBeGreaterThan(0);
  expect(json.links.find(({id}: {id: string}) => id === '10.0.0.1~3').cnpPerSecond).toBeCloseTo(400_000, 0);
});

it('tells of incasts in REST and Prometheus', async () => {
  const {get} = await makeHarness({congestion: {congested: () => [], incasts: {report: [incast]}}});
  expect((await get('/api/v1/congestion')).json).toEqual({finalBefore: 0, window: 10, links: [], incasts: [incast]});
  expect((await get('/metrics')).text).toContain('tenhertz_incast_sources{link="10.0.0.1~1"} 12');
});

it('answers without an engine too', async () => {
  const {get} = await makeHarness();
  expect((await get('/api/v1/congestion')).json).toEqual({finalBefore: 0, window: 10, links: [], incasts: []});
});
