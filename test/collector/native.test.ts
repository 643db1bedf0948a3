import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {networkInterfaces} from 'node:os';
import {afterEach, expect, it} from 'vitest';
import {TenhertzError} from '../../src/errors.ts';
import {drainInto, makeNative, makeSender, needsAddon, RECEIVERS, TestReceiver} from './support/receivers.ts';

const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({address}) => address === '::1'));
const LOOPBACK_4 = [0, 0, 0xffff, 0x7f000001];
const LOOPBACK_6 = [0, 0, 0, 1];

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** Closes it after the test, whatever happens. */
function closing<T extends {stop(): unknown} | {close(): unknown}>(thing: T): T {
  stops.push(() => ('stop' in thing ? thing.stop() : thing.close()));
  return thing;
}

function datagram(length: number, seed = length): Uint8Array {
  return Uint8Array.from({length}, (_, i) => seed * 7 + i);
}

for (const name of RECEIVERS) {
  needsAddon(name)(`the ${name} receiver`, () => {
    const receiver = (host: string | undefined, port = 0) => closing(new TestReceiver(name, {host, port}));
    const failure = (host: string | undefined, port = 0) =>
      receiver(host, port)
        .start()
        .then(
          () => undefined,
          (error: TenhertzError) => error,
        );

    it('takes datagrams of every size, as they were sent and in order', async () => {
      const receiving = receiver('127.0.0.1');
      const {port, receiveBufferBytes, addresses} = await receiving.start();
      const sender = closing(await makeSender());
      const sizes = [0, 1, 3, 8, 28, 1_300, 1_400, 8_999, 65_000, 65_507, 0, 2];
      for (const size of sizes) await sender.send(datagram(size), port);
      await expect.poll(() => receiving.received.length).toBe(sizes.length);
      for (const [i, {bytes, source}] of receiving.received.entries()) {
        expect(source).toEqual(LOOPBACK_4);
        expect(Buffer.compare(bytes, datagram(sizes[i]!))).toBe(0);
      }
      expect([addresses, receiveBufferBytes >= 2 ** 16]).toEqual([['127.0.0.1'], true]);
    });

    it.runIf(hasIpv6)('listens to IPv4 and IPv6 on one port', async () => {
      const receiving = receiver(undefined);
      const {port, addresses} = await receiving.start();
      expect(addresses).toEqual(['0.0.0.0', '::']);
      for (const family of [4, 6] as const) {
        await closing(await makeSender(family)).send(datagram(family), port);
        await expect.poll(() => receiving.received.length).toBe(family / 2 - 1);
      }
      expect(receiving.received.map(({source}) => source)).toEqual([LOOPBACK_4, LOOPBACK_6]);
      expect(receiving.received.map(({bytes}) => bytes.length)).toEqual([4, 6]);
    });

    it.runIf(hasIpv6)('listens to one address of IPv6', async () => {
      const receiving = receiver('::1');
      const {port, addresses} = await receiving.start();
      await closing(await makeSender(6)).send(datagram(9), port);
      await expect.poll(() => receiving.received.map(({source}) => source)).toEqual([LOOPBACK_6]);
      expect(addresses).toEqual(['::1']);
    });

    it('takes a name for an address', async () => {
      expect((await receiver('localhost').start()).addresses).toEqual(['127.0.0.1']);
    });

    it('says which port is in use, and how to choose another', async () => {
      const {port} = await receiver('127.0.0.1').start();
      const error = await failure('127.0.0.1', port);
      expect(error).toBeInstanceOf(TenhertzError);
      expect([error?.code, error?.message]).toEqual([
        'ADDRESS_IN_USE',
        `UDP 127.0.0.1:${port} is in use by another process; choose another with --udp-port`,
      ]);
    });

    it.runIf(hasIpv6)('says so too where only IPv6 has the port in use, and lets go of IPv4', async () => {
      const other = closing(createSocket({type: 'udp6', ipv6Only: true}).bind(0, '::'));
      await once(other, 'listening');
      const {port} = other.address();
      const error = await failure(undefined, port);
      expect([error?.code, error?.message]).toEqual([
        'ADDRESS_IN_USE',
        `UDP [::]:${port} is in use by another process; choose another with --udp-port`,
      ]);
      expect((await receiver('127.0.0.1', port).start()).port).toBe(port);
    });

    it.each([
      ['an address of another machine', '192.0.2.1', 'UDP 192.0.2.1:9 is not an address of this machine'],
      ['one of IPv6', '2001:db8::1', 'UDP [2001:db8::1]:9 is not an address of this machine'],
      [
        'a name that nobody has',
        'no-such-host.invalid',
        'UDP no-such-host.invalid:9 is not an address of this machine',
      ],
      ['no address at all', '300.1.2.3', 'UDP 300.1.2.3:9 is not an address of this machine'],
    ])('says of %s that it is not here', async (_, host, message) => {
      const error = await failure(host, 9);
      expect([error?.code, error?.message]).toEqual(['ADDRESS_NOT_HERE', message]);
    });

    it('gives its port free when it is stopped, which may happen twice', async () => {
      const first = receiver('127.0.0.1');
      const {port} = await first.start();
      await first.stop();
      await first.stop();
      expect((await receiver('127.0.0.1', port).start()).port).toBe(port);
    });
  });
}

