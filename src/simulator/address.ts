import {isIPv4, isIPv6} from 'node:net';

/** The bytes of an IPv4 or IPv6 address: 4 or 16, undefined when it is neither. */
export function parseAddress(text: string): Uint8Array | undefined {
  if (isIPv4(text)) return Uint8Array.from(text.split('.'), Number);
  if (!isIPv6(text) || text.includes('%')) return undefined;
  const [head, tail] = text.split('::');
  const before = groups(head);
  const after = groups(tail ?? '');
  const zeros = new Array(8 - before.length - after.length).fill(0);
  return Uint8Array.from([...before, ...zeros, ...after].flatMap((group) => [group >>> 8, group & 0xff]));
}

/** The address `steps` after this one. */
export function addressAfter(address: Uint8Array, steps: number): Uint8Array {
  const result = address.slice();
  let carry = steps;
  for (let i = result.length - 1; i >= 0 && carry > 0; i--) {
    carry += result[i];
    result[i] = carry & 0xff;
    carry = Math.floor(carry / 256);
  }
  return result;
}

/** An address as text; IPv6 with its longest run of zeros left out (RFC 5952). */
export function formatAddress(address: Uint8Array): string {
  if (address.length === 4) return address.join('.');
  const words = Array.from({length: 8}, (_, i) => ((address[2 * i] << 8) | address[2 * i + 1]).toString(16));
  let best = '';
  for (const run of `:${words.join(':')}:`.match(/(?::0)+(?=:)/g) ?? []) if (run.length > best.length) best = run;
  if (best.length <= 2) return words.join(':');
  const short = `:${words.join(':')}:`.replace(`${best}:`, '::');
  return short.replace(/^:(?!:)/, '').replace(/(?<!:):$/, '');
}

function groups(text: string): number[] {
  return text
    .split(':')
    .filter((part) => part !== '')
    .flatMap((part) => {
      if (!part.includes('.')) return [Number.parseInt(part, 16)];
      const [a, b, c, d] = part.split('.').map(Number);
      return [(a << 8) | b, (c << 8) | d];
    });
}
