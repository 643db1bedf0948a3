import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {describeHeader} from '../../src/packet/describe/header.ts';
import {decodeHeader} from '../../src/packet/header.ts';
import {TUNNEL_KIND_NAMES, TunnelKind} from '../../src/packet/numbers.ts';
import {Layer, PacketView} from '../../src/packet/view.ts';
import {formatHex, formatIpv4, formatIpv6, formatMac} from '../../src/sflow/text.ts';
import {visiblePacket} from '../fuzz/check.ts';
import {be, ethernet, grh, ipType, ipv4, ipv6, roce, tunnels, udp} from '../support/packet-builder.ts';

const forms = {mac: formatMac, ipv4: formatIpv4, ipv6: formatIpv6, hex: formatHex};
const viewOf = (bytes: Buffer) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function decode(bytes: Buffer, protocol = 1): PacketView {
  const packet = new PacketView();
  // In a buffer of its own: a read past the header's end throws.
  decodeHeader(packet, viewOf(Buffer.from(bytes)), protocol, 0, bytes.length);
  return packet;
}

const layersOf = (bytes: Buffer, protocol = 1) =>
  describeHeader(viewOf(Buffer.from(bytes)), protocol, 0, bytes.length, forms);
const names = (bytes: Buffer, protocol = 1) => layersOf(bytes, protocol).map((layer) => layer.layer);

const write = roce(0x0a, {payload: 32});
const inner = ipv4(udp(write, 4791), {source: 0xc0a80001, ecn: 3, dscp: 10, ttl: 9});
const frame = ethernet(inner);
const tcp = be([2, 443], [2, 50_000], [4, 1], [4, 2], [1, 0x51], [1, 0x12], [2, 100], [2, 0], [2, 0]);