needsAddon()('the addon', () => {
  const native = (options = {}) => closing(makeNative(options));

  it("keeps the kernel's time of each datagram while JavaScript does not look", async () => {
    const receiver = native();
    const {port} = await receiver.start();
    const sender = closing(await makeSender());
    const sent: [number, number][] = [];
    for (let i = 0; i < 20; i++) {
      const before = performance.now();
      await sender.send(datagram(100, i), port);
      sent.push([before, performance.now()]);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const arrivals: number[] = [];
    await expect
      .poll(() => drainInto(receiver, (_bytes, _source, at) => arrivals.push(at)) >= 0 && arrivals.length)
      .toBe(20);
    for (const [i, at] of arrivals.entries()) {
      // Wall and monotonic clock are read one after the other: a task switch may lie between.
      expect(at).toBeGreaterThan(sent[i]![0] - 1);
      expect(at).toBeLessThan(sent[i]![1] + 1);
    }
  });

  it('keeps all up to half a ring, thins what comes then at random, and goes on', async () => {
    const receiver = native({ringBytes: 256 * 1024});
    const {port} = await receiver.start();
    const sender = closing(await makeSender());
    const numbered = (i: number) => {
      const bytes = new Uint8Array(1_000);
      new DataView(bytes.buffer).setUint32(0, i);
      return bytes;
    };
    const count = 2_000;
    for (let i = 0; i < count; i++) await sender.send(numbered(i), port);
    await expect.poll(() => receiver.counts.received).toBe(count);
    const kept: number[] = [];
    drainInto(receiver, (bytes) => kept.push(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)));
    const fits = Math.floor((256 * 1024) / 1_032);
    const half = Math.floor(fits / 2);
    expect(kept.slice(0, half)).toEqual(Array.from({length: half}, (_, i) => i));
    const thinned = kept.slice(half);
    expect(thinned).toEqual(thinned.toSorted((a, b) => a - b));
    // Had the newest been dropped, the last one kept would be the last that fits.
    expect(kept.at(-1)).toBeGreaterThan(1.5 * fits);
    expect(kept.length).toBeGreaterThan(0.8 * fits);
    const {counts} = receiver;
    expect(counts.thinned).toBeGreaterThan(20 * counts.ringDropped);
    expect(kept.length + counts.thinned + counts.ringDropped).toBe(count);
    expect([counts.kernelDropped, counts.errors]).toEqual([0, 0]);
    await sender.send(datagram(5), port);
    await expect.poll(() => drainInto(receiver, () => {})).toBe(1);
    expect(receiver.counts.thinned).toBe(counts.thinned);
  });

  it('leaves the room of a large ring alone while it is read in time', async () => {
    const receiver = native({ringBytes: 16 * 1024 * 1024});
    const {port} = await receiver.start();
    const sender = closing(await makeSender());
    const bytes = datagram(60_000);
    const count = 400;
    let read = 0;
    for (let i = 0; i < count; i++) {
      await sender.send(bytes, port);
      await expect
        .poll(
          () => {
            read += drainInto(receiver, (got) => expect(Buffer.compare(got, bytes)).toBe(0));
            return read;
          },
          {interval: 1},
        )
        .toBe(i + 1);
    }
    // 24 MB came; the writer turns back behind the first.
    const touched = receiver.ring.memory.findLastIndex((byte) => byte !== 0);
    expect(touched).toBeGreaterThan(1024 * 1024);
    expect(touched).toBeLessThan(1.2 * 1024 * 1024);
  });

  it('counts what the kernel drops in front of the socket', async () => {
    const receiver = native({receiveBufferBytes: 4_096});
    const {port, receiveBufferBytes} = await receiver.start();
    expect(receiveBufferBytes).toBe(4_096);
    const sender = closing(await makeSender());
    let sent = 0;
    let received = 0;
    await expect
      .poll(
        async () => {
          const burst = Array.from({length: 200}, () => sender.send(datagram(8_000), port));
          await Promise.all(burst);
          sent += burst.length;
          received += drainInto(receiver, () => {});
          return receiver.counts.kernelDropped;
        },
        {interval: 10},
      )
      .toBeGreaterThan(0);
    // The kernel tells with the next datagram that gets through; then nothing is missing.
    await expect
      .poll(async () => {
        await sender.send(datagram(1), port);
        sent++;
        await new Promise((resolve) => setTimeout(resolve, 5));
        received += drainInto(receiver, () => {});
        return received + receiver.counts.kernelDropped - sent;
      })
      .toBe(0);
  });

  it('shares its port with others if asked to', async () => {
    const first = native({reusePort: true});
    const {port} = await first.start();
    const second = native({reusePort: true, port});
    expect((await second.start()).port).toBe(port);
    let sent = 0;
    const spread = () => [first, second].map(({counts}) => counts.received);
    // The kernel hashes addresses and ports: other ports of ours go to either in turn.
    for (; sent < 200 && Math.min(...spread()) === 0; sent++) {
      const sender = await makeSender();
      await sender.send(datagram(10), port);
      sender.close();
      await expect.poll(() => spread().reduce((sum, n) => sum + n)).toBe(sent + 1);
    }
    expect(Math.min(...spread())).toBe(1);
    await expect(native({port}).start()).rejects.toThrow('is in use');
  });

  it('refuses memory that is no ring', async () => {
    const {loadAddon} = await import('../../src/collector/native/addon.ts');
    const addon = loadAddon();
    const bad = [new Uint8Array(256), new Uint8Array(256 + 300_000), new Uint16Array(2 ** 19), {}, undefined];
    const none = new Uint8Array(0);
    for (const memory of bad) expect(() => addon.open([memory as Uint8Array], none)).toThrow('not a ring');
    const ring = () => new Uint8Array(256 + 2 ** 18);
    expect(() => addon.open([], none)).toThrow('not a ring');
    expect(() => addon.open(Array.from({length: 9}, ring), none)).toThrow('not a ring');
    expect(() => addon.open([ring()], {} as Uint8Array)).toThrow('not a table');
    expect(() => addon.open([ring(), ring()], new Uint8Array(64))).toThrow('table is of another size');
    expect(() => addon.start({} as never)).toThrow('not a handle');
    expect(() => addon.listen(addon.open([ring()], none), 'x'.repeat(99), '1', true, 1)).toThrow('wrong');
  });

  it('is refused where its file is none, or of other source', async () => {
    const {loadAddon} = await import('../../src/collector/native/addon.ts');
    expect(() => loadAddon('/nowhere/receiver.node')).toThrow(/^[^\n]*nowhere[^\n]*$/);
    expect(() => loadAddon(new URL(import.meta.url).pathname)).toThrow(/^[^\n]+$/);
  });
});
