import fc from 'fast-check';
import {expect, test} from 'vitest';
import {parseAddress} from '../../src/collector/address.ts';
import {proofCount, proofSeed} from '../support/proof.ts';

function check(text: string, expected: readonly [number, number, number, number] | null): void {
  const words = parseAddress(text);
  expect(words === null ? null : [...words], text).toEqual(expected);
}

test('addresses as the system writes them', () => {
  check('192.0.2.1', [0, 0, 0xffff, 0xc0000201]);
  check('255.255.255.255', [0, 0, 0xffff, 0xffffffff]);
  check('::ffff:192.0.2.1', [0, 0, 0xffff, 0xc0000201]);
  check('::', [0, 0, 0, 0]);
  check('::1', [0, 0, 0, 1]);
  check('fe80::1%eth0', [0xfe800000, 0, 0, 1]);
  check('2001:db8:1:2:3:4:5:6', [0x20010db8, 0x00010002, 0x00030004, 0x00050006]);
  check('2001:DB8::', [0x20010db8, 0, 0, 0]);
  check('64:ff9b::192.0.2.1', [0x0064ff9b, 0, 0, 0xc0000201]);
});

test('anything else is none', () => {
  for (const text of [
    '',
    ' ',
    '1.2.3',
    '1..3.4',
    '1.2.3.256',
    '1.2.3.4.5',
    '0x1.2.3.4',
    '1.2.3.4 ',
    'host',
    ':',
    ':::',
  ]) {
    check(text, null);
  }
  for (const text of ['1::2::3', '12345::', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', 'g::1', '::1.2.3', '1g::'])
    check(text, null);
});

test('every address has one reading', () => {
  fc.assert(
    fc.property(fc.ipV6(), fc.ipV4(), (six, four) => {
      const words = parseAddress(six)!;
      const groups = [...words].flatMap((word) => [word >>> 16, word & 0xffff]).map((group) => group.toString(16));
      expect(new URL(`http://[${six}]/`).host).toBe(new URL(`http://[${groups.join(':')}]/`).host);
      const [a, b, c, d] = four.split('.').map(Number) as [number, number, number, number];
      expect(parseAddress(four)![3]).toBe(a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d);
    }),
    {seed: proofSeed(), numRuns: proofCount(200, 5_000)},
  );
});