describe('what stands in front of the packet', () => {
  const rows: readonly [string, number, Buffer, string[]][] = [
    ['Ethernet', 1, frame, ['ethernet', 'ipv4', 'udp', 'bth']],
    ['IPv4', 11, inner, ['ipv4', 'udp', 'bth']],
    ['IPv6', 12, ipv6(udp(write)), ['ipv6', 'udp', 'bth']],
    ['MPLS', 13, Buffer.concat([be([4, 0x00064140]), inner]), ['mpls', 'ipv4', 'udp', 'bth']],
    [
      'MPLS with IPv6',
      13,
      Buffer.concat([be([4, 0x40], [4, 0x00002140]), ipv6(udp(write))]),
      ['mpls', 'mpls', 'ipv6', 'udp', 'bth'],
    ],
    ['PPP', 7, Buffer.concat([be([2, 0x0021]), inner]), ['ppp', 'ipv4', 'udp', 'bth']],
    [
      'PPP over SONET',
      14,
      Buffer.concat([be([2, 0xff03], [2, 0x0057]), ipv6(udp(write))]),
      ['ppp', 'ipv6', 'udp', 'bth'],
    ],
    [
      'PPP with labels',
      7,
      Buffer.concat([be([2, 0x0281], [4, 0x00000140]), inner]),
      ['ppp', 'mpls', 'ipv4', 'udp', 'bth'],
    ],
    [
      'tags',
      1,
      ethernet(inner, 0x0800, [
        [0x88a8, 0x00c8],
        [0x8100, 0x67d1],
      ]),
      ['ethernet', 'vlan', 'vlan', 'ipv4', 'udp', 'bth'],
    ],
    [
      'old tags',
      1,
      ethernet(inner, 0x0800, [
        [0x9100, 5],
        [0x9200, 6],
      ]),
      ['ethernet', 'vlan', 'vlan', 'ipv4', 'udp', 'bth'],
    ],
    [
      'SNAP',
      1,
      ethernet(Buffer.concat([be([3, 0xaaaa03], [3, 0], [2, 0x0800]), inner]), 8 + inner.length),
      ['ethernet', 'llc', 'ipv4', 'udp', 'bth'],
    ],
    [
      'PPPoE',
      1,
      ethernet(Buffer.concat([be([2, 0x1100], [2, 5], [2, 2 + inner.length], [2, 0x0021]), inner]), 0x8864),
      ['ethernet', 'pppoe', 'ppp', 'ipv4', 'udp', 'bth'],
    ],
    [
      'multicast labels',
      1,
      ethernet(Buffer.concat([be([4, 0x00064140]), inner]), 0x8848),
      ['ethernet', 'mpls', 'ipv4', 'udp', 'bth'],
    ],
    ['IPv4 options', 1, ethernet(ipv4(udp(write), {options: Buffer.alloc(8, 1)})), ['ethernet', 'ipv4', 'udp', 'bth']],
  ];
  for (const [name, protocol, bytes, expected] of rows) {
    it(name, () => {
      const packet = decode(bytes, protocol);
      expect([packet.destinationPort, packet.layers & Layer.Udp]).toEqual([4791, Layer.Udp]);
      expect(packet.layers & Layer.Tunnel).toBe(0);
      expect(names(bytes, protocol).slice(0, expected.length)).toEqual(expected);
    });
  }

  it('every field of tags and labels', () => {
    const tagged = ethernet(inner, 0x0800, [
      [0x88a8, 0x00c8],
      [0x8100, 0x77d1],
    ]);
    expect(decode(tagged).vlan).toBe(200);
    expect(layersOf(tagged).slice(1, 3)).toEqual([
      {layer: 'vlan', tpid: '0x88a8', priority: 0, dei: 0, vlan: 200, type: 0x8100},
      {layer: 'vlan', tpid: '0x8100', priority: 3, dei: 1, vlan: 2001, type: 0x0800},
    ]);
    const labels = Buffer.concat([be([4, 0x00007aff], [4, 0x00064140]), inner]);
    expect(layersOf(labels, 13).slice(0, 2)).toEqual([
      {layer: 'mpls', label: 7, label_name: 'entropy_indicator', traffic_class: 5, bottom: 0, ttl: 255},
      {layer: 'mpls', label: 100, traffic_class: 0, bottom: 1, ttl: 64},
    ]);
    expect(decode(labels, 13).layers & Layer.Mpls).toBe(Layer.Mpls);
  });

  it('a pseudowire below the labels, with and without control word', () => {
    for (const control of [Buffer.alloc(0), be([4, 5])]) {
      // Nothing but its first four bits tells a control word from a frame, so this frame's address starts with others.
      const carried = Buffer.concat([Buffer.from([0xa2]), frame.subarray(1)]);
      const bytes = Buffer.concat([be([4, 0x00064140]), control, carried]);
      const packet = decode(bytes, 13);
      expect(packet).toMatchObject({tunnelKind: TunnelKind.Pseudowire, tunnels: 1, destinationPort: 4791});
      const wire = control.length > 0 ? ['pseudowire_control'] : [];
      expect(names(bytes, 13).slice(0, -3)).toEqual(['mpls', ...wire, 'ethernet', 'ipv4', 'udp', 'bth']);
    }
  });

  const ends: readonly [string, number, Buffer, string][] = [
    [
      'ARP',
      1,
      ethernet(
        be([2, 1], [2, 0x0800], [1, 6], [1, 4], [2, 1], [6, 1], [4, 0x0a000001], [6, 0], [4, 0x0a000002]),
        0x0806,
      ),
      'arp',
    ],
    ['LLDP', 1, ethernet(Buffer.alloc(20), 0x88cc), 'lldp'],
    ['LACP', 1, ethernet(Buffer.alloc(20), 0x8809), 'slow_protocol'],
    ['MACsec', 1, ethernet(Buffer.alloc(20), 0x88e5), 'macsec'],
    ['an unknown type', 1, ethernet(Buffer.alloc(20), 0xcafe), 'unknown'],
    ['spanning tree', 1, ethernet(be([3, 0x424203], [4, 0]), 7), 'llc'],
    ['SNAP of a vendor', 1, ethernet(be([3, 0xaaaa03], [3, 0x00000c], [2, 0x2000]), 8), 'llc'],
    ['SNAP with a length for a type', 1, ethernet(be([3, 0xaaaa03], [3, 0], [2, 100]), 8), 'llc'],
    ['SNAP that is cut', 1, ethernet(be([3, 0xaaaa03], [2, 0]), 8), 'llc'],
    ['an associated channel', 13, be([4, 0x0000d140], [4, 0x10000000]), 'associated_channel'],
    ['PPP of another protocol', 7, be([2, 0xc021], [4, 1]), 'ppp'],
    ['PPPoE of another version', 1, ethernet(be([2, 0x2100], [2, 0], [2, 0], [2, 0x0021]), 0x8864), 'pppoe'],
    ['PPPoE of another type', 1, ethernet(be([2, 0x1200], [2, 0], [2, 0], [2, 0x0021]), 0x8864), 'pppoe'],
    ['PPPoE that is no session', 1, ethernet(be([2, 0x1109], [2, 0], [2, 0], [2, 0]), 0x8864), 'pppoe'],
    ['ICMP', 11, ipv4(be([1, 3], [1, 4], [2, 0]), {protocol: 1}), 'icmp'],
    ['ICMPv6', 12, ipv6(be([1, 135], [1, 0], [2, 0]), {next: 58}), 'icmpv6'],
    ['ESP', 12, ipv6(Buffer.alloc(16), {next: 50}), 'ipv6'],
    ['an unknown protocol', 11, ipv4(Buffer.alloc(16), {protocol: 63}), 'ipv4'],
  ];
  for (const [name, protocol, bytes, last] of ends) {
    it(`ends at ${name}`, () => {
      expect(names(bytes, protocol).at(-1)).toBe(last);
      expect(decode(bytes, protocol).layers & (Layer.Udp | Layer.Tcp)).toBe(0);
    });
  }

  it('ARP in words; LLC has no Ethertype', () => {
    expect(layersOf(ends[0]![2]).at(-1)).toMatchObject({operation: 1, sender_ip: '10.0.0.1', target_ip: '10.0.0.2'});
    expect(decode(ends[5]![2]).etherType).toBe(0);
    expect(decode(ends[1]![2]).etherType).toBe(0x88cc);
  });

  it('of other header protocols nothing is told', () => {
    for (const protocol of [2, 6, 10, 15, 99]) {
      expect(decode(frame, protocol).layers).toBe(0);
      expect(names(frame, protocol)).toEqual([]);
    }
  });

  it('an IP version that is wrong, and a header shorter than one', () => {
    for (const [protocol, bytes] of [
      [11, ipv6(udp(write))],
      [12, inner],
      [11, Buffer.concat([Buffer.from([0x44]), inner.subarray(1)])],
    ] as const) {
      expect(decode(bytes, protocol).layers).toBe(0);
      expect(layersOf(bytes, protocol)).toMatchObject([{invalid: true}]);
    }
  });

  it('loops are bounded', () => {
    expect(
      names(ethernet(Buffer.alloc(0), 0x8100, Array(20).fill([0x8100, 1]))).filter((name) => name === 'vlan'),
    ).toHaveLength(8);
    expect(decode(ethernet(Buffer.alloc(0), 0x8100, Array(20).fill([0x8100, 1]))).etherType).toBe(0x8100);
    const labels = Buffer.alloc(4 * 40);
    expect(names(labels, 13)).toHaveLength(16);
    expect(decode(labels, 13).layers).toBe(Layer.Mpls | Layer.Clipped);
    expect(decode(be([4, 0x140]), 13).layers).toBe(Layer.Mpls | Layer.Clipped);
    expect(names(be([4, 0x140]), 13)).toEqual(['mpls']);
    const options = Array(14).fill({type: 60, body: Buffer.alloc(6)});
    expect(decode(ipv6(udp(write), {extensions: options}), 12)).toMatchObject({ipProtocol: 60});
    expect(names(ipv6(udp(write), {extensions: options}), 12)).toHaveLength(11);
  });
});

