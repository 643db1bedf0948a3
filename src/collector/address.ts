/** An address as an IPv6 address of four 32-bit words, IPv4 mapped (::ffff:a.b.c.d, RFC 4291 2.5.5.2). */
export type AddressWords = Uint32Array;

/** Reads an address as the system writes it, without or with a zone (`fe80::1%eth0`); null for anything else. */
export function parseAddress(text: string): AddressWords | null {
  const plain = text.split('%', 1)[0]!;
  const bare = plain.startsWith('::ffff:') && plain.includes('.') ? plain.slice(7) : plain;
  if (!bare.includes(':')) {
    const octets = bare.split('.').map(Number);
    if (octets.length !== 4 || octets.some((octet) => !(octet >= 0 && octet <= 255))) return null;
    const [a, b, c, d] = octets as [number, number, number, number];
    return Uint32Array.of(0, 0, 0xffff, ((a << 24) | (b << 16) | (c << 8) | d) >>> 0);
  }
  const [head = '', tail] = bare.split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)));
  const front = groups(head);
  const back = tail === undefined ? [] : groups(tail);
  const zeros = 8 - front.length - back.length;
  if (zeros < 0 || (tail === undefined && zeros !== 0)) return null;
  const all = [...front, ...new Array<number>(zeros).fill(0), ...back];
  if (all.some((group) => !(group >= 0 && group <= 0xffff))) return null;
  return Uint32Array.from({length: 4}, (_, i) => ((all[2 * i]! << 16) | all[2 * i + 1]!) >>> 0);
}
