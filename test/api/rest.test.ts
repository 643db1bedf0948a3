import {describe, expect, it} from 'vitest';
import {Count} from '../../src/account/ledger.ts';
import {QUARTER_SAMPLE, weightedPoissonBand} from '../../src/shared/band.ts';
import {AGENT, type Content, IN_DERIVED, OUT, T} from '../support/partial-builder.ts';
import {type Harness, makeHarness} from './harness.ts';

const ID = `${AGENT}~1`;
/** One sample of 1,000 bytes at 1-in-1,000 in a bin. */
const ONE_BIN = 1_000 * 1_000 * 8 * 10;

/** Forty bins, one RoCEv2 sample of 1,000 bytes in each, and 500 bytes of other traffic sent. */
async function fed(options?: Parameters<typeof makeHarness>[0]): Promise<Harness> {
  const harness = await makeHarness(options);
  for (let bin = T; bin < T + 40; bin++) {
    const content: Content = {
      rows: [
        {bin, roce: [1_000]},
        {bin, side: OUT, other: [500]},
      ],
    };
    harness.give(bin + 1, content);
  }
  return harness;
}

describe('before anything was received', () => {
  it.each(['/api/v1/fabric', '/api/v1/fabric/series', '/api/v1/links', '/api/v1/flows', '/api/v1/agents', '/metrics'])(
    '%s answers without data',
    async (url) => {
      const {get} = await makeHarness();
      const {status, json} = await get(url);
      expect(status).toBe(200);
      if (json) expect(json.finalBefore).toBe(0);
    },
  );

  it('figures are null, never zero', async () => {
    const {get} = await makeHarness();
    const {json} = await get('/api/v1/fabric');
    const none = {bitsPerSecond: null, low: null, high: null, framesPerSecond: null, framesLow: null, samples: null};
    expect(json).toMatchObject({bin: null, time: null, agents: 0, complete: true, links: 0, roce: none, all: none});
    expect((await get('/api/v1/fabric/series')).json).toMatchObject({start: -60_000, step: 100, unit: 'bit/s'});
    expect((await get('/api/v1/health')).json).toMatchObject({status: 'waiting', receiver: 'dgram'});
  });
});

describe('/api/v1/fabric', () => {
  it('is the mean of the last settled two seconds', async () => {
    const {get, fabric} = await fed();
    const {json} = await get('/api/v1/fabric');
    const band = weightedPoissonBand(20e6, 20e12, 1e6);
    // Frames of one rate are known as well as bytes of one length, but for what their band is drawn in by.
    const frames = weightedPoissonBand(20e3, 20e6, 1e3, QUARTER_SAMPLE);
    expect(json).toMatchObject({
      finalBefore: fabric.finalBin * 100,
      bin: fabric.finalBin - 1,
      time: (fabric.finalBin - 1) * 100,
      ...{agents: 1, agentsMissing: [], complete: true, links: 1, edgeLinks: 1, unknownShare: 0},
      rolesFrom: 'single switch',
    });
    expect(json.roce).toEqual({
      bitsPerSecond: ONE_BIN,
      low: (band.low * 8) / 2,
      high: (band.high * 8) / 2,
      framesPerSecond: 10_000,
      framesLow: expect.closeTo(frames.low / 2, 6),
      framesHigh: expect.closeTo(frames.high / 2, 6),
      samples: 20,
    });
    expect(json.all.bitsPerSecond).toBe(ONE_BIN);
  });

  it('takes a window, and only of what is held', async () => {
    const {get, fabric} = await fed();
    expect((await get('/api/v1/fabric?window=500ms')).json.roce.samples).toBe(5);
    expect((await get('/api/v1/fabric?window=5m')).json.roce).toMatchObject({
      samples: fabric.finalBin - T,
      bitsPerSecond: ONE_BIN,
    });
  });

  it.each(['0s', '50ms', '5', '-2s', 'two', '', '1e3s', '6m', '99999999h'])(
    'refuses a window of %j',
    async (window) => {
      const {get} = await fed();
      const {status, headers, json} = await get(`/api/v1/fabric?window=${window}`);
      expect(status).toBe(400);
      expect(headers['content-type']).toMatch(/^application\/problem\+json/);
      expect(json.detail).toMatch(/^window: /);
    },
  );

  it('leaves out what enters where roles are unknown, and tells how much that is', async () => {
    const {get, give} = await fed();
    for (let bin = T + 40; bin < T + 80; bin++) {
      const rows = [
        {bin, roce: [1_000]},
        {bin, agent: '10.0.0.2', roce: [1]},
      ];
      give(bin + 1, {rows});
    }
    const {json} = await get('/api/v1/fabric');
    expect(json).toMatchObject({edgeLinks: 0, rolesFrom: 'unknown', unknownShare: 1, agents: 2});
    expect(json.roce).toMatchObject({bitsPerSecond: null, samples: null});
    expect(json.roles).toMatchObject({
      edge: {links: 0, roce: {bitsPerSecond: null}},
      unknown: {links: 2, roce: {bitsPerSecond: expect.closeTo(ONE_BIN * 1.001, 3)}},
    });
    expect((await get('/metrics')).text).toContain('tenhertz_unknown_role_share 1\n');
  });
});

