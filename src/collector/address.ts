import {isIPv4, isIPv6} from 'node:net';

/** An address as an IPv6 address of four 32-bit words, IPv4 mapped (::ffff:a.b.c.d, RFC 4291 2.5.5.2). */
export type AddressWords = Uint32Array;

/** Reads an address as the system writes it, without or with a zone (`fe80::1%eth0`); null for anything else. */
export function parseAddress(text: string): AddressWords | null {
  if (isIPv4(text)) return Uint32Array.of(0, 0, 0xffff, ipv4Word(text));
  if (!isIPv6(text)) return null;
  const plain = text.split('%', 1)[0]!;
  const [head = '', tail] = plain.split('::');
  const front = groups(head);
  const back = tail === undefined ? [] : groups(tail);
  const zeros = new Array<number>(8 - front.length - back.length).fill(0);
  const all = [...front, ...zeros, ...back];
  return Uint32Array.from({length: 4}, (_, i) => ((all[2 * i]! << 16) | all[2 * i + 1]!) >>> 0);
}

/** Groups of 16 bits; the last may be written as an IPv4 address, which is two. */
function groups(part: string): number[] {
  if (part === '') return [];
  return part.split(':').flatMap((group) => {
    if (!group.includes('.')) return Number.parseInt(group, 16);
    const word = ipv4Word(group);
    return [word >>> 16, word & 0xffff];
  });
}

function ipv4Word(text: string): number {
  const [a, b, c, d] = text.split('.').map(Number) as [number, number, number, number];
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}
