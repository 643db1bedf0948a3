import {request} from 'node:http';
import type {AddressInfo} from 'node:net';
import {describe, expect, it, vi} from 'vitest';
import {EventWaiters, MAX_WAITERS} from '../../src/api/event-waiters.ts';
import {EVENTS_KEPT, EventLog} from '../../src/fabric/watch/events.ts';
import type {EventsTopic, Topic} from '../../src/shared/live.ts';
import {T} from '../support/partial-builder.ts';
import {type Harness, makeHarness} from './harness.ts';
import {Client, subscribe} from './live-client.ts';

const raise = ({fabric}: Harness, text = 'it happened', kind: 'stalled' | 'clock-stepped' = 'stalled') =>
  fabric.events.raise({time: T * 100, kind, level: 'warning', text});

const texts = (answer: {json: {events: {text: string}[]}}) => answer.json.events.map(({text}) => text);

describe('GET /api/v1/events', () => {
  it('gives the newest first, behind an id, up to a limit, of one kind', async () => {
    const harness = await makeHarness();
    const {get} = harness;
    expect((await get('/api/v1/events')).json).toEqual({finalBefore: 0, last: 0, events: []});
    for (const text of ['a', 'b', 'c']) raise(harness, text);
    raise(harness, 'd', 'clock-stepped');
    expect((await get('/api/v1/events')).json).toMatchObject({
      last: 4,
      events: [{id: 4, time: T * 100, kind: 'clock-stepped', level: 'warning', text: 'd'}, {id: 3}, {id: 2}, {id: 1}],
    });
    expect(texts(await get('/api/v1/events?after=2'))).toEqual(['d', 'c']);
    expect(texts(await get('/api/v1/events?limit=1'))).toEqual(['d']);
    expect(texts(await get('/api/v1/events?kind=stalled&after=1'))).toEqual(['c', 'b']);
  });

  it('lets nobody who goes on behind an id miss any: the oldest first, as many as fit', async () => {
    const harness = await makeHarness();
    for (let i = 1; i <= 250; i++) raise(harness, `event ${i}`, i % 2 ? 'stalled' : 'clock-stepped');
    const follow = async (query: string) => {
      const seen: number[] = [];
      for (let after = 0, answers = 0; answers < 30; answers++) {
        const {json} = await harness.get(`/api/v1/events?after=${after}${query}`);
        seen.push(...json.events.map(({id}: {id: number}) => id).reverse());
        if (json.events.length === 0) return {seen, after};
        after = json.last;
      }
      return expect.unreachable('it never ends');
    };
    const all = Array.from({length: 250}, (_, i) => i + 1);
    expect(await follow('')).toEqual({seen: all, after: 250});
    expect(await follow('&limit=17')).toEqual({seen: all, after: 250});
    expect(await follow('&limit=100&kind=stalled')).toEqual({seen: all.filter((id) => id % 2), after: 250});
    expect((await harness.get('/api/v1/events?limit=2')).json).toMatchObject({
      last: 250,
      events: [{id: 250}, {id: 249}],
    });
  });

  it('takes an id from a former start of the server for none', async () => {
    const harness = await makeHarness();
    raise(harness, 'first of this start');
    expect(texts(await harness.get('/api/v1/events?after=77&timeout=60s'))).toEqual(['first of this start']);
  });

  it.each([
    ['kind=nonsense', 'kind must be one of agent-appeared, '],
    ['after=-1', 'after'],
    [`limit=${EVENTS_KEPT + 1}`, 'limit'],
    ['timeout=soon', 'timeout'],
    ['timeout=6m', 'timeout'],
  ])('refuses %s by name', async (query, name) => {
    const {get} = await makeHarness();
    const answer = await get(`/api/v1/events?${query}`);
    expect(answer.status).toBe(400);
    expect(answer.json.detail).toContain(name);
  });

  it('with a timeout answers at once where there is something, else with the next event of the kind', async () => {
    const harness = await makeHarness();
    raise(harness, 'old');
    expect(texts(await harness.get('/api/v1/events?timeout=60s'))).toEqual(['old']);
    let answered = false;
    const listen = vi.spyOn(harness.fabric.events, 'listen');
    const waiting = harness.get('/api/v1/events?after=1&timeout=60s&kind=clock-stepped').finally(() => {
      answered = true;
    });
    await vi.waitFor(() => expect(listen).toHaveBeenCalled());
    raise(harness, 'of another kind');
    await harness.get('/api/v1/health');
    expect(answered).toBe(false);
    raise(harness, 'awaited', 'clock-stepped');
    const answer = await waiting;
    expect(texts(answer)).toEqual(['awaited']);
    expect(answer.json.last).toBe(3);
  });

  it('with a timeout answers with nothing when it is over', async () => {
    const {get} = await makeHarness();
    expect((await get('/api/v1/events?timeout=20ms')).json).toEqual({finalBefore: 0, last: 0, events: []});
  });

  it('forgets a request that was given up, and ends with the server', async () => {
    const harness = await makeHarness();
    const {server, fabric} = harness;
    await server.listen({host: '127.0.0.1', port: 0});
    const {port} = server.server.address() as AddressInfo;
    const listeners = () => Reflect.get(fabric.events, 'listeners') as Set<unknown>;
    const ask = () => request({port, host: '127.0.0.1', path: '/api/v1/events?timeout=5m'}).on('error', () => {});
    const given = ask();
    given.end();
    await vi.waitFor(() => expect(listeners().size).toBe(1));
    given.destroy();
    await vi.waitFor(() => expect(listeners().size).toBe(0));
    ask().end();
    await vi.waitFor(() => expect(listeners().size).toBe(1));
    await server.close();
    await vi.waitFor(() => expect(listeners().size).toBe(0));
  });
});

