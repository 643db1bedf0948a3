import {afterEach, beforeAll, expect, it, vi} from 'vitest';
import {parseThresholds} from '../../src/analysis/thresholds/threshold-rules.ts';
import type {Context} from '../../src/api/context.ts';
import * as blocks from '../../src/api/live/blocks.ts';
import {LiveClient, type LiveSocket} from '../../src/api/live/client.ts';
import {type Api, makeApi} from '../../src/api/server.ts';
import {ManualClock} from '../../src/clock.ts';
import type {Topic} from '../../src/shared/live.ts';
import {ANSWER_EVERY, ANSWER_NAMES, type AnswerName} from '../../src/shared/live-answers.ts';
import {optionsOf} from '../../src/simulator/scenario.ts';
import {queues} from '../../src/simulator/scenarios/queues.ts';
import {START_MS} from '../proofs/support/pipeline.ts';
import {Simulated} from '../proofs/support/simulated.ts';
import {Engines} from '../support/engines.ts';
import {decodeFrame} from './frame-decoder.ts';
import {inject} from './harness.ts';

vi.mock('../../src/api/live/blocks.ts', {spy: true});

const SECONDS = 14;

let api: Api;
let simulated: Simulated;
let engines: Engines;

/** Jobs, an incast, queues, drops and a threshold: something in every answer. */
beforeAll(async () => {
  const options = optionsOf(queues, {startMs: START_MS, seed: 11});
  const agents = [{...options.agents[0], dropNotifications: 100}];
  simulated = new Simulated({...options, agents});
  const {fabric} = simulated.pipeline;
  engines = new Engines(fabric);
  const context: Context = {
    ...{fabric, ...engines.context, token: undefined, anyHost: false, metricsLinks: 10},
    info: {
      ...{version: '1.2.3', demo: false, source: 'udp', receiver: 'dgram', udpPort: 6343, ready: true},
      ...{addresses: [], receiveBufferBytes: undefined},
    },
  };
  api = await makeApi(context, new ManualClock(), '/nowhere');
  engines.context.thresholds.put = parseThresholds({busy: {metric: 'roce-bits-per-second', value: 1, for: '1s'}});
  simulated.pipeline.onTaken = () => engines.advance();
  for (let i = 0; i < 10 * SECONDS; i++) simulated.pass(100);
  return () => api.server.close();
}, 60_000);

afterEach(() => api.hub.clients.clear());

/** What one client was sent. */
class Heard implements LiveSocket {
  readonly bufferedAmount = 0;
  readonly frames: Topic[][] = [];
  readonly blocks: Buffer[] = [];

  send(data: Buffer | string): void {
    this.blocks.push(data as Buffer);
    this.frames.push(decodeFrame(data as Buffer).topics as Topic[]);
  }

  close(code: number, reason: string): void {
    throw new Error(`closed: ${code} ${reason}`);
  }
}

function subscribed(topics: readonly AnswerName[]): Heard {
  const socket = new Heard();
  const client = new LiveClient(socket, false, undefined, true);
  api.hub.clients.add(client);
  if (client.receive(JSON.stringify({type: 'subscribe', topics}))) api.hub.snapshot(client);
  return socket;
}

/** Lets bins pass; each makes a frame. */
function pass(bins: number): void {
  const {fabric} = simulated.pipeline;
  for (let i = 0; i < bins; i++) {
    const before = fabric.newest;
    simulated.pass(100);
    if (fabric.newest > before) api.hub.advance({from: before + 1, newest: fabric.newest});
  }
}

it.each(ANSWER_NAMES)('the topic %s is the answer of REST, and holds something', async (name) => {
  const [topic] = subscribed([name]).frames[0]!;
  const {status, json} = await inject(api.server, {url: `/api/v1/${name}`, headers: {host: '127.0.0.1:8008'}});
  expect(status).toBe(200);
  expect(topic).toEqual({topic: name, answer: json});
  const held = {...json, ...json.rdma};
  const isFilled = Object.values(held).some((value) => Array.isArray(value) && value.length > 0);
  expect(isFilled).toBe(true);
});

it('comes once a second or every two, as it is looked at', () => {
  const {frames} = subscribed(ANSWER_NAMES);
  expect(frames[0]!.map(({topic}) => topic)).toEqual(ANSWER_NAMES);
  const count: Record<string, number> = {};
  pass(40);
  for (const {topic} of frames.slice(1).flat()) count[topic] = (count[topic] ?? 0) + 1;
  for (const name of ANSWER_NAMES) expect([name, count[name]]).toEqual([name, 40 / ANSWER_EVERY[name]]);
});

it('is made and encoded once for all who look, and for nobody when nobody does', () => {
  const made = vi.mocked(blocks.jsonBlock);
  pass(30);
  made.mockClear();
  pass(30);
  expect(made).not.toHaveBeenCalled();
  const heard = [subscribed(['jobs']), subscribed(['jobs', 'drops']), subscribed(['jobs'])];
  pass(20);
  const names = made.mock.calls.map(([{topic}]) => topic);
  expect(names.filter((name) => name === 'jobs')).toHaveLength(2);
  expect(names.filter((name) => name === 'drops')).toHaveLength(3);
  expect(names).toHaveLength(5);
  for (const {frames} of heard) expect(frames.flat().filter(({topic}) => topic === 'jobs')).toHaveLength(2);
  const shared = made.mock.results[0]!.value as Buffer;
  for (const socket of heard) expect(socket.blocks[0]!.includes(shared)).toBe(true);
});