describe('IP', () => {
  it('every field of IPv4', () => {
    const packet = decode(frame);
    expect(packet).toMatchObject({
      dscp: 10,
      ecn: 3,
      ttl: 9,
      ipProtocol: 17,
      source2: 0xffff,
      source3: 0xc0a80001,
      destination3: 0x0a000002,
    });
    expect(packet.ipLength).toBe(inner.length);
    expect(
      layersOf(ethernet(ipv4(tcp, {protocol: 6, fragment: 0x4000, options: Buffer.from([7, 4, 0, 0])}))).slice(1),
    ).toMatchObject([
      {
        layer: 'ipv4',
        version: 4,
        header_words: 6,
        dont_fragment: 1,
        more_fragments: 0,
        identification: 7,
        options: '07040000',
      },
      {layer: 'tcp', source_port: 443, ns: 1, flags: 18, flag_names: ['syn', 'ack'], window: 100},
    ]);
    expect(decode(ipv4(tcp, {protocol: 6}), 11)).toMatchObject({
      sourcePort: 443,
      destinationPort: 50_000,
      tcpFlags: 0x12,
    });
  });

  it('every field of IPv6, and its extension headers', () => {
    const segments = Buffer.concat([
      be([1, 4], [1, 1], [1, 1], [1, 0], [2, 9]),
      Buffer.alloc(15),
      Buffer.from([1]),
      Buffer.alloc(15),
      Buffer.from([2]),
    ]);
    const bytes = ipv6(udp(write), {
      extensions: [
        {type: 0, body: Buffer.alloc(6)},
        {type: 43, body: segments},
        {type: 60, body: Buffer.alloc(14)},
        {type: 44, body: be([2, 0], [4, 77])},
        {type: 51, body: Buffer.alloc(18)},
        {type: 135, body: Buffer.alloc(6)},
        {type: 139, body: Buffer.alloc(6)},
        {type: 140, body: Buffer.alloc(6)},
      ],
    });
    expect(decode(bytes, 12)).toMatchObject({dscp: 26, ecn: 2, ttl: 62, destinationPort: 4791, ipLength: bytes.length});
    expect(layersOf(bytes, 12).slice(0, 5)).toMatchObject([
      {layer: 'ipv6', flow_label: 0x12345, hop_limit: 62, source: '2001:db8::1', destination: '2001:db8::2'},
      {layer: 'ipv6_hop_by_hop', length: 0},
      {layer: 'ipv6_routing', routing_type: 4, segments_left: 1, last_entry: 1, tag: 9, segments: ['::1', '::2']},
      {layer: 'ipv6_destination'},
      {layer: 'ipv6_fragment', offset: 0, more_fragments: 0, identification: 77},
    ]);
    expect(names(bytes, 12).slice(5, 10)).toEqual([
      'ipv6_authentication',
      'ipv6_mobility',
      'ipv6_host_identity',
      'ipv6_shim6',
      'udp',
    ]);
    const other = ipv6(udp(write), {extensions: [{type: 43, body: Buffer.alloc(6)}]});
    expect(layersOf(other, 12)[1]).toMatchObject({routing_type: 0});
    expect(layersOf(other, 12)[1]).not.toHaveProperty('segments');
  });

  it('fragments behind the first have no transport', () => {
    for (const [protocol, bytes] of [
      [11, ipv4(udp(write), {fragment: 5})],
      [12, ipv6(udp(write), {extensions: [{type: 44, body: be([2, 8], [4, 1])}]})],
    ] as const) {
      expect(decode(bytes, protocol)).toMatchObject({ipProtocol: 17});
      expect(decode(bytes, protocol).layers & (Layer.Fragment | Layer.Udp)).toBe(Layer.Fragment);
      expect(names(bytes, protocol)).not.toContain('udp');
    }
  });

  it("padding behind the packet's own end is not read", () => {
    const short = Buffer.concat([ethernet(ipv4(Buffer.alloc(4), {protocol: 17})), Buffer.alloc(40, 0x12)]);
    expect(decode(short).layers & (Layer.Udp | Layer.Clipped)).toBe(Layer.Clipped);
    const v6 = Buffer.concat([ipv6(Buffer.alloc(4)), Buffer.alloc(40, 0x12)]);
    expect(decode(v6, 12).layers & (Layer.Udp | Layer.Clipped)).toBe(Layer.Clipped);
    expect(names(v6, 12)).toEqual(['ipv6', 'udp']);
  });

  it('lengths of 0, as TSO leaves them', () => {
    expect(decode(ipv4(tcp, {protocol: 6, length: 0}), 11).destinationPort).toBe(50_000);
    expect(decode(ipv6(udp(write, 4791, 1, 0), {length: 0}), 12)).toMatchObject({destinationPort: 4791, udpLength: 0});
    expect(names(ipv6(udp(write, 4791, 1, 0), {length: 0}), 12)).toContain('bth');
  });

  it('ICMP has type and code in the places of the ports', () => {
    expect(decode(ipv4(be([1, 3], [1, 4], [2, 0]), {protocol: 1}), 11)).toMatchObject({
      sourcePort: 3,
      destinationPort: 4,
    });
  });
});