it('only so many requests wait at once', async () => {
  const {EventEmitter} = await import('node:events');
  const log = new EventLog();
  const waiters = new EventWaiters(log);
  const waiting = Array.from({length: MAX_WAITERS}, () => waiters.wait(() => true, 60_000, new EventEmitter()));
  expect(await waiters.wait(() => true, 60_000, new EventEmitter())).toBe(false);
  log.raise({time: 0, kind: 'stalled', level: 'info', text: 'all may go'});
  expect(new Set(await Promise.all(waiting))).toEqual(new Set([true]));
  expect(waiters.waiting).toBe(0);
});

describe('the live topic', () => {
  const eventsOf = (topics: readonly Topic[] | undefined) =>
    topics?.find((topic): topic is EventsTopic => topic.topic === 'events');

  it('holds the newest on subscription, then each that is new, once', async () => {
    const harness = await makeHarness();
    for (let i = 1; i <= 150; i++) raise(harness, `event ${i}`);
    const client = await Client.open(harness, '?format=json');
    client.send(subscribe({topics: ['events']}));
    const first = eventsOf((await client.json(0)).topics)!;
    expect([first.after, first.last, first.events.length]).toEqual([0, 150, 100]);
    expect(first.events[0]!.text).toBe('event 150');
    harness.give(T);
    expect(eventsOf((await client.json(1)).topics)).toBeUndefined();
    raise(harness, 'news');
    harness.give(T + 1);
    expect(eventsOf((await client.json(2)).topics)).toMatchObject({after: 150, last: 151, events: [{text: 'news'}]});
    harness.give(T + 2);
    expect(eventsOf((await client.json(3)).topics)).toBeUndefined();
  });

  it('leaves out none of many that come at once', async () => {
    const harness = await makeHarness();
    const client = await Client.open(harness, '?format=json');
    client.send(subscribe({topics: ['events']}));
    await client.json(0);
    for (let i = 1; i <= 250; i++) raise(harness, `event ${i}`);
    const seen: number[] = [];
    for (let frame = 1; frame <= 4; frame++) {
      harness.give(T + frame);
      const topic = eventsOf((await client.json(frame)).topics);
      if (frame === 4) expect(topic).toBeUndefined();
      else expect(topic!.after).toBe(seen.at(-1) ?? 0);
      seen.push(...(topic?.events ?? []).map(({id}) => id).reverse());
    }
    expect(seen).toEqual(Array.from({length: 250}, (_, i) => i + 1));
  });

  it('gives each client what it has not seen', async () => {
    const harness = await makeHarness();
    raise(harness, 'a');
    const early = await Client.open(harness);
    early.send(subscribe({topics: ['events']}));
    await early.frame(0);
    raise(harness, 'b');
    const late = await Client.open(harness);
    late.send(subscribe({topics: ['events']}));
    expect(eventsOf((await late.frame(0)).topics)).toMatchObject({after: 0, events: [{text: 'b'}, {text: 'a'}]});
    harness.give(T);
    expect(eventsOf((await early.frame(1)).topics)).toMatchObject({after: 1, events: [{text: 'b'}]});
  });
});

it('Prometheus counts events of every kind, and steps and stalls of time', async () => {
  const harness = await makeHarness();
  raise(harness);
  raise(harness);
  const {text} = await harness.get('/metrics');
  expect(text).toContain('tenhertz_events_total{kind="stalled"} 2');
  expect(text).toContain('tenhertz_events_total{kind="agent-silent"} 0');
  for (const name of ['clock_steps', 'clock_step_seconds', 'stalls', 'stall_seconds']) {
    expect(text).toContain(`tenhertz_${name}_total 0`);
  }
});