describe('series', () => {
  it('have a value, a band and samples for every bin, empty ones included', async () => {
    const {get, give, fabric} = await fed();
    give(T + 41, {heard: [{agent: AGENT, at: (T + 40) * 100}]});
    give(T + 42);
    const {json} = await get(`/api/v1/fabric/series?from=${(T - 2) * 100}&to=${(T + 42) * 100}`);
    expect(json).toMatchObject({start: (T - 2) * 100, step: 100, unit: 'bit/s', finalBefore: fabric.finalBin * 100});
    const columns: (number | null)[][] = [json.values, json.low, json.high, json.samples, json.unconfirmed];
    expect(columns.map((column) => column.length)).toEqual([44, 44, 44, 44, 44]);
    expect(columns.map((column) => column[0])).toEqual([null, null, null, null, 0]);
    expect(json.values.slice(2, 42)).toEqual(Array(40).fill(ONE_BIN));
    expect(columns.map((column) => column[42])).toEqual([0, 0, expect.any(Number), 0, 0]);
    expect(json.high[42] / (-Math.log(0.025) * 1e6 * 80)).toBeCloseTo(1, 9);
    expect([json.values[43], json.samples[43], json.unconfirmed[43]]).toEqual([0, 0, 1]);
  });

  it('with larger steps are means with the lowest and the highest bin', async () => {
    const {get, give} = await fed();
    give(T + 41, {rows: [{bin: T + 40, roce: [1_000, 1_000, 1_000]}]});
    give(T + 44, {heard: [{agent: AGENT, at: (T + 43) * 100}]});
    const {json} = await get(`/api/v1/fabric/series?from=${(T + 38) * 100}&to=${(T + 44) * 100}&step=300`);
    // Steps start at multiples of 300 ms.
    const first = Math.floor((T + 38) / 3) * 3;
    expect(json.start).toBe(first * 100);
    const bins = (bin: number) => (bin < T + 40 ? 1 : bin === T + 40 ? 3 : bin < T + 44 ? 0 : null);
    json.values.forEach((value: number | null, i: number) => {
      const inStep = [0, 1, 2].map((j) => bins(first + 3 * i + j)).filter((count) => count !== null);
      expect(value).toBeCloseTo((inStep.reduce<number>((a, b) => a + b, 0) / inStep.length) * ONE_BIN, 3);
      expect(json.min[i]).toBe(Math.min(...inStep) * ONE_BIN);
      expect(json.max[i]).toBe(Math.max(...inStep) * ONE_BIN);
    });
  });

  it('of links go by direction and measure', async () => {
    const {get} = await fed();
    const span = `from=${T * 100}&to=${(T + 40) * 100}`;
    const values = async (query: string) =>
      (await get(`/api/v1/links/${ID}/series?${span}&${query}`)).json.values.at(-1);
    expect(await values('')).toBe(ONE_BIN);
    expect(await values('direction=out')).toBe(0);
    expect(await values('direction=out&measure=all')).toBe(ONE_BIN / 2);
  });

  it('reach a minute back unless asked otherwise', async () => {
    const {get, fabric} = await fed();
    const {json} = await get('/api/v1/fabric/series');
    expect([json.start, json.values.length]).toEqual([fabric.time - 60_000, 600]);
    const {json: last} = await get('/api/v1/fabric/series?from=-1s');
    expect(last.values).toEqual(Array(10).fill(ONE_BIN));
    expect((await get('/api/v1/fabric/series?from=-2s&to=-1s')).json.values).toHaveLength(10);
  });

  it('of no time are empty', async () => {
    const {get} = await fed();
    expect((await get(`/api/v1/fabric/series?from=${T * 100}&to=${T * 100}`)).json.values).toEqual([]);
  });

  it.each([
    'step=150',
    'step=0',
    'step=-100',
    'step=99.5',
    'step=NaN',
    'step=1e400',
    'step=1e12',
    'from=yesterday',
    'from=',
    'from=NaN',
    'from=Infinity',
    'from=1e400',
    'from=-60',
    'from=-1s&to=-2s',
    'from=0',
    'from=-1e300',
    'measure=tcp',
    'direction=up',
  ])('refuse %s', async (query) => {
    const {get} = await fed();
    const {status, headers, json} = await get(`/api/v1/links/${ID}/series?${query}`);
    expect(status).toBe(400);
    expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(json).toMatchObject({type: 'about:blank', title: 'Bad Request', status: 400});
  });

  it.each([
    ['measure=ce', /measure must be one of roce, all$/],
    ['direction=up', /direction must be one of in, out$/],
    [`from=${T / 10}`, /^from: \d+ is epoch seconds/],
  ])('say what there is to choose from, and what is meant: %s', async (query, detail) => {
    const {get} = await fed();
    const {status, json} = await get(`/api/v1/links/${ID}/series?${query}`);
    expect([status, json.detail]).toEqual([400, expect.stringMatching(detail)]);
  });

  it('take huge steps at the cost of what is held', async () => {
    const {get} = await fed();
    const {json} = await get('/api/v1/fabric/series?from=0&step=31536000000');
    expect(json.values.filter((value: number | null) => value !== null)).toEqual([ONE_BIN]);
  });
});

