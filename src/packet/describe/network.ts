import {Ipv6Extension, MAX_EXTENSIONS} from '../numbers.ts';
import type {BitField, Description} from './bit-fields.ts';
import {describeTransport} from './transport.ts';

const IPV4: readonly BitField[] = [
  ['version', 4],
  ['header_words', 4],
  ['dscp', 6],
  ['ecn', 2],
  ['total_length', 16],
  ['identification', 16],
  ['reserved', 1, 'skip'],
  ['dont_fragment', 1],
  ['more_fragments', 1],
  ['fragment_offset', 13],
  ['ttl', 8],
  ['protocol', 8],
  ['checksum', 16],
  ['source', 32, 'ip4'],
  ['destination', 32, 'ip4'],
];
const IPV6: readonly BitField[] = [
  ['version', 4],
  ['dscp', 6],
  ['ecn', 2],
  ['flow_label', 20],
  ['payload_length', 16],
  ['next_header', 8],
  ['hop_limit', 8],
  ['source', 128, 'ip6'],
  ['destination', 128, 'ip6'],
];
const EXTENSION: readonly BitField[] = [
  ['next_header', 8],
  ['length', 8],
];
const FRAGMENT: readonly BitField[] = [
  ['next_header', 8],
  ['reserved', 8, 'skip'],
  ['offset', 13],
  ['reserved', 2, 'skip'],
  ['more_fragments', 1],
  ['identification', 32],
];
const ROUTING: readonly BitField[] = [
  ['routing_type', 8],
  ['segments_left', 8],
];
/** RFC 8754, 2. */
const SEGMENT_ROUTING: readonly BitField[] = [
  ['last_entry', 8],
  ['flags', 8],
  ['tag', 16],
];
const SEGMENT_ROUTING_TYPE = 4;

const EXTENSION_NAMES: Readonly<Record<number, string>> = {
  [Ipv6Extension.HopByHop]: 'ipv6_hop_by_hop',
  [Ipv6Extension.Routing]: 'ipv6_routing',
  [Ipv6Extension.Fragment]: 'ipv6_fragment',
  [Ipv6Extension.Authentication]: 'ipv6_authentication',
  [Ipv6Extension.Destination]: 'ipv6_destination',
  [Ipv6Extension.Mobility]: 'ipv6_mobility',
  [Ipv6Extension.HostIdentity]: 'ipv6_host_identity',
  [Ipv6Extension.Shim6]: 'ipv6_shim6',
};

/** RFC 791, with its options as bytes. */
export function describeIpv4(to: Description): void {
  const start = to.at;
  if (!to.add('ipv4', IPV4)) return;
  const header = to.number('header_words') * 4;
  if (to.last['version'] !== 4 || header < 20) {
    to.last['invalid'] = true;
    return;
  }
  const options = to.at;
  if (header > 20 && to.skip(header - 20)) to.last['options'] = to.forms.hex(to.data, options, to.at);
  const length = to.number('total_length');
  to.wireEnd = length >= header ? start + length : Number.POSITIVE_INFINITY;
  to.end = Math.min(to.end, to.wireEnd);
  if (to.number('fragment_offset') > 0) return;
  describeTransport(to, to.number('protocol'));
}

/** RFC 8200, header by header. */
export function describeIpv6(to: Description): void {
  if (!to.add('ipv6', IPV6)) return;
  if (to.last['version'] !== 6) {
    to.last['invalid'] = true;
    return;
  }
  const length = to.number('payload_length');
  to.wireEnd = length > 0 ? to.at + length : Number.POSITIVE_INFINITY;
  to.end = Math.min(to.end, to.wireEnd);
  let next = to.number('next_header');
  for (let headers = 0; EXTENSION_NAMES[next] !== undefined && headers < MAX_EXTENSIONS; headers++) {
    const following = describeExtension(to, next);
    if (following < 0) return;
    next = following;
  }
  describeTransport(to, next);
}

/** Answers with the next header's number, -1 where there is none that could be read. */
function describeExtension(to: Description, type: number): number {
  const start = to.at;
  const name = EXTENSION_NAMES[type]!;
  if (type === Ipv6Extension.Fragment) {
    if (!to.add(name, FRAGMENT)) return -1;
    return to.number('offset') > 0 ? -1 : to.number('next_header');
  }
  if (!to.add(name, EXTENSION)) return -1;
  const words = to.number('length');
  const bytes = type === Ipv6Extension.Authentication ? (words + 2) * 4 : (words + 1) * 8;
  if (type === Ipv6Extension.Routing) describeRouting(to, start + bytes);
  to.at = start;
  return to.skip(bytes) ? to.number('next_header') : -1;
}

/** The segments stand last first (RFC 8754). */
function describeRouting(to: Description, end: number): void {
  if (!to.extend(ROUTING) || to.last['routing_type'] !== SEGMENT_ROUTING_TYPE || !to.extend(SEGMENT_ROUTING)) return;
  const segments: string[] = [];
  const {data, forms} = to;
  for (let left = to.number('last_entry'); left >= 0 && to.at + 16 <= Math.min(end, to.end); left--) {
    const word = (i: number) => data.getUint32(to.at + 4 * i);
    segments.push(forms.ipv6(word(0), word(1), word(2), word(3)));
    to.at += 16;
  }
  to.last['segments'] = segments;
}
