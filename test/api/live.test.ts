import {describe, expect, it, vi} from 'vitest';
import * as blocks from '../../src/api/live/blocks.ts';
import {LiveClient, type LiveSocket} from '../../src/api/live/client.ts';
import {AGENT, IN, OUT, T} from '../support/partial-builder.ts';
import {type Column, decodeFrame, type Frame} from './frame-decoder.ts';
import {type Harness, makeHarness} from './harness.ts';
import {Client, feed, started, subscribe} from './live-client.ts';

vi.mock('../../src/api/live/blocks.ts', {spy: true});

const ID = `${AGENT}~1`;

/** What REST says of the bins of a column. */
async function rest({get}: Harness, path: string, {firstBin, value}: Column, query = '') {
  const span = `from=${firstBin * 100}&to=${(firstBin + value.length) * 100}`;
  return (await get(`/api/v1/${path}/series?${span}&${query}`)).json;
}

const float = (values: (number | null)[]) => values.map((value) => (value === null ? Number.NaN : Math.fround(value)));

describe('a snapshot', () => {
  it('says of every bin what REST says', async () => {
    const harness = await started();
    const client = await Client.open(harness);
    client.send(subscribe({fabric: true, links: [ID, `${AGENT}~2`], history: 50}));
    const frame = await client.frame(0);
    expect(frame).toMatchObject({
      ...{snapshot: true, skipped: false, newestBin: T + 39, finalBin: harness.fabric.finalBin},
      serverTime: (T + 40) * 100 + 5,
    });
    expect(frame.fabric!.roce.firstBin).toBe(T);
    expect(frame.fabric!.roce.value).toHaveLength(40);
    for (const measure of ['roce', 'all'] as const) {
      const column = frame.fabric![measure];
      const wanted = await rest(harness, 'fabric', column, `measure=${measure}`);
      expect(column.value).toEqual(float(wanted.values));
      expect(column.low).toEqual(float(wanted.low));
      expect(column.high).toEqual(float(wanted.high));
      expect(column.samples).toEqual(wanted.samples);
    }
    expect(frame.links.map(({slot, measure}) => [slot, measure])).toEqual([
      [0, 0],
      [1, 0],
    ]);
    for (const link of frame.links) {
      const wanted = await rest(harness, `links/${AGENT}~${link.slot + 1}`, link);
      expect(link.value).toEqual(float(wanted.values));
      expect(link.high).toEqual(float(wanted.high));
      expect(link.samples).toEqual(wanted.samples);
    }
  });

  it('goes by measure and direction', async () => {
    const harness = await started();
    const client = await Client.open(harness);
    client.send(subscribe({links: [`${AGENT}~2`], measure: 'all', direction: 'out'}));
    const [link] = (await client.frame(0)).links;
    expect(link).toMatchObject({slot: 1, measure: 1, direction: 1});
    const wanted = await rest(harness, `links/${AGENT}~2`, link!, 'measure=all&direction=out');
    expect(link!.value).toEqual(float(wanted.values));
    expect(link!.value).toHaveLength(13);
  });

  it('brings both directions of a link, in both formats', async () => {
    const harness = await started();
    const wanted = subscribe({links: [`${AGENT}~2`], measure: 'all', direction: 'both'});
    const binary = await Client.open(harness);
    const text = await Client.open(harness, '?format=json');
    for (const client of [binary, text]) client.send(wanted);
    const {links} = await binary.frame(0);
    expect(links.map(({slot, direction}) => [slot, direction])).toEqual([
      [1, 0],
      [1, 1],
    ]);
    const series = (await text.json(0)).links!;
    for (const [i, direction] of (['in', 'out'] as const).entries()) {
      const {values} = await rest(harness, `links/${AGENT}~2`, links[i]!, `measure=all&direction=${direction}`);
      expect(links[i]!.value).toEqual(float(values));
      expect(series[i]).toMatchObject({id: `${AGENT}~2`, measure: 'all', direction, values});
    }
  });

  it('shows a gap as a gap, in both formats', async () => {
    const harness = await started();
    harness.give(T + 2_000);
    const binary = await Client.open(harness);
    const text = await Client.open(harness, '?format=json');
    for (const client of [binary, text]) client.send(subscribe({fabric: true, links: [ID]}));
    const frame = await binary.frame(0);
    expect(frame.fabric!.all.value).toEqual(Array(13).fill(Number.NaN));
    expect(frame.fabric!.all.state).toEqual(Array(13).fill(0));
    const {fabric, links} = await text.json(0);
    for (const series of [fabric!.roce, fabric!.all, links![0]!]) {
      const none = Array(13).fill(null);
      expect(series).toMatchObject({values: none, low: none, high: none, samples: none, state: Array(13).fill(0)});
    }
  });

  it('of the heatmap has one byte a link and bin', async () => {
    const harness = await makeHarness();
    harness.give(T + 1, {
      rows: [
        {bin: T, port: 1, rate: 1_000, roce: [1_000]},
        {bin: T, port: 2, rate: 1_000, other: [1_000]},
        {bin: T, port: 3, rate: 1_000_000, roce: [9_000]},
      ],
      counters: [1, 2, 3].map((port) => ({port, speed: 160e6})),
    });
    const client = await Client.open(harness);
    client.send(subscribe({heatmap: true}));
    expect((await client.frame(0)).heatmap).toEqual({
      ...{firstBin: T, firstSlot: 0, slots: 3},
      columns: [[1 + 127, 1, 255]], // half of line rate, nothing, more than there can be
    });
    harness.give(T + 2_000);
    expect((await client.frame(1)).heatmap!.columns.at(-1)).toEqual([0, 0, 0]);
  });

  it('of the heatmap has what a link sends, or the larger of both directions', async () => {
    const harness = await makeHarness();
    harness.give(T + 1, {
      rows: [
        {bin: T, port: 1, rate: 1_000, roce: [1_000]},
        {bin: T, port: 1, side: OUT, rate: 1_000, roce: [500]},
        {bin: T, port: 2, side: OUT, rate: 1_000, roce: [500]},
      ],
      counters: [1, 2].map((port) => ({port, speed: 160e6})),
    });
    const columns = async (direction: 'in' | 'out' | 'both') => {
      const client = await Client.open(harness);
      client.send(subscribe({heatmap: true, direction}));
      return (await client.frame(0)).heatmap!.columns;
    };
    expect(await columns('in')).toEqual([[1 + 127, 1]]);
    expect(await columns('out')).toEqual([[1 + 64, 1 + 64]]);
    expect(await columns('both')).toEqual([[1 + 127, 1 + 64]]);
  });

  it('before anything was received has topics and no bins', async () => {
    const harness = await makeHarness();
    const client = await Client.open(harness);
    client.send(subscribe({fabric: true, links: [ID], heatmap: true, topics: ['links', 'summary', 'flows']}));
    const frame = await client.frame(0);
    expect(frame).toMatchObject({snapshot: true, newestBin: 0, finalBin: 0, links: []});
    expect(frame.topics.map(({topic}) => topic)).toEqual(['links', 'summary', 'flows']);
    expect(frame.topics[1]).toMatchObject({agents: 0, roce: {bitsPerSecond: null}, udpPort: 6343, demo: false});
    expect([frame.fabric, frame.heatmap]).toEqual([undefined, undefined]);
  });
});

