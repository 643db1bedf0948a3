import {expect, test} from 'vitest';
import {isCeMarked} from '../../src/classify/marked.ts';
import {decodeHeader} from '../../src/packet/header.ts';
import {PacketView} from '../../src/packet/view.ts';
import {be, ethernet, ipv4, ipv6, roce, tunnels, udp} from '../support/packet-builder.ts';

const write = udp(roce(0x07, {payload: 64}));
const CE = 3;
/** An IPv4 packet whose header is marked, its checksum aside. */
const mark = (packet: Buffer) => {
  packet[1]! |= CE;
  return packet;
};
/** ERSPAN type II around a frame (draft-foschiano-erspan, 4.2). */
const mirror = (frame: Buffer) =>
  ipv4(Buffer.concat([be([2, 0x1000], [2, 0x88be], [4, 1], [4, 0x10010001], [4, 0]), frame]), {protocol: 47});
const pseudowire = (frame: Buffer) => ethernet(Buffer.concat([be([4, 0x00064140], [4, 0]), frame]), 0x8847);

test.each([
  ['IPv4', ethernet(ipv4(write)), false],
  ['IPv4, marked', ethernet(ipv4(write, {ecn: CE})), true],
  ['IPv6, marked', ethernet(ipv6(write, {ecn: CE}), 0x86dd), true],
  ['a tunnel', ethernet(tunnels.vxlan(ipv4(write))), false],
  ['a tunnel, marked inside', ethernet(tunnels.vxlan(ipv4(write, {ecn: CE}))), true],
  ['a tunnel, marked by a switch under way', ethernet(mark(tunnels.vxlan(ipv4(write)))), true],
  ['a mirror, itself marked', ethernet(mark(mirror(ethernet(ipv4(write))))), false],
  ['a mirror of a marked packet', ethernet(mirror(ethernet(ipv4(write, {ecn: CE})))), true],
  ['a pseudowire, which has no outer IP', pseudowire(ethernet(ipv4(write))), false],
])('%s', (_, bytes, expected) => {
  const packet = new PacketView();
  packet.ecn = CE; // of the packet before
  decodeHeader(packet, new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 1, 0, bytes.length);
  expect(packet.layers).not.toBe(0);
  expect(isCeMarked(packet)).toBe(expected);
});