describe('links', () => {
  it('have speed, name, basis, counters and both directions', async () => {
    const {get, give} = await fed();
    give(T + 41, {
      rows: [{bin: T + 40, port: 2, side: IN_DERIVED, source: 1, roce: [100]}],
      counters: [{speed: 100e9, elapsedMs: 1_000, inOctets: 125}],
      names: [{port: 1, name: 'swp1'}],
    });
    const {json} = await get('/api/v1/links');
    expect(json.links).toHaveLength(2);
    expect(json.links[0]).toMatchObject({
      ...{id: ID, agent: AGENT, ifIndex: 1, name: 'swp1', role: 'edge', speed: 100e9, wire: null, peer: null},
      basis: {in: 'measured', out: 'measured'},
      in: {roce: {bitsPerSecond: ONE_BIN}, all: {bitsPerSecond: ONE_BIN}},
      out: {roce: {bitsPerSecond: 0, low: 0}, all: {bitsPerSecond: ONE_BIN / 2}},
      counters: {inOctetsPerSecond: 125, outOctetsPerSecond: null},
    });
    expect(json.links[1]).toMatchObject({name: 'ifIndex 2', speed: null, basis: {in: 'derived'}, counters: null});
    const {json: one} = await get(`/api/v1/links/${ID}`);
    expect(one).toEqual({finalBefore: json.finalBefore, ...json.links[0], gauges: []});
    expect((await get('/api/v1/links?window=500ms')).json.links[0].in.roce.samples).toBe(5);
    expect((await get(`/api/v1/links?agent=${AGENT}`)).json.links.length).toBeGreaterThan(0);
    expect((await get('/api/v1/links?agent=10.9.9.9')).json.links).toEqual([]);
  });

  it.each(['/api/v1/links/10.9.9.9~1', `/api/v1/links/10.9.9.9~1/series`, '/api/v1/nothing', '/nothing'])(
    '%s is a problem',
    async (url) => {
      const {get} = await fed();
      const {status, headers, json} = await get(url);
      expect(status).toBe(404);
      expect(headers['content-type']).toMatch(/^application\/problem\+json/);
      expect(json.status).toBe(404);
    },
  );

  it.each([
    ['a broken escape', '/api/v1/links/%ZZ', [400]],
    ['an endless id', `/api/v1/links/${'x'.repeat(300)}`, [404, 414]],
  ])('%s is a problem too', async (_, url, allowed) => {
    const {get} = await fed();
    const {status, headers, json} = await get(url);
    expect(allowed).toContain(status);
    expect(json.status).toBe(status);
    expect(headers['content-type']).toMatch(/^application\/problem\+json/);
  });
});