describe('the stream', () => {
  it('brings every bin once, with those that changed', async () => {
    const harness = await started();
    const client = await Client.open(harness);
    client.send(subscribe({fabric: true}));
    await client.frame(0);
    feed(harness, T + 40, T + 42);
    harness.give(T + 43, {rows: [{bin: T + 36, port: 2, roce: [9_000]}]});
    const spans = await Promise.all(
      [1, 2, 3].map(async (n) => {
        const {fabric, newestBin, snapshot} = await client.frame(n);
        return [fabric!.roce.firstBin, fabric!.roce.value.length, newestBin, snapshot];
      }),
    );
    expect(spans).toEqual([
      [T + 40, 1, T + 40, false],
      [T + 41, 1, T + 41, false],
      [T + 36, 7, T + 42, false],
    ]);
  });

  it('held together bin by bin is what REST says in the end, states and late rows included', async () => {
    const harness = await makeHarness();
    const client = await Client.open(harness);
    client.send(subscribe({fabric: true, links: [ID]}));
    await client.frame(0);
    // An agent that speaks only now and then, whose samples come late.
    for (let bin = T; bin < T + 300; bin++) {
      const speaks = bin % 45 === 0 || bin === T;
      const heard = [{agent: AGENT, at: bin * 100 + 50, longestGapMs: 4_500}];
      const rows = [0, 3, 11].map((back) => ({bin: Math.max(T, bin - back), side: IN, roce: [500 + back]}));
      harness.give(bin + 1, speaks ? {heard, rows} : {});
    }
    const held = {fabric: new Map<number, number[]>(), link: new Map<number, number[]>()};
    const keep = (into: Map<number, number[]>, column: Column) =>
      column.value.forEach((value, i) => {
        into.set(column.firstBin + i, [value, column.high[i]!, column.samples[i]!, column.state[i]!]);
      });
    for (let n = 1; n <= 300; n++) {
      const {fabric, links} = await client.frame(n);
      keep(held.fabric, fabric!.roce);
      for (const link of links) keep(held.link, link);
    }
    for (const [path, map] of [
      ['fabric', held.fabric],
      [`links/${ID}`, held.link],
    ] as const) {
      const json = (await harness.get(`/api/v1/${path}/series?from=${T * 100}&to=${(T + 300) * 100}`)).json;
      json.values.forEach((value: number | null, i: number) => {
        const [shown, high, samples, state] = map.get(T + i)!;
        expect([T + i, shown]).toEqual([T + i, Math.fround(value!)]);
        expect(high).toBe(Math.fround(json.high[i]));
        expect(samples).toBe(json.samples[i]);
        expect([T + i, state === 2 ? 1 : 0]).toEqual([T + i, json.unconfirmed[i]]);
      });
      // All but the last silence is confirmed.
      expect(json.unconfirmed.slice(0, 270)).toEqual(Array(270).fill(0));
    }
  });

  it('brings a link that was unknown as soon as it is seen', async () => {
    const harness = await started();
    const client = await Client.open(harness);
    client.send(subscribe({links: [ID, `${AGENT}~9`], topics: ['links']}));
    expect((await client.frame(0)).links.map(({slot}) => slot)).toEqual([0]);
    harness.give(T + 41, {rows: [{bin: T + 40, port: 9, roce: [1_000]}]});
    expect((await client.frame(1)).links.map(({slot}) => slot)).toEqual([0, 2]);
    feed(harness, T + 41, T + 50);
    const frames = await Promise.all([1, 2, 3, 4, 5, 6].map((n) => client.frame(n)));
    const news = frames.flatMap(({topics}) => topics);
    expect(news).toHaveLength(1);
    expect(news[0].links.map(({slot, id}: {slot: number; id: string}) => [slot, id])).toEqual([
      [0, ID],
      [1, `${AGENT}~2`],
      [2, `${AGENT}~9`],
    ]);
  });

  it('brings figures twice a second and flows once, and links when they change', async () => {
    const harness = await started();
    const client = await Client.open(harness);
    client.send(subscribe({topics: ['links', 'summary', 'flows']}));
    await client.frame(0);
    feed(harness, T + 40, T + 80);
    const count: Record<string, number> = {};
    for (let n = 1; n <= 40; n++) {
      for (const {topic} of (await client.frame(n)).topics) count[topic] = (count[topic] ?? 0) + 1;
    }
    expect(count).toEqual({summary: 8, flows: 4});
    const {topics} = await client.frame(36);
    const {json} = await harness.get('/api/v1/fabric');
    const last = topics.find(({topic}) => topic === 'summary') ?? (await client.frame(40)).topics[0];
    if (last) expect(last.links).toBe(json.links);
  });

  it('says the same in JSON', async () => {
    const harness = await started();
    const [binary, text] = [await Client.open(harness), await Client.open(harness, '?format=json')];
    const wanted = subscribe({fabric: true, links: [ID], heatmap: true, topics: ['summary'], history: 30});
    for (const client of [binary, text]) client.send(wanted);
    await Promise.all([binary.frame(0), text.json(0)]);
    harness.give(T + 41, {rows: [{bin: T + 35, roce: [3_000]}]});
    for (const n of [0, 1]) {
      const frame = await binary.frame(n);
      const json = await text.json(n);
      expect(json).toMatchObject({
        ...{newestBin: frame.newestBin, finalBin: frame.finalBin, serverTime: frame.serverTime},
        ...{snapshot: frame.snapshot, skipped: false, heatmap: frame.heatmap},
      });
      const same = ({value, ...rest}: Column) => ({...rest, values: value});
      expect(json.fabric).toEqual({roce: same(frame.fabric!.roce), all: same(frame.fabric!.all)});
      const {slot: _, measure: __, direction: ___, ...link} = frame.links[0]!;
      expect(json.links).toEqual([{id: ID, measure: 'roce', direction: 'in', ...same(link)}]);
      expect(json.topics ?? []).toEqual(frame.topics);
    }
  });

  it('encodes what clients share once, and gives them the same bytes', async () => {
    const harness = await started();
    const clients = await Promise.all([1, 2, 3].map(() => Client.open(harness)));
    const links = [[ID], [ID, `${AGENT}~2`], [`${AGENT}~2`]];
    clients.forEach((client, i) => {
      client.send(subscribe({fabric: true, links: links[i]!, heatmap: true}));
    });
    await Promise.all(clients.map((client) => client.frame(0)));
    vi.mocked(blocks.fabricBlock).mockClear();
    vi.mocked(blocks.linkBlock).mockClear();
    vi.mocked(blocks.heatmapBlock).mockClear();
    vi.mocked(blocks.readColumns).mockClear();
    feed(harness, T + 40, T + 41);
    const frames = await Promise.all(clients.map((client) => client.message(1)));
    expect(blocks.fabricBlock).toHaveBeenCalledTimes(1);
    expect(blocks.linkBlock).toHaveBeenCalledTimes(2);
    expect(blocks.heatmapBlock).toHaveBeenCalledTimes(1);
    expect(blocks.readColumns).toHaveBeenCalledTimes(4);
    const shared = vi.mocked(blocks.fabricBlock).mock.results[0]!.value as Buffer;
    for (const frame of frames) expect(frame.subarray(32, 32 + shared.length).equals(shared)).toBe(true);
  });
});

