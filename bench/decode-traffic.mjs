// Datagrams to measure the decoder with: what a busy leaf switch sends, and the worst that fits into 64 KiB.

/** A fixed sequence, so that every run measures the same bytes. */
function random(seed) {
  return () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
}

/** Opcodes as a training job sends them: mostly WRITE, acknowledged now and then. */
const OPCODES = [0x07, 0x07, 0x07, 0x07, 0x06, 0x08, 0x0a, 0x11, 0x01, 0x0e];

/** `count` datagrams of `samples` flow samples with 128-byte RoCEv2 headers. */
export function referenceDatagrams(count, samples) {
  const next = random(1);
  return Array.from({length: count}, (_, i) => {
    const bytes = new Uint8Array(28 + samples * (8 + 32 + 8 + 16 + 128));
    const data = new DataView(bytes.buffer);
    [5, 1, 0x0a000001, 0, i, i * 10, samples].forEach((word, at) => {
      data.setUint32(at * 4, word);
    });
    for (let sample = 0; sample < samples; sample++) flowSample(data, 28 + sample * 192, i * samples + sample, next);
    return bytes;
  });
}

const PORTS_A_SWITCH = 48;

/**
 * What switches of 48 ports send when each port is sampled once: `samples` of them a datagram, each datagram of a
 * sub-agent of its own. A host behind each port, which sends to one at the next port.
 */
export function switchDatagrams(ports, samples) {
  const next = random(1);
  const datagrams = [];
  for (let first = 0; first < ports; first += PORTS_A_SWITCH) {
    const agent = first / PORTS_A_SWITCH;
    const end = Math.min(ports - first, PORTS_A_SWITCH);
    for (let from = 0; from < end; from += samples) {
      const count = Math.min(samples, end - from);
      const bytes = new Uint8Array(28 + count * 192);
      const data = new DataView(bytes.buffer);
      [5, 1, 0x0a800001 + agent, from / samples, 1, 1, count].forEach((word, at) => {
        data.setUint32(at * 4, word);
      });
      for (let i = 0; i < count; i++) {
        const port = 1 + from + i;
        const at = 28 + i * 192;
        flowSample(data, at, port, next, port, 1 + (port % end));
        data.setUint32(at + 64 + 26, 0x0a000000 + first + port);
        data.setUint32(at + 64 + 30, 0x0a000000 + first + 1 + (port % end));
      }
      datagrams.push(bytes);
    }
  }
  return datagrams;
}

function flowSample(data, at, sequence, next, port = 1 + Math.floor(next() * 64), output = 65) {
  const words = [1, 184, sequence, port, 10_000, sequence * 10_000, 0, port, output, 1, 1, 144, 1, 4_174, 4, 128];
  words.forEach((word, i) => {
    data.setUint32(at + i * 4, word);
  });
  const header = at + words.length * 4;
  data.setUint16(header + 12, 0x0800);
  data.setUint32(header + 14, 0x4502_103c);
  data.setUint16(header + 22, (64 << 8) | 17);
  data.setUint32(header + 26, 0x0a010000 + port);
  data.setUint32(header + 30, 0x0a020000 + port);
  data.setUint16(header + 34, 49_152 + Math.floor(next() * 16_384));
  data.setUint16(header + 36, 4_791);
  data.setUint16(header + 38, 4_136);
  const opcode = OPCODES[Math.floor(next() * OPCODES.length)];
  data.setUint32(header + 42, (opcode << 24) | 0x0040_ffff);
  data.setUint32(header + 46, Math.floor(next() * 0xffffff));
  data.setUint32(header + 50, Math.floor(next() * 0xffffff));
}

/** Names and datagrams of 64 KiB that ask for as much work as their bytes allow. */
export function hostileDatagrams() {
  return [
    ['empty samples', fill(0, 8, (data, at) => data.setUint32(at, 0xffff_f001))],
    ['empty unknown records in one sample', oneSample((data, at) => data.setUint32(at, 0x7fff_f000 | (at & 0xfff)))],
    ['empty known records in one sample', oneSample((data, at) => data.setUint32(at, 1_001))],
    [
      'samples whose only record is cut',
      fill(0, 48, (data, at) => {
        data.setUint32(at, 1);
        data.setUint32(at + 4, 40);
        data.setUint32(at + 36, 0xffff_ffff);
        data.setUint32(at + 40, 1);
        data.setUint32(at + 44, 0xffff_ffff);
      }),
    ],
    [
      'samples with a length that leaves padding out',
      fill(0, 44, (data, at) => {
        data.setUint32(at, 1);
        data.setUint32(at + 4, 33);
        data.setUint32(at + 36, 1);
      }),
    ],
    ['headers of tunnels in tunnels', fill(0, 192, nested)],
  ];
}

function fill(from, step, write) {
  const bytes = new Uint8Array(65_507);
  const data = new DataView(bytes.buffer);
  [5, 1, 0x0a000001, 0, 1, 1, 0xffff_ffff].forEach((word, at) => {
    data.setUint32(at * 4, word);
  });
  for (let at = 28 + from; at + step <= bytes.length; at += step) write(data, at);
  return bytes;
}

function oneSample(write) {
  const bytes = fill(40, 8, write);
  const data = new DataView(bytes.buffer);
  data.setUint32(28, 1);
  data.setUint32(32, bytes.length - 36);
  data.setUint32(64, 0xffff_ffff);
  return bytes;
}

/** IP in IP, as often as 128 bytes hold it. */
function nested(data, at) {
  const words = [1, 184, 1, 1, 1, 1, 0, 1, 2, 1, 1, 144, 1, 128, 0, 128];
  words.forEach((word, i) => {
    data.setUint32(at + i * 4, word);
  });
  const header = at + words.length * 4;
  data.setUint16(header + 12, 0x0800);
  for (let ip = header + 14; ip + 20 <= header + 128; ip += 20) {
    data.setUint32(ip, 0x4500_0072);
    data.setUint16(ip + 8, (64 << 8) | 4);
  }
}