describe('tunnels', () => {
  const key = (flags: number, type: number, ...fields: (readonly [number, number])[]) =>
    be([2, flags], [2, type], ...fields);
  const gre = (header: Buffer, payload: Buffer) => ipv4(Buffer.concat([header, payload]), {protocol: 47});
  const over = (port: number, ...parts: Buffer[]) => ipv4(udp(Buffer.concat(parts), port), {dscp: 1, ecn: 1, ttl: 50});
  const erspan = (version: number, ...more: (readonly [number, number])[]) =>
    be([2, version << 12], [2, 0x0123], ...more);
  const rows: readonly [string, Buffer, number, number][] = [
    ['VXLAN', tunnels.vxlan(inner), TunnelKind.Vxlan, 100],
    ['VXLAN on the port of Linux', over(8472, be([4, 0x08000000], [4, 0x6400]), frame), TunnelKind.Vxlan, 100],
    ['VXLAN-GPE, IPv4', over(4790, be([4, 0x0c000001], [4, 0x6400]), inner), TunnelKind.VxlanGpe, 100],
    ['VXLAN-GPE, IPv6', over(4790, be([4, 0x0c000002], [4, 0x6400]), ipv6(udp(write))), TunnelKind.VxlanGpe, 100],
    ['VXLAN-GPE, Ethernet', over(4790, be([4, 0x0c000003], [4, 0x6400]), frame), TunnelKind.VxlanGpe, 100],
    ['VXLAN-GPE without next protocol', over(4790, be([4, 0x08000000], [4, 0x6400]), frame), TunnelKind.VxlanGpe, 100],
    ['GENEVE', tunnels.geneve(inner), TunnelKind.Geneve, 200],
    ['GENEVE without options, IP', over(6081, be([2, 0], [2, 0x0800], [4, 0x6400]), inner), TunnelKind.Geneve, 100],
    ['GRE', gre(key(0, 0x0800), inner), TunnelKind.Gre, 0],
    ['GRE with all fields', gre(key(0xb000, 0x0800, [4, 1], [4, 77], [4, 3]), inner), TunnelKind.Gre, 77],
    ['GRE with Ethernet', gre(key(0, 0x6558), frame), TunnelKind.Gre, 0],
    ['GRE with labels', gre(key(0, 0x8847), Buffer.concat([be([4, 0x64140]), inner])), TunnelKind.Gre, 0],
    ['NVGRE', gre(key(0x2000, 0x6558, [4, 0x00123456]), frame), TunnelKind.Nvgre, 0x1234],
    ['ERSPAN I', gre(key(0, 0x88be), frame), TunnelKind.Erspan, 0],
    [
      'ERSPAN II',
      gre(key(0x1000, 0x88be, [4, 9]), Buffer.concat([erspan(1, [4, 5]), frame])),
      TunnelKind.Erspan,
      0x123,
    ],
    [
      'ERSPAN III',
      gre(key(0x1000, 0x22eb, [4, 9]), Buffer.concat([erspan(2, [4, 5], [4, 0]), frame])),
      TunnelKind.Erspan,
      0x123,
    ],
    [
      'ERSPAN III with more',
      gre(key(0, 0x22eb), Buffer.concat([erspan(2, [4, 5], [4, 1], [8, 0]), frame])),
      TunnelKind.Erspan,
      0x123,
    ],
    [
      'ERSPAN III with IP',
      gre(key(0, 0x22eb), Buffer.concat([erspan(2, [4, 5], [4, 0x0800]), inner])),
      TunnelKind.Erspan,
      0x123,
    ],
    ['IP in IP', tunnels.ipInIp(inner), TunnelKind.IpInIp, 0],
    ['IPv6 in IPv4', tunnels.ipInIp(ipv6(udp(write))), TunnelKind.IpInIp, 0],
    ['Ethernet in IPv6', ipv6(frame, {next: 143}), TunnelKind.EthernetInIp, 0],
    ['GRE over UDP', over(4754, key(0, 0x0800), inner), TunnelKind.Gre, 0],
    ['MPLS over UDP', over(6635, be([4, 0x64140]), inner), TunnelKind.MplsOverUdp, 0],
    ['GUE', over(6080, be([1, 1], [1, 4], [2, 0], [4, 0]), inner), TunnelKind.Gue, 0],
    ['GUE with IPv6', over(6080, be([1, 0], [1, 41], [2, 0]), ipv6(udp(write))), TunnelKind.Gue, 0],
    ['GUE with GRE', over(6080, be([1, 0], [1, 47], [2, 0]), key(0, 0x0800), inner), TunnelKind.Gre, 0],
    ['GUE that is IP itself', over(6080, inner), TunnelKind.Gue, 0],
    ['GTP-U', over(2152, be([1, 0x30], [1, 255], [2, 0], [4, 42]), inner), TunnelKind.GtpU, 42],
    [
      'GTP-U with sequence',
      over(2152, be([1, 0x32], [1, 255], [2, 0], [4, 42], [4, 0]), ipv6(udp(write))),
      TunnelKind.GtpU,
      42,
    ],
    [
      'GTP-U with extensions',
      over(
        2152,
        be([1, 0x34], [1, 255], [2, 0], [4, 42], [4, 0x85], [1, 1], [2, 0], [1, 0x20], [1, 2], [6, 0], [1, 0]),
        inner,
      ),
      TunnelKind.GtpU,
      42,
    ],
  ];
  for (const [name, packet, kind, vni] of rows) {
    it(`${name}: the inner packet is told, the outer one kept`, () => {
      const bytes = ethernet(packet, ipType(packet));
      const decoded = decode(bytes);
      expect(decoded).toMatchObject({tunnels: 1, tunnelKind: kind, vni, destinationPort: 4791});
      expect(decoded.outerLayers & (Layer.Ethernet | Layer.Ipv4 | Layer.Ipv6)).not.toBe(0);
      expect(decoded.outerDscp).toBe(packet[0]! >>> 4 === 4 ? packet[1]! >>> 2 : 26);
      expect(TUNNEL_KIND_NAMES[kind]).toBeDefined();
      const layers = names(bytes);
      expect(layers).toContain('bth');
      expect(layers.filter((layer) => layer.startsWith('ipv')).length).toBe(2);
      // Wherever the header is cut, the two ways of decoding read no further, and agree on whether there is a BTH.
      for (let length = 0; length < bytes.length; length++) {
        const cut = bytes.subarray(0, length);
        const reached = decode(cut);
        const described = layersOf(cut);
        const udpAt = described.findIndex((layer) => layer.layer === 'udp' && layer['destination_port'] === 4791);
        expect(udpAt >= 0 && described[udpAt]!['clipped'] !== true).toBe(
          (reached.layers & Layer.Udp) !== 0 && reached.destinationPort === 4791,
        );
      }
    });
  }

  it('every field of the tunnel headers', () => {
    const of = (packet: Buffer, name: string) =>
      layersOf(ethernet(packet, ipType(packet))).find((layer) => layer.layer === name);
    expect(of(rows[0]![1], 'vxlan')).toEqual({layer: 'vxlan', flags: 8, next_protocol: 0, vni: 100});
    expect(of(rows[6]![1], 'geneve')).toMatchObject({
      version: 0,
      option_words: 2,
      protocol: 0x6558,
      vni: 200,
      options: '0101010101010101',
    });
    expect(of(rows[9]![1], 'gre')).toMatchObject({has_checksum: 1, has_key: 1, has_sequence: 1, key: 77, sequence: 3});
    expect(of(rows[12]![1], 'gre')).toMatchObject({key: 0x123456, vsid: 0x1234, flow_id: 0x56});
    expect(of(rows[14]![1], 'erspan')).toMatchObject({version: 1, session: 0x123, index: 5});
    expect(of(rows[17]![1], 'erspan')).toMatchObject({version: 2, timestamp: 5, frame_type: 2});
    expect(of(rows[29]![1], 'gtp_u')).toMatchObject({version: 1, type: 255, teid: 42, next_extension: 0x85});
    expect(of(rows[23]![1], 'gue')).toMatchObject({variant: 0, option_words: 1, protocol: 4});
  });

  const stops: readonly [string, Buffer][] = [
    ['VXLAN without an identifier', over(4789, be([4, 0], [4, 0]), frame)],
    ['VXLAN-GPE with nothing', over(4790, be([4, 0x0c000000], [4, 0]), inner)],
    ['VXLAN-GPE with NSH', over(4790, be([4, 0x0c000004], [4, 0]), inner)],
    ['GENEVE of a later version', over(6081, be([2, 0x4000], [2, 0x0800], [4, 0]), inner)],
    ['GENEVE with something else', over(6081, be([2, 0], [2, 0x0003], [4, 0]), inner)],
    ["PPTP's GRE", gre(key(1, 0x880b), inner)],
    ['GRE with routing', gre(key(0x4000, 0x0800), inner)],
    ['GRE with something else', gre(key(0, 0x0003), inner)],
    ['GUE control', over(6080, be([1, 0x20], [1, 4], [2, 0]), inner)],
    ['GUE of a later variant', over(6080, be([1, 0x80], [1, 4], [2, 0]), inner)],
    ['GUE with something else', over(6080, be([1, 0], [1, 50], [2, 0]), inner)],
    ["GTP's echo", over(2152, be([1, 0x32], [1, 1], [2, 0], [4, 0], [4, 0]))],
    ['GTP of another version', over(2152, be([1, 0x50], [1, 255], [2, 0], [4, 0]), inner)],
    [
      'GTP with an extension of no length',
      over(2152, be([1, 0x34], [1, 255], [2, 0], [4, 0], [4, 0x85], [4, 0]), inner),
    ],
    [
      'GTP with an extension that leaves the packet',
      over(2152, be([1, 0x34], [1, 255], [2, 0], [4, 0], [4, 0x85], [1, 255], [3, 0])),
    ],
  ];
  for (const [name, packet] of stops) {
    it(`stops at ${name}`, () => {
      const bytes = ethernet(packet);
      expect(decode(bytes).destinationPort).not.toBe(4791);
      expect(names(bytes)).not.toContain('bth');
    });
  }

  it('inside each other they are followed four deep, and no further', () => {
    let packet = inner;
    for (let depth = 1; depth <= 6; depth++) {
      packet = ipv4(packet, {protocol: 4, source: depth});
      const decoded = decode(packet, 11);
      expect(decoded.tunnels).toBe(Math.min(depth, 4));
      expect((decoded.layers & Layer.TooDeep) !== 0).toBe(depth > 4);
      expect(decoded.outerSource3).toBe(depth);
      const layers = layersOf(packet, 11);
      expect(layers.filter((layer) => layer.layer === 'ipv4')).toHaveLength(Math.min(depth, 4) + 1);
      expect(layers.some((layer) => layer['too_deep'] === true)).toBe(depth > 4);
    }
    // A pseudowire as the one too many.
    const wire = (frame: Buffer) => over(6635, be([4, 0x64140], [4, 0]), frame);
    const five = ipv4(ipv4(ipv4(wire(frame), {protocol: 4}), {protocol: 4}), {protocol: 4});
    expect(decode(five, 11)).toMatchObject({tunnels: 4, tunnelKind: TunnelKind.MplsOverUdp});
    expect(decode(five, 11).layers & Layer.TooDeep).toBe(Layer.TooDeep);
    expect(layersOf(five, 11).at(-1)).toMatchObject({layer: 'pseudowire_control', too_deep: true});
    // What nests in other ways ends as well.
    for (const wrap of [
      tunnels.vxlan,
      tunnels.geneve,
      tunnels.gre,
      (packet: Buffer) => over(6635, be([4, 0x64140]), packet),
      (packet: Buffer) => over(6080, packet),
      (packet: Buffer) => ipv6(ethernet(packet, ipType(packet)), {next: 143}),
      (packet: Buffer) => gre(key(0x2000, 0x6558, [4, 1]), ethernet(packet, ipType(packet))),
      (packet: Buffer) => gre(key(0, 0x88be), ethernet(packet, ipType(packet))),
      (packet: Buffer) => over(6080, be([1, 0], [1, 4], [2, 0]), packet),
      (packet: Buffer) => over(2152, be([1, 0x30], [1, 255], [2, 0], [4, 42]), packet),
      (packet: Buffer) => over(4790, be([4, 0x0c000001], [4, 0x6400]), packet),
      (packet: Buffer) => ipv4(ipv6(packet, {next: 4}), {protocol: 41}),
      (packet: Buffer) => over(6635, be([4, 0x64140], [4, 0]), ethernet(packet)),
    ]) {
      let nested = ipv4(udp(write), {});
      for (let depth = 0; depth < 6; depth++) nested = wrap(nested);
      const bytes = ethernet(nested, ipType(nested));
      expect(decode(bytes)).toMatchObject({tunnels: 4});
      expect(decode(bytes).layers & Layer.TooDeep).toBe(Layer.TooDeep);
      expect(names(bytes)).not.toContain('bth');
    }
  });
});

describe('properties', () => {
  const bytes = fc.uint8Array({maxLength: 200}).map((array) => Buffer.from(array));
  const protocol = fc.constantFrom(1, 7, 11, 12, 13, 14, 18);
  const seeds = [
    frame,
    ethernet(tunnels.vxlan(tunnels.gre(inner))),
    ethernet(grh(write), 0x8915),
    ethernet(ipv6(udp(write)), 0x86dd),
  ];

  it('random bytes are never read past their end', () => {
    fc.assert(
      fc.property(bytes, protocol, (header, type) => {
        decode(header, type);
        layersOf(header, type);
      }),
      {numRuns: 2_000},
    );
  });

  it('a packet is decoded the same whatever was decoded before it', () => {
    const used = new PacketView();
    fc.assert(
      fc.property(bytes, protocol, fc.constantFrom(...seeds), (before, type, seed) => {
        decodeHeader(used, viewOf(before), type, 0, before.length);
        decodeHeader(used, viewOf(seed), 1, 0, seed.length);
        expect(visiblePacket(used)).toEqual(visiblePacket(decode(seed)));
      }),
      {numRuns: 500},
    );
  });
});
