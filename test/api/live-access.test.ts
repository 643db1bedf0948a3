import {once} from 'node:events';
import {type AddressInfo, connect} from 'node:net';
import {describe, expect, it, onTestFinished, vi} from 'vitest';
import type {ClientMessage} from '../../src/shared/live.ts';
import {T} from '../support/partial-builder.ts';
import {TOKEN} from './harness.ts';
import {Client, feed, PATH, started, subscribe} from './live-client.ts';

describe('who comes', () => {
  it.each<[string, string]>([
    ['text that is not JSON', '{'],
    ['null', 'null'],
    ['a number', '7'],
    ['an unknown type', '{"type":"drop"}'],
    ['no type', '{}'],
    ['links that are none', '{"type":"subscribe","links":"10.0.0.1~1"}'],
    ['links that are no text', '{"type":"subscribe","links":[1]}'],
    ['too many links', JSON.stringify(subscribe({links: Array.from({length: 65}, (_, i) => `a~${i}`)}))],
    ['an unknown measure', '{"type":"subscribe","measure":"tcp"}'],
    ['an unknown direction', '{"type":"subscribe","direction":"up"}'],
    ['an unknown topic', '{"type":"subscribe","topics":["all"]}'],
    ['too long a history', '{"type":"subscribe","history":3001}'],
    ['half a bin', '{"type":"subscribe","history":1.5}'],
    ['a fabric of text', '{"type":"subscribe","fabric":"yes"}'],
  ])('with %s is turned away', async (_, message) => {
    const harness = await started();
    const client = await Client.open(harness);
    client.send(message);
    expect(await client.end()).toMatchObject({code: 4400, reason: expect.stringMatching(/./)});
    expect(client.messages).toEqual([]);
  });

  it('with bytes or with too much text is turned away', async () => {
    const harness = await started();
    const [bytes, much] = [await Client.open(harness), await Client.open(harness)];
    bytes.socket.send(Buffer.from('{}'));
    much.send('x'.repeat(20_000));
    expect((await bytes.end()).code).toBe(1003);
    expect((await much.end()).code).toBe(1009);
    await vi.waitFor(() => expect(harness.hub.clients.size).toBe(0));
  });

  it('speaks the subprotocol', async () => {
    const harness = await started();
    const client = await Client.open(harness, '', {}, ['other', 'tenhertz.v1']);
    expect(client.socket.protocol).toBe('tenhertz.v1');
    client.send(subscribe({fabric: true}));
    expect((await client.frame(0)).snapshot).toBe(true);
  });

  it.each(['http://evil.example', 'null', 'http://localhost:9999'])('from %s is not let in', async (origin) => {
    const harness = await started();
    await expect(Client.open(harness, '', {origin})).rejects.toThrow('403');
    await expect(Client.open(harness, '', {host: 'evil.example'})).rejects.toThrow('403');
    expect(harness.hub.clients.size).toBe(0);
  });

  it.each([
    ['a foreign page', PATH, {origin: 'http://evil.example'}],
    ['another route', '/api/v1/links', {}],
    ['no route', '/nothing', {}],
    ['a broken path', '/%ZZ', {}],
  ])('as %s leaves no connection behind', async (_, path, headers) => {
    const {server} = await started();
    await server.listen({host: '127.0.0.1', port: 0});
    const {port} = server.server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    const upgrade = {Host: 'localhost', Connection: 'Upgrade', Upgrade: 'websocket', ...headers};
    const lines = Object.entries(upgrade).map(([name, value]) => `${name}: ${value}`);
    socket.write([`GET ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n'));
    const ended = once(socket, 'close');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(String(answer)).toMatch(/^HTTP\/1.1 4\d\d /);
    await ended;
  });

  it('past the bound is asked to come later', async () => {
    const harness = await started(40, {limits: {clients: 2}});
    await Client.open(harness);
    const second = await Client.open(harness);
    const third = await Client.open(harness);
    expect((await third.end()).code).toBe(1013);
    second.socket.close();
    await second.end();
    await vi.waitFor(() => expect(harness.hub.clients.size).toBe(1));
    const fourth = await Client.open(harness);
    fourth.send(subscribe({fabric: true}));
    expect((await fourth.frame(0)).snapshot).toBe(true);
  });
});

describe('where a token is asked for', () => {
  it('it comes as the first message, and nothing is told before', async () => {
    const harness = await started(40, {token: TOKEN});
    const client = await Client.open(harness);
    feed(harness, T + 40, T + 60);
    client.send({type: 'auth', token: TOKEN});
    client.send(subscribe({fabric: true}));
    expect((await client.frame(0)).snapshot).toBe(true);
    expect(client.messages).toHaveLength(1);
  });

  it('it may come in the header', async () => {
    const harness = await started(40, {token: TOKEN});
    const client = await Client.open(harness, '', {authorization: `Bearer ${TOKEN}`});
    client.send(subscribe({fabric: true}));
    expect((await client.frame(0)).snapshot).toBe(true);
  });

  it.each<[string, ClientMessage | string]>([
    ['a wrong token', {type: 'auth', token: 'wrong'}],
    ['no token', '{"type":"auth"}'],
    ['a token that is no text', '{"type":"auth","token":["x"]}'],
    ['a subscription', subscribe({fabric: true})],
  ])('%s first closes with 4401', async (_, message) => {
    const harness = await started(40, {token: TOKEN});
    const client = await Client.open(harness, '', {authorization: 'Bearer wrong'});
    client.send(message);
    // There is one try: what follows on the same socket is not heard.
    client.send({type: 'auth', token: TOKEN});
    client.send(subscribe({fabric: true}));
    expect((await client.end()).code).toBe(4401);
    expect(client.messages).toEqual([]);
  });

  it('who does not bring it in time, or never subscribes, is closed', async () => {
    const harness = await started(40, {token: TOKEN, limits: {authorizeMs: 20, subscribeMs: 60}});
    const [silent, idle, good] = await Promise.all([1, 2, 3].map(() => Client.open(harness)));
    idle!.send({type: 'auth', token: TOKEN});
    good!.send({type: 'auth', token: TOKEN});
    good!.send(subscribe({fabric: true}));
    expect((await silent!.end()).code).toBe(4401);
    expect((await idle!.end()).code).toBe(4400);
    feed(harness, T + 40, T + 41);
    expect((await good!.frame(1)).newestBin).toBe(T + 40);
    expect(good!.closed).toBeUndefined();
  });
});
