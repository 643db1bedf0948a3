import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import {METRIC_IDS} from '../../src/analysis/thresholds/threshold-metrics.ts';
import {parseThresholds} from '../../src/analysis/thresholds/threshold-rules.ts';
import {Thresholds} from '../../src/analysis/thresholds/thresholds.ts';
import {State} from '../../src/history/state.ts';
import {Store} from '../../src/history/store.ts';
import {T} from '../support/partial-builder.ts';
import {promtoolCheck} from '../support/prometheus.ts';
import {type Answer, type Harness, inject, makeHarness, TOKEN} from './harness.ts';

const busy = {metric: 'roce-bits-per-second', scope: 'link', value: 1e6, clear: 5e5, for: '0s', severity: 'critical'};
const CONFIGURED = {quiet: {metric: 'roce-bits-per-second', scope: 'fabric', comparison: '<', value: 1e8}};

const send = (
  {server}: Harness,
  method: 'PUT' | 'DELETE',
  name: string,
  payload?: object,
  headers = {},
): Promise<Answer> =>
  inject(server, {
    method,
    url: `/api/v1/thresholds/${name}`,
    headers: {host: '127.0.0.1:8008', ...headers},
    ...(payload === undefined ? {} : {payload: JSON.stringify(payload)}),
  });

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'tenhertz-thresholds-'));
  onTestFinished(() => rmSync(made, {recursive: true, force: true}));
  return made;
}

/** A harness whose thresholds look at its own fabric, and are kept in a folder. */
async function harness(directory = folder(), token?: string) {
  const store = new Store(directory, (message) => expect.unreachable(message));
  const api = await makeHarness({
    token,
    makeState: (fabric) => new State(fabric, store),
    makeThresholds: (fabric) => {
      const thresholds = new Thresholds(fabric, parseThresholds(CONFIGURED));
      thresholds.put = store.read('thresholds', parseThresholds) ?? new Map();
      return thresholds;
    },
  });
  let bin = T;
  return {
    ...api,
    run(seconds: number, lengths: readonly number[]) {
      for (const end = bin + seconds * 10; bin < end; bin++) {
        api.give(bin + 1, {rows: [{bin, port: 1, roce: lengths}]});
        api.context.thresholds!.advance();
      }
    },
  };
}

describe('GET /thresholds', () => {
  it('tells the metrics there are, and the rules in force with their defaults', async () => {
    const api = await harness();
    const {json, status} = await api.get('/api/v1/thresholds');
    expect(status).toBe(200);
    expect(json.metrics.map(({id}: {id: string}) => id)).toEqual(METRIC_IDS);
    expect(json.thresholds).toEqual([
      {
        ...CONFIGURED.quiet,
        ...{name: 'quiet', direction: 'in', clear: 1e8, for: '10s', severity: 'warning', sure: true},
        ...{from: 'config', pending: 0, firing: 0},
      },
    ]);
    expect((await api.get('/api/v1/thresholds/quiet')).json).toMatchObject(json.thresholds[0]);
    expect((await api.get('/api/v1/thresholds/loud')).status).toBe(404);
  });
});

