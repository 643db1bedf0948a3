import type {Random} from './random.ts';

/** Values that break arithmetic, and numbers that mean something to a decoder. */
const INTERESTING = [
  0, 1, 2, 4, 5, 7, 8, 0x7f, 0xff, 0x100, 0x3fffffff, 0x40000000, 0x7fffffff, 0x80000000, 0xfffffffc,
];
const FORMATS = [1, 2, 3, 4, 5, 11, 1001, 1003, 1006, 1016, 1036, 1043, 2001, 2202, 0x010cc3ea, 0x010cc3eb, 0xffffffff];
/** Bytes that start another layer: Ethertypes' and protocols' own. */
const PROTOCOLS = [0, 1, 4, 6, 17, 41, 43, 44, 47, 51, 58, 60, 135, 143, 253];
const PORTS = [2152, 4754, 4789, 4790, 4791, 4793, 6080, 6081, 6635, 8472];
const TYPES = [0x0800, 0x86dd, 0x8100, 0x88a8, 0x8847, 0x8864, 0x8808, 0x8915, 0x0806, 0x0010, 0x88be, 0x22eb];

type Mutation = (bytes: Buffer, random: Random, corpus: readonly Buffer[]) => Buffer;

const wordAt = (bytes: Buffer, random: Random) => random.below(Math.max(1, bytes.length >>> 2)) * 4;

/** Sets the 32-bit word at a place, if the datagram is that long. */
function setWord(bytes: Buffer, at: number, value: number): Buffer {
  if (at + 4 <= bytes.length) bytes.writeUInt32BE(value >>> 0, at);
  return bytes;
}

const mutations: readonly Mutation[] = [
  // Bits and bytes.
  (bytes, random) => {
    for (let flips = 1 + random.below(4); flips > 0; flips--) {
      const at = random.below(Math.max(1, bytes.length));
      if (at < bytes.length) bytes[at]! ^= 1 << random.below(8);
    }
    return bytes;
  },
  (bytes, random) => {
    const at = random.below(Math.max(1, bytes.length));
    if (at < bytes.length) bytes[at] = random.pick(PROTOCOLS);
    return bytes;
  },
  // Words: nothing, everything, a little more and a little less, a value that means something.
  (bytes, random) => setWord(bytes, wordAt(bytes, random), random.pick(INTERESTING)),
  (bytes, random) => {
    const at = wordAt(bytes, random);
    return at + 4 > bytes.length
      ? bytes
      : setWord(bytes, at, bytes.readUInt32BE(at) + random.pick([-8, -4, -1, 1, 2, 3, 4, 8]));
  },
  (bytes, random) => setWord(bytes, wordAt(bytes, random), random.pick(FORMATS)),
  (bytes, random) => setWord(bytes, wordAt(bytes, random), bytes.length - random.below(16)),
  // Half words: ports and Ethertypes.
  (bytes, random) => {
    const at = random.below(Math.max(1, bytes.length >>> 1)) * 2;
    if (at + 2 <= bytes.length) bytes.writeUInt16BE(random.pick(random.below(2) === 0 ? PORTS : TYPES), at);
    return bytes;
  },
  // Cut, padded, doubled.
  (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  (bytes, random) => Buffer.concat([bytes, Buffer.alloc(random.below(64), random.below(256))]),
  (bytes) => (bytes.length < 8_192 ? Buffer.concat([bytes, bytes]) : bytes),
  // Pieces moved: a part of another datagram, or of this one, put somewhere else.
  (bytes, random, corpus) => splice(bytes, random.pick(corpus), random),
  (bytes, random) => splice(bytes, bytes, random),
  // Pieces taken out.
  (bytes, random) => {
    const at = wordAt(bytes, random);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 4 * random.below(16))]);
  },
  // A header inside itself: the bytes behind a place repeated at that place, as tunnels in tunnels are.
  (bytes, random) => {
    const at = random.below(Math.max(1, bytes.length));
    const piece = bytes.subarray(at, at + 8 + random.below(64));
    return Buffer.concat([bytes.subarray(0, at), piece, piece, piece, bytes.subarray(at + piece.length)]);
  },
];

function splice(into: Buffer, from: Buffer, random: Random): Buffer {
  const start = wordAt(from, random);
  const piece = from.subarray(start, start + 4 * random.below(64));
  const at = wordAt(into, random);
  const over = random.below(2) === 0 ? piece.length : 0;
  return Buffer.concat([into.subarray(0, at), piece, into.subarray(at + over)]);
}

/** Most that a UDP datagram can be. */
const MAX_BYTES = 65_507;

/** A datagram made from one of the corpus by one to five mutations. */
export function mutate(corpus: readonly Buffer[], random: Random): Buffer {
  let bytes: Buffer = Buffer.from(random.pick(corpus));
  for (let times = 1 + random.below(5); times > 0; times--) {
    bytes = Buffer.from(random.pick(mutations)(bytes, random, corpus)).subarray(0, MAX_BYTES);
  }
  return bytes;
}