it('lets others have their turn while it reads many links over a long window', async () => {
  const {get, give} = await makeHarness();
  const rows = Array.from({length: 300}, (_, i) => ({bin: T, port: i + 1, roce: [1_000]}));
  give(T + 1, {rows});
  for (let bin = T + 1; bin < T + 300; bin++) give(bin + 1, {rows: [{bin, port: 1, roce: [1_000]}]});
  /** Turns of the event loop while it is answered. */
  const turns = async (window: string) => {
    let count = 0;
    let isAnswered = false;
    const turn = () => {
      count++;
      if (!isAnswered) setImmediate(turn);
    };
    setImmediate(turn);
    const {json} = await get(`/api/v1/links?window=${window}`);
    isAnswered = true;
    expect(json.links).toHaveLength(300);
    return count;
  };
  const few = await turns('100ms');
  expect(await turns('30s')).toBeGreaterThanOrEqual(few + 3);
});

describe('/api/v1/flows', () => {
  it('gives the largest', async () => {
    const {get, give} = await fed();
    const flow = {source: '10.1.0.1', destination: '10.1.0.2', lengths: [2_000], operations: 1};
    give(T + 41, {isSecond: true});
    give(T + 51, {flows: [flow, {...flow, destQp: 5, lengths: [1_000]}, {...flow, destQp: 6, lengths: [100]}]});
    const {json} = await get('/api/v1/flows?top=2');
    expect(json.window).toBe(1);
    expect(json.flows).toHaveLength(2);
    expect(json.flows[0]).toEqual({
      ...{source: '10.1.0.1', destination: '10.1.0.2', destQp: 17, dscp: 26, bitsPerSecond: 16e6, samples: 1},
      ...{low: expect.any(Number), high: expect.any(Number), operationsPerSecond: 1_000, ce: 0, cnpPerSecond: 0},
      // One sample of one.
      ...{operationsLow: expect.closeTo(43.6, 1), operationsHigh: expect.closeTo(5_121, 0)},
      ...{ceLow: 0, ceHigh: expect.closeTo(0.79, 2), cnpLow: 0, cnpHigh: expect.closeTo(3_689, 0)},
      ...{packetsByPsn: null, retransmissions: 0},
      links: [ID],
    });
    expect(json.other).toMatchObject({flows: 1, bitsPerSecond: 800_000});
    expect(json.other.low).toBeGreaterThan(0);
    expect(json.other.low).toBeLessThan(800_000);
    expect(json.other.high).toBeGreaterThan(800_000);
    expect((await get('/api/v1/flows?host=10.1.0.9')).json.flows).toEqual([]);
    expect((await get(`/api/v1/flows?link=${ID}`)).json.flows).toHaveLength(3);
  });

  it.each(['top=0', 'top=10001', 'top=x'])('refuses %s', async (query) => {
    const {get} = await fed();
    expect((await get(`/api/v1/flows?${query}`)).status).toBe(400);
  });
});

describe('/api/v1/agents', () => {
  it('is not complete while samples find no room', async () => {
    const {get, give} = await fed();
    give(T + 41, {rows: [{bin: T + 40, roce: [100]}], counts: [[Count.RowsRefused, 1]]});
    expect((await get('/api/v1/fabric')).json).toMatchObject({complete: false, agentsMissing: []});
  });

  it('says who is present, and for how long one may be silent', async () => {
    const {get, give} = await fed();
    give(T + 41, {heard: [{agent: AGENT, at: (T + 40) * 100, received: 3, missing: 2, subAgent: 7}]});
    give(T + 42);
    const read = async () => (await get('/api/v1/agents')).json.agents[0];
    expect(await read()).toMatchObject({
      ...{address: AGENT, presence: 'present', silentAfterMs: 90_000, lastSeen: (T + 40) * 100, links: 1},
      subAgents: [{id: 0}, {id: 7, received: 3, missing: 2}],
    });
    give(T + 2_000);
    expect((await read()).presence).toBe('absent');
    expect((await get('/api/v1/fabric')).json).toMatchObject({complete: false, agentsMissing: [AGENT]});
    expect((await get('/api/v1/fabric')).json.roce.bitsPerSecond).toBeNull();
    give(T + 2_001, {counts: [[Count.DatagramsReceived, 1]]});
    expect((await get('/api/v1/health')).json.status).toBe('degraded');
  });
});

