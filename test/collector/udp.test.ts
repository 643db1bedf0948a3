import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {networkInterfaces} from 'node:os';
import {afterEach, expect, test} from 'vitest';
import {bufferAdvice, RECEIVE_BUFFER_BYTES, type UdpOptions} from '../../src/collector/listen.ts';
import {UdpCollector} from '../../src/collector/udp.ts';
import type {TenhertzError} from '../../src/errors.ts';
import {freeUdpPort} from '../support/ports.ts';

const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({address}) => address === '::1'));
const open: UdpCollector[] = [];
afterEach(async () => {
  for (const collector of open.splice(0)) await collector.stop();
});

interface Heard {
  bytes: number[];
  source: number[];
}

function collect(options: UdpOptions): {collector: UdpCollector; heard: Heard[]} {
  const heard: Heard[] = [];
  const collector = new UdpCollector(options, (bytes, source) => heard.push({bytes: [...bytes], source: [...source]}));
  open.push(collector);
  return {collector, heard};
}

/** Sends until it is heard: UDP promises nothing, not even on loopback. */
async function sendUntilHeard(heard: Heard[], bytes: Uint8Array, port: number, host: string): Promise<void> {
  const sender = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  const before = heard.length;
  for (let i = 0; i < 100 && heard.length === before; i++) {
    sender.send(bytes, port, host);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  sender.close();
  await once(sender, 'close');
  expect(heard.length).toBeGreaterThan(before);
}

test('receives on IPv4, with the source and the buffer that was granted', async () => {
  const {collector, heard} = collect({port: 0, host: '127.0.0.1'});
  const {port, addresses, receiveBufferBytes} = await collector.start();
  expect(port).toBeGreaterThan(0);
  expect(addresses).toEqual(['127.0.0.1']);
  expect(receiveBufferBytes).toBeGreaterThan(0);
  expect(receiveBufferBytes).toBeLessThanOrEqual(RECEIVE_BUFFER_BYTES);
  await sendUntilHeard(heard, Uint8Array.of(1, 2, 3), port, '127.0.0.1');
  expect(heard[0]).toEqual({bytes: [1, 2, 3], source: [0, 0, 0xffff, 0x7f000001]});
  await sendUntilHeard(heard, new Uint8Array(0), port, '127.0.0.1');
  expect(heard.at(-1)!.bytes).toEqual([]);
});

test.skipIf(!hasIpv6)('receives on both families when no address is given', async () => {
  const {collector, heard} = collect({port: await freeUdpPort(), host: undefined});
  const {port, addresses} = await collector.start();
  expect(addresses).toEqual(['0.0.0.0', '::']);
  await sendUntilHeard(heard, Uint8Array.of(4), port, '127.0.0.1');
  await sendUntilHeard(heard, Uint8Array.of(6), port, '::1');
  expect(heard[0]!.source).toEqual([0, 0, 0xffff, 0x7f000001]);
  expect(heard.at(-1)).toEqual({bytes: [6], source: [0, 0, 0, 1]});
});

test.skipIf(!hasIpv6)('receives on IPv6 alone', async () => {
  const {collector, heard} = collect({port: 0, host: '::1'});
  const {port} = await collector.start();
  await sendUntilHeard(heard, Uint8Array.of(6), port, '::1');
});

async function failure(options: UdpOptions): Promise<TenhertzError> {
  const {collector} = collect(options);
  return collector.start().then(
    () => expect.fail('it started'),
    (error: TenhertzError) => error,
  );
}

test('a port in use names the flag to choose another', async () => {
  const {collector} = collect({port: 0, host: '127.0.0.1'});
  const {port} = await collector.start();
  const error = await failure({port, host: '127.0.0.1'});
  expect(error.code).toBe('ADDRESS_IN_USE');
  expect(error.exitCode).toBe(1);
  expect(error.message).toBe(`UDP 127.0.0.1:${port} is in use by another process; choose another with --udp-port`);
});

test.skipIf(!hasIpv6)('a port in use on IPv6 only is in use, and nothing stays open', async () => {
  const other = createSocket({type: 'udp6', ipv6Only: true}).bind(await freeUdpPort(), '::');
  await once(other, 'listening');
  const {port} = other.address();
  const error = await failure({port, host: undefined});
  expect(error.message).toMatch(/^UDP \[::\]:\d+ is in use/);
  const again = createSocket('udp4').bind(port, '0.0.0.0');
  await once(again, 'listening');
  again.close();
  other.close();
});

test('an address of another machine, and one that is none', async () => {
  for (const host of ['192.0.2.77', '2001:db8::77', 'no-such-host.invalid']) {
    const error = await failure({port: 0, host});
    expect(error.code, host).toBe('ADDRESS_NOT_HERE');
    expect(error.message).toContain(host);
    expect(error.message).toMatch(/is not an address of this machine$/);
  }
});

test('after a stop the port is free, and nothing more is heard', async () => {
  const {collector} = collect({port: 0, host: '127.0.0.1'});
  const {port} = await collector.start();
  await collector.stop();
  const {collector: next} = collect({port, host: '127.0.0.1'});
  expect((await next.start()).port).toBe(port);
  await collector.stop();
});

test('advice on the receive buffer only when it was clamped', () => {
  expect(bufferAdvice(RECEIVE_BUFFER_BYTES)).toBeUndefined();
  expect(bufferAdvice(212_992)).toMatch(
    /granted a receive buffer of 0\.2 MiB instead of 16 MiB.*sysctl -w net\.core\.rmem_max=16777216$/,
  );
});
