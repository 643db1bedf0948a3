import {IpProtocol, TunnelPort} from '../numbers.ts';
import {ROCE_V2_PORT} from '../opcodes.ts';
import {UET_NATIVE_PROTOCOL, UET_PORT} from '../uet.ts';
import type {BitField, Description} from './bit-fields.ts';
import {describeBth} from './infiniband.ts';
import {describeEthernet} from './link.ts';
import {describeIpv4, describeIpv6} from './network.ts';
import {describeGre, describeUdpTunnel, enter} from './tunnel.ts';
import {describeUet} from './uet.ts';

const UDP: readonly BitField[] = [
  ['source_port', 16],
  ['destination_port', 16],
  ['length', 16],
  ['checksum', 16],
];
const TCP: readonly BitField[] = [
  ['source_port', 16],
  ['destination_port', 16],
  ['sequence', 32],
  ['acknowledgement', 32],
  ['header_words', 4],
  ['reserved', 3, 'skip'],
  ['ns', 1],
  ['flags', 8],
  ['window', 16],
  ['checksum', 16],
  ['urgent', 16],
];
const ICMP: readonly BitField[] = [
  ['type', 8],
  ['code', 8],
  ['checksum', 16],
];
const FLAGS = ['fin', 'syn', 'rst', 'psh', 'ack', 'urg', 'ece', 'cwr'];
const ENTROPY: readonly BitField[] = [
  ['entropy', 16],
  ['reserved', 16, 'skip'],
];

/** What an IP packet carries. */
export function describeTransport(to: Description, protocol: number): void {
  switch (protocol) {
    case IpProtocol.Udp:
      describeUdp(to);
      return;
    case IpProtocol.Tcp:
      if (to.add('tcp', TCP)) to.last['flag_names'] = FLAGS.filter((_, bit) => (to.number('flags') >>> bit) & 1);
      return;
    case IpProtocol.Icmp:
      to.add('icmp', ICMP);
      return;
    case IpProtocol.Icmpv6:
      to.add('icmpv6', ICMP);
      return;
    case IpProtocol.Gre:
      describeGre(to);
      return;
    case IpProtocol.Ipv4:
      if (enter(to)) describeIpv4(to);
      return;
    case IpProtocol.Ipv6:
      if (enter(to)) describeIpv6(to);
      return;
    case IpProtocol.Ethernet:
      if (enter(to)) describeEthernet(to);
      return;
    case UET_NATIVE_PROTOCOL:
      if (to.add('uet_entropy', ENTROPY)) describeUet(to);
  }
}

function describeUdp(to: Description): void {
  const start = to.at;
  if (!to.add('udp', UDP)) return;
  const length = to.number('length');
  // Where a length of 0 tells nothing, the IP packet's end stands, and without that what is there.
  if (length >= 8) to.wireEnd = Math.min(to.wireEnd, start + length);
  else if (to.wireEnd === Number.POSITIVE_INFINITY) to.wireEnd = to.end;
  to.end = Math.min(to.end, to.wireEnd);
  const port = to.number('destination_port');
  if (port === ROCE_V2_PORT || (to.number('source_port') === ROCE_V2_PORT && !(port in tunnelPorts))) {
    describeBth(to, to.wireEnd);
  } else if (port === UET_PORT) {
    describeUet(to);
  } else {
    describeUdpTunnel(to, port);
  }
}

const tunnelPorts: Readonly<Record<number, true>> = Object.fromEntries(
  Object.values(TunnelPort).map((port) => [port, true]),
);
