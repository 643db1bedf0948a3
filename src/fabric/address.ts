import {isIPv4, isIPv6} from 'node:net';
import {formatIpv4, formatIpv6} from '../sflow/text.ts';

/** Forms an address of four words (IPv4 mapped) as people write it: dotted, or by RFC 5952. */
export function formatAddress(a: number, b: number, c: number, d: number): string {
  return a === 0 && b === 0 && c === 0xffff ? formatIpv4(d) : formatIpv6(a, b, c, d);
}

/** An address that a person wrote, in the one form that ids and flows have; undefined where it is none. */
export function canonicalAddress(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined;
  if (isIPv4(text)) return text;
  if (!isIPv6(text) || text.includes('%')) return undefined;
  // WHATWG's form has hexadecimal groups only, and at most one `::`.
  const [left = '', right] = new URL(`http://[${text}]`).hostname.slice(1, -1).split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)));
  const head = groups(left);
  const tail = groups(right ?? '');
  const all = [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
  const word = (i: number) => ((all[i]! << 16) | all[i + 1]!) >>> 0;
  return formatAddress(word(0), word(2), word(4), word(6));
}

/** Largest ifIndex that an id may hold. */
const MAX_IF_INDEX = 0xffff_ffff;

/** An ifIndex from JSON, text or number; undefined where it is none. */
export function parseIfIndex(value: unknown): number | undefined {
  if (typeof value !== 'number' && !(typeof value === 'string' && /^[1-9]\d{0,9}$/.test(value))) return undefined;
  const ifIndex = Number(value);
  return Number.isInteger(ifIndex) && ifIndex >= 1 && ifIndex <= MAX_IF_INDEX ? ifIndex : undefined;
}
