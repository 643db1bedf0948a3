import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {networkInterfaces} from 'node:os';
import {afterEach, describe, expect, it} from 'vitest';
import {findTargets} from '../../src/collector/forward.ts';
import type {TenhertzError} from '../../src/errors.ts';
import {freeUdpPort} from '../support/ports.ts';
import {makeSender, needsAddon, RECEIVERS, TestReceiver} from './support/receivers.ts';

const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({address}) => address === '::1'));

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** Another collector: what it hears, in order. */
async function listener(family: 4 | 6 = 4) {
  const socket = createSocket({type: family === 4 ? 'udp4' : 'udp6', recvBufferSize: 1 << 22});
  const heard: Buffer[] = [];
  socket.on('message', (bytes) => heard.push(bytes));
  socket.bind(0, family === 4 ? '127.0.0.1' : '::1');
  await once(socket, 'listening');
  stops.push(() => socket.close());
  return {heard, target: `${family === 4 ? '127.0.0.1' : '[::1]'}:${socket.address().port}`};
}

const datagram = (length: number) => Uint8Array.from({length}, (_, i) => length * 7 + i);

for (const name of RECEIVERS) {
  needsAddon(name)(`forwarding by the ${name} receiver`, () => {
    async function receiving(forward: string[], host: string | undefined = '127.0.0.1') {
      const receiver = new TestReceiver(name, {port: 0, host, forward});
      stops.push(() => receiver.stop());
      const {port} = await receiver.start();
      const sender = await makeSender();
      stops.push(() => sender.close());
      return {receiver, port, send: (bytes: Uint8Array) => sender.send(bytes, port)};
    }

    it('gives every collector every datagram as it came, and takes it too', async () => {
      const others = [await listener(), await listener(hasIpv6 ? 6 : 4)];
      const {receiver, send} = await receiving(others.map(({target}) => target));
      const sizes = [0, 1, 28, 1_300, 9_000, 65_000, ...Array.from({length: 200}, (_, i) => 100 + i)];
      for (const size of sizes) await send(datagram(size));
      for (const {heard} of others) {
        await expect.poll(() => heard.length).toBe(sizes.length);
        for (const [i, bytes] of heard.entries()) expect(Buffer.compare(bytes, datagram(sizes[i]!))).toBe(0);
      }
      await expect.poll(() => receiver.received.length).toBe(sizes.length);
      await expect.poll(() => receiver.counts.forwarded).toBe(2 * sizes.length);
      expect(receiver.counts.forwardFailed).toBe(0);
    });

    it('counts what a collector that is not there did not get, and does not mind', async () => {
      const there = await listener();
      const nobody = `127.0.0.1:${await freeUdpPort()}`;
      const {receiver, send} = await receiving([nobody, there.target]);
      const count = 300;
      for (let i = 0; i < count; i++) await send(datagram(100 + i));
      await expect.poll(() => receiver.received.length).toBe(count);
      await expect.poll(() => there.heard.length).toBe(count);
      const {counts} = receiver;
      await expect.poll(() => counts.forwarded + counts.forwardFailed).toBe(2 * count);
      expect(counts.forwardFailed).toBeGreaterThan(0);
      expect(counts.forwarded).toBeGreaterThanOrEqual(count);
    });

    it('refuses to forward to itself', async () => {
      const port = await freeUdpPort();
      for (const [host, target] of [
        ['127.0.0.1', `127.0.0.1:${port}`],
        [undefined, `127.0.0.7:${port}`],
        [undefined, `localhost:${port}`],
      ] as const) {
        const receiver = new TestReceiver(name, {port, host, forward: [target]});
        await expect(receiver.start()).rejects.toThrow(`--forward ${target} is where this server itself receives`);
        await receiver.stop();
      }
    });
  });
}

describe('the targets', () => {
  const wrong = (text: string) =>
    findTargets([text], ['0.0.0.0'], 6343).then(
      () => expect.fail('it was taken'),
      ({code, message}: TenhertzError) => `${code} ${message}`,
    );

  it('are addresses or names, with a port', async () => {
    const texts = ['192.0.2.1:6343', '[2001:db8::1]:1', 'localhost:65535'];
    expect(await findTargets(texts, ['0.0.0.0', '::'], 6343)).toEqual([
      {host: '192.0.2.1', port: 6343},
      {host: '2001:db8::1', port: 1},
      {host: expect.stringMatching(/^(127\.0\.0\.1|::1)$/), port: 65_535},
    ]);
  });

  it.each(['', '192.0.2.1', ':6343', '192.0.2.1:0', '192.0.2.1:65536', '2001:db8::1:6343', '192.0.2.1:6343x'])(
    'are not %o',
    async (text) => {
      expect(await wrong(text)).toBe(`CONFIG --forward ${text} is not HOST:PORT`);
    },
  );

  it('are hosts that can be found, and not too many', async () => {
    expect(await wrong('no-such-host.invalid:1')).toContain('names no host');
    const many = Array.from({length: 9}, (_, i) => `192.0.2.${i}:1`);
    await expect(findTargets(many, [], 1)).rejects.toThrow('--forward 192.0.2.8:1 is one too many: 8 at most');
  });

  it('may be the own port on another machine, and another port here', async () => {
    expect(await findTargets(['192.0.2.1:6343', '127.0.0.1:6344'], ['0.0.0.0', '::'], 6343)).toHaveLength(2);
  });
});
