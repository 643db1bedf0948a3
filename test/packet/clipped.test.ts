import {describe, expect, it} from 'vitest';
import {describeHeader} from '../../src/packet/describe/header.ts';
import {decodeHeader} from '../../src/packet/header.ts';
import {Layer, PacketView} from '../../src/packet/view.ts';
import {formatHex, formatIpv4, formatIpv6, formatMac} from '../../src/sflow/text.ts';
import {be, ethernet, ipv4, ipv6, roce, udp} from '../support/packet-builder.ts';

const forms = {mac: formatMac, ipv4: formatIpv4, ipv6: formatIpv6, hex: formatHex};
const viewOf = (bytes: Buffer) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const layersOf = (bytes: Buffer, protocol = 1) =>
  describeHeader(viewOf(Buffer.from(bytes)), protocol, 0, bytes.length, forms);

const write = udp(roce(0x0a, {payload: 8}));
const tcp = be([2, 443], [2, 50_000], [4, 1], [4, 2], [1, 0x50], [1, 2], [2, 100], [2, 0], [2, 0]);
const routing = Buffer.concat([be([1, 4], [1, 1], [1, 1], [1, 0], [2, 9]), Buffer.alloc(32, 7)]);
const extensions = [0, 43, 44, 51, 60].map((type) => ({
  type,
  body: type === 43 ? routing : type === 51 ? Buffer.alloc(10) : Buffer.alloc(6),
}));

const frames: readonly [string, number, Buffer][] = [
  [
    'TCP behind tags',
    1,
    ethernet(ipv4(tcp, {protocol: 6, options: Buffer.alloc(8, 1)}), 0x0800, [
      [0x88a8, 5],
      [0x8100, 6],
    ]),
  ],
  ['ICMP', 1, ethernet(ipv4(be([1, 8], [1, 0], [2, 0]), {protocol: 1}))],
  ['ICMPv6', 12, ipv6(be([1, 135], [1, 0], [2, 0]), {next: 58})],
  ['SNAP', 1, ethernet(Buffer.concat([be([3, 0xaaaa03], [3, 0], [2, 0x0800]), ipv4(write)]), 500)],
  ['ARP', 1, ethernet(be([8, 1], [8, 2], [8, 3], [4, 4]), 0x0806)],
  ['PPPoE', 1, ethernet(Buffer.concat([be([2, 0x1100], [2, 5], [2, 60], [2, 0x0057]), ipv6(write)]), 0x8864)],
  ['a pseudowire with control word', 13, Buffer.concat([be([4, 0x64140], [4, 5]), ethernet(ipv4(write))])],
  ['extension headers', 1, ethernet(ipv6(write, {extensions}), 0x86dd)],
  ['PFC', 1, ethernet(be([2, 0x0101], [2, 8], [16, 5]), 0x8808)],
  [
    'GTP-U with extensions',
    11,
    ipv4(
      udp(
        Buffer.concat([be([1, 0x34], [1, 255], [2, 0], [4, 42], [4, 0x85], [1, 1], [2, 0], [1, 0]), ipv4(write)]),
        2152,
      ),
    ),
  ],
  [
    'ERSPAN III',
    11,
    ipv4(
      Buffer.concat([
        be([2, 0x3000], [2, 0x22eb], [4, 1], [4, 2], [2, 0x2000], [2, 5], [4, 6], [4, 1], [8, 0]),
        ethernet(ipv4(write)),
      ]),
      {protocol: 47},
    ),
  ],
  [
    'GRE with all fields',
    11,
    ipv4(Buffer.concat([be([2, 0xb000], [2, 0x0800], [4, 1], [4, 2], [4, 3]), ipv4(write)]), {protocol: 47}),
  ],
  ['GUE with options', 11, ipv4(udp(Buffer.concat([be([1, 2], [1, 4], [2, 0], [8, 0]), ipv4(write)]), 6080))],
];

/** Made from fields that may be cut, so not the same in a cut layer. */
const DERIVED = new Set(['clipped', 'segments', 'options']);

describe('a header that is cut tells what is there, and that only', () => {
  for (const [name, protocol, frame] of frames) {
    it(name, () => {
      const whole = layersOf(frame, protocol);
      const packet = new PacketView();
      for (let length = 0; length < frame.length; length++) {
        const cut = Buffer.from(frame.subarray(0, length));
        const layers = layersOf(cut, protocol);
        expect(layers.length).toBeLessThanOrEqual(whole.length);
        layers.forEach((layer, i) => {
          if (i < layers.length - 1 && layer['clipped'] !== true) expect(layer).toEqual(whole[i]);
          for (const [field, value] of Object.entries(layer)) {
            if (!DERIVED.has(field)) expect(whole[i]).toHaveProperty(field, value);
          }
        });
        decodeHeader(packet, viewOf(cut), protocol, 0, length);
        if ((packet.layers & Layer.Udp) !== 0 && packet.destinationPort === 4791) {
          expect(layers.some((layer) => layer.layer === 'udp' && layer['destination_port'] === 4791)).toBe(true);
        }
        // Before the last layer is reached, the hot path has said that it ended early.
        const isWhole = layers.length === whole.length && layers.at(-1)!['clipped'] !== true;
        if (
          !isWhole &&
          layers.at(-1)?.['clipped'] === true &&
          !['llc', 'icrc', 'arp', 'mac_control', 'icmp', 'icmpv6', 'reth', 'tcp'].includes(layers.at(-1)!.layer)
        ) {
          expect(packet.layers & (Layer.Clipped | Layer.Udp)).not.toBe(0);
        }
      }
    });
  }

  it('lengths of 0 leave what is there', () => {
    expect(layersOf(ipv4(udp(roce(0x0a), 4791, 1, 0), {length: 0}), 11).map(({layer}) => layer)).toContain('bth');
    expect(layersOf(ipv4(udp(roce(0x0a), 4791, 1, 0)), 11).map(({layer}) => layer)).toContain('bth');
    expect(layersOf(ipv4(udp(roce(0x0a), 4789, 4791), {}), 11).map(({layer}) => layer)).not.toContain('bth');
  });

  it('numbers that JSON would round are text', () => {
    const swap = Buffer.from(roce(0x13));
    swap.writeBigUInt64BE(2n ** 63n, 24);
    expect(layersOf(ipv4(udp(swap)), 11).find(({layer}) => layer === 'atomic_eth')).toMatchObject({
      swap_or_add: '9223372036854775808',
    });
  });
});