/** A socket that takes nothing while it is told to be slow. */
class SlowSocket implements LiveSocket {
  bufferedAmount = 0;
  readonly frames: Frame[] = [];
  closed = 0;

  send(data: Buffer | string): void {
    this.frames.push(decodeFrame(data as Buffer));
  }

  close(code: number): void {
    this.closed = code;
  }
}

describe('a slow client', () => {
  async function pair() {
    const harness = await started();
    const [slow, quick] = [new SlowSocket(), new SlowSocket()];
    const clients = [slow, quick].map((socket) => new LiveClient(socket, false, undefined, true));
    for (const client of clients) {
      harness.hub.clients.add(client);
      if (client.receive(JSON.stringify(subscribe({fabric: true, topics: ['summary']})))) harness.hub.snapshot(client);
    }
    return {harness, slow, quick, clients};
  }

  it('skips bins, is told so and gets the last 13; the other misses none', async () => {
    const {harness, slow, quick} = await pair();
    slow.bufferedAmount = 1e6;
    feed(harness, T + 40, T + 70);
    expect(slow.frames).toHaveLength(1);
    expect(harness.hub.binsSkipped).toBe(30);
    slow.bufferedAmount = 0;
    feed(harness, T + 70, T + 72);
    const [, back, next] = slow.frames;
    expect(back).toMatchObject({skipped: true, snapshot: false, newestBin: T + 70});
    expect([back!.fabric!.roce.firstBin, back!.fabric!.roce.value.length]).toEqual([T + 58, 13]);
    expect(next).toMatchObject({skipped: false, newestBin: T + 71});
    expect(quick.frames.map(({newestBin}) => newestBin)).toEqual(Array.from({length: 33}, (_, i) => T + 39 + i));
    expect(quick.frames.some(({skipped}) => skipped)).toBe(false);
  });

  it('that asks again and again is answered when it has taken what was sent', async () => {
    const {harness, slow, clients} = await pair();
    slow.bufferedAmount = 1e6;
    for (let i = 0; i < 100; i++) {
      if (clients[0]!.receive(JSON.stringify(subscribe({fabric: true, history: 30}))))
        harness.hub.snapshot(clients[0]!);
    }
    expect(slow.frames).toHaveLength(1);
    slow.bufferedAmount = 0;
    feed(harness, T + 40, T + 41);
    expect(slow.frames).toHaveLength(2);
    expect(slow.frames[1]).toMatchObject({snapshot: true});
    expect(slow.frames[1]!.fabric!.roce.value).toHaveLength(30);
  });
});
