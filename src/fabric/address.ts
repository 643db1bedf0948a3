import {formatIpv4, formatIpv6} from '../sflow/text.ts';

/** Forms an address of four words (IPv4 mapped) as people write it: dotted, or by RFC 5952. */
export function formatAddress(a: number, b: number, c: number, d: number): string {
  return a === 0 && b === 0 && c === 0xffff ? formatIpv4(d) : formatIpv6(a, b, c, d);
}