describe('/api/v1/health and probes', () => {
  it('carry the counts of the way in', async () => {
    const {get, give, context} = await makeHarness();
    context.info.ready = false;
    expect((await get('/api/v1/health')).json.status).toBe('starting');
    expect((await get('/readyz')).status).toBe(503);
    context.info.ready = true;
    give(T + 1, {
      counts: [
        [Count.DatagramsReceived, 3],
        [Count.DatagramsDecoded, 2],
        [Count.Faults + 1, 1],
      ],
    });
    const {json} = await get('/api/v1/health');
    expect(json).toMatchObject({status: 'ok', version: '1.2.3', receiveBufferBytes: 425_984});
    expect(json.waterfall).toMatchObject({datagramsReceived: 3, datagramsDecoded: 2, rowsLate: 0, partialsLost: 0});
    expect(Object.values(json.waterfall.datagramsRejected)).toEqual([1]);
    give(T + 20, {counts: [[Count.DatagramsKernelDropped, 9]]});
    expect((await get('/api/v1/health')).json.status).toBe('degraded');
    for (let bin = T + 21; bin < T + 140; bin++) give(bin);
    expect((await get('/api/v1/health')).json).toMatchObject({status: 'ok', waterfall: {kernelDropped: 9}});
    expect((await get('/livez')).text).toBe('ok\n');
    expect((await get('/readyz')).status).toBe(200);
  });
});

describe('/api/openapi.json', () => {
  it('lists every route with its parameters, answers and errors', async () => {
    const {get} = await makeHarness();
    const {json} = await get('/api/openapi.json');
    expect(json.openapi).toMatch(/^3\.1/);
    expect(json.info).toMatchObject({title: 'tenhertz', version: '1.2.3'});
    expect(Object.keys(json.paths).sort()).toEqual(
      [
        ...[
          'agents',
          'alerts',
          'congestion',
          'counters',
          'drops',
          'events',
          'fabric',
          'fabric/series',
          'flows',
          'health',
          'imbalance',
          'jobs',
          'jobs/{id}',
          'jobs/{id}/name',
          'jobs/{id}/steps',
          'links',
          'links/{id}',
          'links/{id}/series',
          'matrix',
          'names',
          'operations',
          'periods',
          'queues',
          'stragglers',
          'thresholds',
          'thresholds/{name}',
          'topology',
        ],
      ]
        .map((path) => `/api/v1/${path}`)
        .concat(
          ['metric/json', 'metric/{name}/json', 'period/json', 'prometheus/txt', 'trend/json'].map(
            (path) => `/app/ai-metrics/scripts/metrics.js/${path}`,
          ),
        )
        .concat([
          ...['/agents/json', '/dump/{agent}/{metrics}/json', '/metric/{agent}/json', '/metric/{agent}/{metrics}/json'],
          ...['/prometheus/metrics/{agent}/{metrics}/txt', '/topology/json', '/version'],
        ])
        .sort(),
    );
    for (const [url, path] of Object.entries<Record<string, never>>(json.paths)) {
      const {responses, summary} = (path['get'] ?? path['put']) as {
        responses: Record<string, {content: object}>;
        summary: string;
      };
      expect(summary).not.toBe('');
      const type = url.endsWith('/txt') || url === '/version' ? 'text/plain' : 'application/json';
      if (path['get']) expect(Object.keys(responses['200']!.content)).toEqual([type]);
      expect(Object.keys(responses['default']!.content)).toEqual(['application/problem+json']);
    }
    const parameters = json.paths['/api/v1/links/{id}/series'].get.parameters as {name: string; in: string}[];
    expect(parameters.map((parameter) => `${parameter.in} ${parameter.name}`).sort()).toEqual(
      ['path id', 'query direction', 'query from', 'query measure', 'query step', 'query to'].sort(),
    );
  });
});

describe('an error of our own making', () => {
  it('is a problem that tells nothing, and is logged', async () => {
    const lines: string[] = [];
    const {get, fabric} = await makeHarness({log: {error: (line) => lines.push(line)}});
    Object.defineProperty(fabric.agents, 'all', {
      get: () => {
        throw new Error('secret detail');
      },
    });
    const {status, headers, text} = await get('/api/v1/agents');
    expect(status).toBe(500);
    expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(text).not.toContain('secret');
    expect(lines[0]).toContain('secret detail');
  });
});
