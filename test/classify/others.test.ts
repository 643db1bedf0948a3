import {describe, expect, it} from 'vitest';
import {classifyMacControl, MacControl} from '../../src/classify/mac-control.ts';
import {hasTrimDscp, trimmedBytes} from '../../src/classify/trimmed.ts';
import {describeHeader} from '../../src/packet/describe/header.ts';
import {decodeHeader} from '../../src/packet/header.ts';
import {PacketView} from '../../src/packet/view.ts';
import {formatHex, formatIpv4, formatIpv6, formatMac} from '../../src/sflow/text.ts';
import {be, ethernet, ipv4, ipv6, roce, tunnels, udp} from '../support/packet-builder.ts';

const forms = {mac: formatMac, ipv4: formatIpv4, ipv6: formatIpv6, hex: formatHex};
const viewOf = (bytes: Buffer) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const packet = new PacketView();

function decode(bytes: Buffer, protocol = 1): DataView {
  decodeHeader(packet, viewOf(bytes), protocol, 0, bytes.length);
  return viewOf(bytes);
}

describe('the DSCP of trimmed packets', () => {
  const inner = ipv4(udp(roce(0x07, {payload: 64})), {dscp: 11});
  const ipv6Inner = ipv6(udp(roce(0x07, {payload: 64})), {dscp: 11});
  it.each([
    ['of IPv4', ethernet(inner), true],
    ['of IPv6', ethernet(ipv6Inner, 0x86dd), true],
    ['of a tunnel: that of the outer header', ethernet(tunnels.vxlan(inner)), false],
    ['of no IP', ethernet(Buffer.alloc(60), 0x88cc), false],
  ])('%s', (_, bytes, expected) => {
    decode(bytes);
    expect(hasTrimDscp(packet, 11)).toBe(expected);
    expect(hasTrimDscp(packet, -1)).toBe(false);
    if (!expected) expect(hasTrimDscp(packet, 26)).toBe(bytes.length > 100);
  });
});

describe('trimmed packets', () => {
  const whole = ipv4(udp(roce(0x07, {payload: 4_096})));
  const tagged: [number, number][] = [[0x8100, 5]];
  const rows: readonly [string, Buffer, number, number][] = [
    ['a whole packet', ethernet(whole), whole.length + 18, 0],
    ['a packet whose FCS was not counted', ethernet(whole), whole.length + 14, 0],
    ['trimmed to 128 bytes', ethernet(whole), 132, whole.length + 18 - 132],
    ['tagged and trimmed', ethernet(whole, 0x0800, tagged), 132, whole.length + 22 - 132],
    ['IPv6, trimmed', ethernet(ipv6(udp(roce(0x07, {payload: 4_096}))), 0x86dd), 132, whole.length + 38 - 132],
    ['a tunnel, trimmed', ethernet(tunnels.vxlan(whole)), 132, whole.length + 50 + 18 - 132],
    ['padded to the smallest frame', ethernet(ipv4(udp(Buffer.alloc(4)))), 64, 0],
    ['behind SNAP', ethernet(Buffer.concat([be([3, 0xaaaa03], [3, 0], [2, 0x0800]), whole]), 1_000), 132, 0],
    ['below labels', ethernet(Buffer.concat([be([4, 0x64140]), whole]), 0x8847), 132, 0],
    ['no IP at all', ethernet(Buffer.alloc(60), 0x88cc), 64, 0],
    ['many tags', ethernet(whole, 0x0800, Array(8).fill([0x8100, 5])), 132, whole.length + 50 - 132],
  ];
  for (const [name, bytes, frameLength, missing] of rows) {
    it(name, () => {
      const data = decode(bytes.subarray(0, 128));
      expect(trimmedBytes(packet, data, 0, frameLength)).toBe(missing);
    });
  }

  it('without a link layer nothing is told', () => {
    const data = decode(whole, 11);
    expect(trimmedBytes(packet, data, 0, 132)).toBe(0);
  });
});

describe('MAC control', () => {
  const rows: readonly [string, Buffer, MacControl, object][] = [
    ['PAUSE', be([2, 1], [2, 0xffff], [6, 0]), MacControl.Pause, {opcode: 1, quanta: 0xffff}],
    [
      'PFC',
      be([2, 0x0101], [2, 0x0008], [6, 0], [2, 500], [8, 0]),
      MacControl.PriorityPause,
      {class_enable: 8, quanta_2: 0, quanta_3: 500, quanta_7: 0},
    ],
    ['another opcode', be([2, 2], [4, 0]), MacControl.Other, {opcode: 2}],
    ['cut', be([1, 1]), MacControl.Other, {clipped: true}],
  ];
  for (const [name, body, expected, fields] of rows) {
    it(name, () => {
      const bytes = ethernet(body, 0x8808);
      const data = decode(bytes);
      expect(classifyMacControl(packet, data, bytes.length)).toBe(expected);
      expect(describeHeader(data, 1, 0, bytes.length, forms)[1]).toMatchObject({layer: 'mac_control', ...fields});
    });
  }

  it('nothing else is', () => {
    const bytes = ethernet(ipv4(udp(Buffer.alloc(8))));
    expect(classifyMacControl(packet, decode(bytes), bytes.length)).toBe(MacControl.None);
    expect(classifyMacControl(packet, decode(bytes.subarray(14), 11), bytes.length)).toBe(MacControl.None);
  });
});
