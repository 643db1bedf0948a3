import {isIPv6} from 'node:net';
import fc from 'fast-check';
import {expect, it} from 'vitest';
import {formatAddress} from '../../src/fabric/address.ts';

it.each([
  // RFC 5952: leading zeros, the longest run, the first of equals, no run of one, lower case.
  [[0x20010db8, 0, 0, 1], '2001:db8::1'],
  [[0x20010db8, 0x00000001, 0x00010001, 0x00010001], '2001:db8:0:1:1:1:1:1'],
  [[0x20010db8, 0, 0x00010000, 0x00000001], '2001:db8::1:0:0:1'],
  [[0x20010000, 0, 0x00010000, 0], '2001::1:0:0:0'],
  [[0x20010000, 0x00000001, 0, 1], '2001:0:0:1::1'],
  [[0xabcdef01, 0x23456789, 0xaaaabbbb, 0xccccdddd], 'abcd:ef01:2345:6789:aaaa:bbbb:cccc:dddd'],
  [[0, 0, 0, 0], '::'],
  [[0, 0, 0, 1], '::1'],
  [[0xfe800000, 0, 0, 0], 'fe80::'],
  [[0, 0, 0xffff, 0xc0000201], '192.0.2.1'],
  [[0, 0, 0xffff, 0xffffffff], '255.255.255.255'],
] as const)('forms %j as %s', ([a, b, c, d], text) => {
  expect(formatAddress(a, b, c, d)).toBe(text);
});

it("agrees with the URL standard's form on any address", () => {
  const word = fc.oneof(fc.constant(0), fc.nat(0xffff), fc.nat(0xffffffff));
  fc.assert(
    fc.property(word, word, word, word, (a, b, c, d) => {
      const text = formatAddress(a, b, c, d);
      if (a === 0 && b === 0 && c === 0xffff) return;
      expect(isIPv6(text)).toBe(true);
      expect(new URL(`http://[${text}]/`).hostname).toBe(`[${text}]`);
    }),
  );
});
