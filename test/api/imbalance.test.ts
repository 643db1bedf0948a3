import {expect, it} from 'vitest';
import type {GroupReport, ImbalanceReport} from '../../src/analysis/imbalance/imbalance-engine.ts';
import {makeHarness} from './harness.ts';

const group: GroupReport = {
  ...{id: '10.0.0.1~uplinks', agent: '10.0.0.1', name: 'uplinks', why: 'by the topology', verdict: 'few-flows'},
  links: [
    {id: '10.0.0.1~1', bitsPerSecond: 6e10, low: 5.9e10, high: 6.1e10, share: 0.75},
    {id: '10.0.0.1~2', bitsPerSecond: 2e10, low: 1.9e10, high: 2.1e10, share: 0.25},
  ],
  ...{samples: 4_000, cv: 0.5, cvLow: 0.47, cvHigh: 0.53, pValue: 1e-200},
  hashing: {flows: 3, expectedCv: 0.58},
  collisions: [
    {
      ...{link: '10.0.0.1~1', utilisation: 1.1, sibling: '10.0.0.1~2'},
      flows: [{source: '10.9.0.1', destination: '10.9.0.2', destQp: 17, bitsPerSecond: 3e10}],
    },
  ],
};
const quiet: GroupReport = {
  ...{...group, id: '10.0.0.2~uplinks', agent: '10.0.0.2', verdict: 'unknown', samples: 0, collisions: []},
  ...{cv: null, cvLow: null, cvHigh: null, pValue: null, hashing: {flows: null, expectedCv: 0}},
};

it('answers with the groups as they were looked at, and with none before', async () => {
  const imbalance: {report: ImbalanceReport | undefined} = {report: undefined};
  const {get} = await makeHarness({imbalance});
  expect((await get('/api/v1/imbalance')).json).toEqual({
    finalBefore: 0,
    time: null,
    window: 10,
    groups: [],
    rails: [],
  });
  expect((await get('/metrics')).text).not.toContain('tenhertz_imbalance_cv{');

  imbalance.report = {time: 1_700_000_000_000, groups: [group, quiet]};
  const {status, json} = await get('/api/v1/imbalance');
  expect(status).toBe(200);
  expect(json).toEqual({finalBefore: 0, time: 1_700_000_000_000, window: 10, groups: [group, quiet], rails: []});
  const {text} = await get('/metrics');
  expect(text).toContain('tenhertz_imbalance_cv{agent="10.0.0.1",group="uplinks"} 0.5');
  expect(text).not.toContain('tenhertz_imbalance_cv{agent="10.0.0.2"');
  expect(text).toContain('tenhertz_imbalance_expected_cv{agent="10.0.0.1",group="uplinks"} 0.58');
  expect(text).toContain('tenhertz_elephant_collisions{agent="10.0.0.1",group="uplinks"} 1');
});

it('answers without an engine too', async () => {
  const {get} = await makeHarness();
  expect((await get('/api/v1/imbalance')).json.groups).toEqual([]);
});
