/** A fabric with all faces on it, fed by Partials under a clock that stands still. */
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {FastifyInstance, InjectOptions} from 'fastify';
import {onTestFinished} from 'vitest';
import type {Thresholds} from '../../src/analysis/thresholds/thresholds.ts';
import type {Context} from '../../src/api/context.ts';
import {LIVE_LIMITS, type LiveLimits} from '../../src/api/live/route.ts';
import {type Api, makeApi} from '../../src/api/server.ts';
import {ManualClock} from '../../src/clock.ts';
import {Fabric} from '../../src/fabric/fabric.ts';
import type {State} from '../../src/history/state.ts';
import {type Content, PartialBuilder} from '../support/partial-builder.ts';

export const TOKEN = 'correct horse battery staple';

export interface Harness extends Api {
  fabric: Fabric;
  context: Context;
  builder: PartialBuilder;
  /** Applies a Partial and tells the live socket, as the server does. */
  give(watermark: number, content?: Content): void;
  get(url: string, headers?: InjectOptions['headers']): Promise<Answer>;
}

export interface Answer {
  status: number;
  headers: Record<string, unknown>;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what an answer holds is what the test is about
  json: any;
}

export interface HarnessOptions extends Partial<Context> {
  limits?: Partial<LiveLimits>;
  makeState?: (fabric: Fabric) => State;
  makeThresholds?: (fabric: Fabric) => Thresholds;
}

export async function makeHarness(options: HarnessOptions = {}): Promise<Harness> {
  const {limits, makeState, makeThresholds, ...overrides} = options;
  const fabric = new Fabric({depth: 600, flows: 100});
  const context: Context = {
    fabric,
    info: {
      version: '1.2.3',
      demo: false,
      source: 'udp',
      receiver: 'dgram',
      udpPort: 6343,
      addresses: ['192.0.2.9'],
      receiveBufferBytes: 425_984,
      ready: true,
    },
    token: undefined,
    anyHost: false,
    metricsLinks: 10,
    ...overrides,
    ...(makeState ? {state: makeState(fabric)} : {}),
    ...(makeThresholds ? {thresholds: makeThresholds(fabric)} : {}),
  };
  const webRoot = mkdtempSync(join(tmpdir(), 'tenhertz-web-'));
  writeFileSync(join(webRoot, 'index.html'), '<!doctype html><title>page</title>');
  const clock = new ManualClock();
  const api = await makeApi(context, clock, webRoot, {...LIVE_LIMITS, ...limits});
  onTestFinished(async () => {
    await api.server.close();
    rmSync(webRoot, {recursive: true});
  });
  const builder = new PartialBuilder();
  return {
    ...api,
    fabric,
    context,
    builder,
    give(watermark, content) {
      clock.set(watermark * 100 + 5);
      const advance = fabric.apply(builder.next(watermark, content));
      if (advance) api.hub.advance(advance);
    },
    get: (url, headers) => inject(api.server, {url, headers: {host: '127.0.0.1:8008', ...headers}}),
  };
}

export async function inject(server: FastifyInstance, options: InjectOptions): Promise<Answer> {
  const {statusCode, headers, payload} = await server.inject(options);
  const isJson = /json/.test(String(headers['content-type']));
  return {status: statusCode, headers, text: payload, json: isJson ? JSON.parse(payload) : undefined};
}