describe('PUT and DELETE /thresholds/{name}', () => {
  it('sets and removes one, and keeps them over a restart', async () => {
    const directory = folder();
    const api = await harness(directory);
    expect((await send(api, 'PUT', 'busy', busy)).status).toBe(204);
    expect((await send(api, 'PUT', 'quiet', {...CONFIGURED.quiet, value: 7})).status).toBe(204);
    const rules = async (from: Harness) =>
      (await from.get('/api/v1/thresholds')).json.thresholds.map(({name, value, from}: never) => [name, value, from]);
    const put = [
      ['busy', 1e6, 'put'],
      ['quiet', 7, 'put'],
    ];
    expect(await rules(api)).toEqual(put);
    const again = await harness(directory);
    expect(await rules(again)).toEqual(put);
    expect((await send(again, 'DELETE', 'busy')).status).toBe(204);
    expect((await send(again, 'DELETE', 'quiet')).status).toBe(204);
    expect(await rules(again)).toEqual([['quiet', 1e8, 'config']]);
    expect(await rules(await harness(directory))).toEqual([['quiet', 1e8, 'config']]);
  });

  it('names what is wrong and changes nothing', async () => {
    const api = await harness();
    const wrong = await send(api, 'PUT', 'busy', {...busy, metric: 'roce-bits', vlaue: 1});
    expect([wrong.status, wrong.json.detail]).toEqual([
      400,
      expect.stringMatching(
        /^busy\.vlaue: is not known; did you mean 'value'\?; busy\.metric: 'roce-bits' is no metric/,
      ),
    ]);
    expect((await send(api, 'PUT', 'no%20name', busy)).status).toBe(400);
    expect((await send(api, 'DELETE', 'busy')).status).toBe(404);
    const configured = await send(api, 'DELETE', 'quiet');
    expect([configured.status, configured.json.detail]).toEqual([
      400,
      "'quiet' was not put, but stands in the configuration",
    ]);
    expect((await api.get('/api/v1/thresholds')).json.thresholds).toHaveLength(1);
  });

  it('is bounded, and loses none of those that are put at once', async () => {
    const directory = folder();
    const api = await harness(directory);
    const answers = await Promise.all(Array.from({length: 64}, (_, i) => send(api, 'PUT', `t${i}`, busy)));
    expect(answers.map(({status}) => status).sort()).toEqual([...new Array(63).fill(204), 400]);
    expect((await api.get('/api/v1/thresholds')).json.thresholds).toHaveLength(64);
    expect((await (await harness(directory)).get('/api/v1/thresholds')).json.thresholds).toHaveLength(64);
    const taken = answers.findIndex(({status}) => status === 204);
    expect((await send(api, 'PUT', `t${taken}`, {...busy, value: 3, clear: 2})).status).toBe(204);
  });

  it('asks for the token and the own origin like every write', async () => {
    const api = await harness(folder(), TOKEN);
    expect((await send(api, 'PUT', 'busy', busy)).status).toBe(401);
    const bearer = {authorization: `Bearer ${TOKEN}`};
    expect((await send(api, 'PUT', 'busy', busy, {...bearer, origin: 'http://example.org'})).status).toBe(403);
    expect((await send(api, 'PUT', 'busy', busy, bearer)).status).toBe(204);
  });
});

describe('GET /alerts', () => {
  it('tells what is pending and firing, with its figure, its interval and since when', async () => {
    const api = await harness();
    await send(api, 'PUT', 'busy', busy);
    await send(api, 'PUT', 'slow', {...busy, for: '1m', severity: 'info'});
    api.run(6, [1_000, 1_000, 1_000, 1_000]);
    const {json} = await api.get('/api/v1/alerts');
    expect(json).toMatchObject({pending: 1, firing: 1, hidden: 0});
    expect(json.alerts).toEqual([
      {
        ...{
          threshold: 'busy',
          severity: 'critical',
          state: 'firing',
          metric: busy.metric,
          unit: 'bit/s',
          scope: 'link',
        },
        ...{agent: '10.0.0.1', link: '10.0.0.1~1', subject: 'ifIndex 1 of 10.0.0.1 (10.0.0.1~1), in'},
        ...{value: 320e6, low: expect.any(Number), high: expect.any(Number)},
        ...{since: expect.any(Number), firedAt: expect.any(Number)},
      },
      expect.objectContaining({threshold: 'slow', state: 'pending', firedAt: null}),
    ]);
    const [{low, high, since, firedAt}] = json.alerts;
    expect(low).toBeGreaterThan(240e6);
    expect(high).toBeLessThan(400e6);
    expect(since).toBe(firedAt);
    expect(since).toBeGreaterThan(T * 100);
    const only = async (query: string) => (await api.get(`/api/v1/alerts?${query}`)).json.alerts.length;
    expect([await only('state=firing'), await only('state=pending'), await only('limit=1')]).toEqual([1, 1, 1]);
    expect((await api.get('/api/v1/alerts?state=idle')).status).toBe(400);

    const {text} = await api.get('/metrics');
    expect(text).toContain('tenhertz_threshold_alerts{threshold="busy",severity="critical",state="firing"} 1');
    expect(text).toContain('tenhertz_threshold_alerts{threshold="slow",severity="info",state="pending"} 1');
    expect(text).toContain('tenhertz_threshold_alerts{threshold="quiet",severity="warning",state="firing"} 0');
    expect(text).toContain('tenhertz_events_total{kind="threshold-crossed"} 1');
    expect(promtoolCheck(text)).toBe('');
    const {events} = (await api.get('/api/v1/events?kind=threshold-crossed')).json;
    expect(events).toMatchObject([{threshold: 'busy', link: '10.0.0.1~1', level: 'warning'}]);

    api.run(14, []);
    expect((await api.get('/api/v1/alerts')).json.alerts.map(({threshold}: never) => threshold)).toEqual(['quiet']);
  });
});
