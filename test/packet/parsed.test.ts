import {expect, it} from 'vitest';
import {classifyRoce, RoceClass} from '../../src/classify/roce.ts';
import {decodeParsedIp} from '../../src/packet/parsed.ts';
import {Layer, PacketView} from '../../src/packet/view.ts';
import {words} from '../support/datagram-builder.ts';
import {be, IPV6_A, IPV6_B} from '../support/packet-builder.ts';

const packet = new PacketView();

function decode(bytes: Buffer, isIpv6: boolean): RoceClass {
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  decodeParsedIp(packet, data, isIpv6, 0, bytes.length);
  return classifyRoce(packet, data, bytes.length);
}

const ipv4 = (protocol: number, length = 1_000) =>
  words(length, protocol, 0x0a000001, 0x0a000002, 50_000, 4791, 0x12, 0x6b);
const ipv6 = (protocol: number) =>
  Buffer.concat([words(1_000, protocol), IPV6_A, IPV6_B, words(50_000, 4791, 0, 0x6b)]);

it('what an agent parsed itself: every field, and RoCEv2 by its port', () => {
  expect(decode(ipv4(17), false)).toBe(RoceClass.Unreadable);
  expect(packet).toMatchObject({ipLength: 1_000, source2: 0xffff, source3: 0x0a000001, destination3: 0x0a000002});
  expect(packet).toMatchObject({sourcePort: 50_000, destinationPort: 4791, dscp: 26, ecn: 3, udpLength: 980, vlan: -1});
  expect(packet.layers & (Layer.Ipv4 | Layer.Udp | Layer.Bth)).toBe(Layer.Ipv4 | Layer.Udp);
  expect(decode(ipv6(17), true)).toBe(RoceClass.Unreadable);
  expect(packet).toMatchObject({
    source0: 0x20010db8,
    source3: 1,
    destination0: 0x20010db8,
    destination3: 2,
    udpLength: 960,
  });
});

it('other protocols, and lengths that cannot be', () => {
  for (const [protocol, layer] of [
    [6, Layer.Tcp],
    [1, Layer.Icmp],
    [58, Layer.Icmp],
    [47, 0],
  ] as const) {
    expect(decode(ipv4(protocol), false)).toBe(RoceClass.None);
    expect(packet.layers).toBe(Layer.Ipv4 | layer);
  }
  expect(packet.tcpFlags).toBe(0x12);
  expect(decode(ipv4(17, 10), false)).toBe(RoceClass.None);
  expect(packet.udpLength).toBe(0);
  expect(decode(Buffer.concat([ipv4(17), be([4, 0])]), false)).toBe(RoceClass.Unreadable);
});
