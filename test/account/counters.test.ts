import {expect, test} from 'vitest';
import {Count} from '../../src/account/ledger.ts';
import {Feed, type Folded} from './support/feed.ts';
import {type CounterFields, counters, datagram} from './support/wire.ts';

/** Readings 20 s apart; the rows' sums over all of them. */
function read(...readings: readonly CounterFields[]): Folded {
  const feed = new Feed();
  readings.forEach((fields, i) => {
    feed.send(datagram([counters({...fields, sequence: i + 1})], {sequence: i + 1, uptime: i * 20_000}), {
      after: 20_000,
    });
  });
  return feed.finish();
}

const only = (result: Folded) => {
  expect(result.counters).toHaveLength(1);
  return result.counters[0]!;
};

test('the first reading is a baseline, the next ones are differences', () => {
  expect(only(read({inOctets: 5e9}))).toMatchObject({elapsedMs: 0, inOctets: 0, speed: 100e9, ifType: 6, status: 3});
  const row = only(
    read(
      {inOctets: 5e9, outOctets: 1e15, inPackets: [10, 20, 30], inDiscards: 4, inErrors: 1, fcsErrors: 1},
      {inOctets: 6e9, outOctets: 1e15 + 7, inPackets: [11, 22, 33], inDiscards: 6, inErrors: 1, fcsErrors: 4},
      {inOctets: 6e9, outOctets: 1e15 + 8, inPackets: [11, 22, 34], inDiscards: 6, inErrors: 2, fcsErrors: 4},
    ),
  );
  expect(row).toMatchObject({
    elapsedMs: 40_000,
    inOctets: 1e9,
    outOctets: 8,
    inPackets: 7,
    inDiscards: 2,
    inErrors: 1,
    fcsErrors: 3,
    symbolErrors: 0,
  });
});

test('32-bit counters wrap', () => {
  const row = only(read({inPackets: [2 ** 32 - 5, 0, 0], inErrors: 2 ** 32 - 2}, {inPackets: [10, 0, 0], inErrors: 3}));
  expect(row).toMatchObject({elapsedMs: 20_000, inPackets: 15, inErrors: 5});
});

test('errors that step back were cleared, and have not wrapped', () => {
  const row = only(read({inErrors: 1_000, inDiscards: 50, fcsErrors: 9}, {inErrors: 0, inDiscards: 2, fcsErrors: 0}));
  expect(row).toMatchObject({inErrors: 0, inDiscards: 0, fcsErrors: 0});
});

test('packets that step back were cleared where no octets tell so', () => {
  const packets = (octets: number) => {
    const before = {inOctets: octets, inPackets: [1_000, 0, 0]} as const;
    const after = {inOctets: octets, inPackets: [7, 0, 0]} as const;
    return only(read(before, after))['inPackets'];
  };
  expect(packets(-1)).toBe(0);
  expect(packets(5)).toBe(2 ** 32 - 993);
});

test('an unknown counter is NaN, and is never subtracted', () => {
  const row = only(read({inOctets: -1, outOctets: 5, inErrors: -1}, {inOctets: -1, outOctets: 8, inErrors: -1}));
  expect(row['inOctets']).toBeNaN();
  expect(row['inErrors']).toBeNaN();
  expect(row['symbolErrors']).toBeNaN();
  expect(row).toMatchObject({outOctets: 3, elapsedMs: 20_000});
  const once = read({inOctets: 100}, {inOctets: -1}, {inOctets: 200}, {inOctets: 300});
  expect(once.counters[0]!['inOctets']).toBeNaN(); // in the sum; the last difference alone is 100
});

test('packets are known as far as one of their kinds is, and unknown when none is', () => {
  expect(only(read({inPackets: [5, -1, -1]}, {inPackets: [9, -1, -1]}))['inPackets']).toBe(4);
  expect(only(read({inPackets: [-1, -1, -1]}, {inPackets: [-1, -1, -1]}))['inPackets']).toBeNaN();
});

test('octets that step back, in or out, are a new baseline', () => {
  expect(only(read({inOctets: 9e9, outOctets: 5}, {inOctets: 10, outOctets: 6}))).toMatchObject({
    elapsedMs: 0,
    outOctets: 0,
  });
  expect(only(read({inOctets: 5, outOctets: 9e9}, {inOctets: 6, outOctets: 10}))).toMatchObject({
    elapsedMs: 0,
    inOctets: 0,
  });
  expect(only(read({inOctets: 9e9}, {inOctets: 10}, {inOctets: 30}))).toMatchObject({elapsedMs: 20_000, inOctets: 20});
});

test('more than the port can carry is a new baseline, in either direction', () => {
  const most = (1.5 * 100e9 * 20) / 8;
  expect(only(read({inOctets: 0}, {inOctets: most - 1}))).toMatchObject({inOctets: most - 1});
  expect(only(read({inOctets: 0}, {inOctets: most + 1}))).toMatchObject({inOctets: 0, elapsedMs: 0});
  expect(only(read({outOctets: 0}, {outOctets: most - 1}))).toMatchObject({outOctets: most - 1});
  expect(only(read({outOctets: 0}, {outOctets: most + 1}))).toMatchObject({outOctets: 0, elapsedMs: 0});
  expect(only(read({inOctets: 0, speed: 0}, {inOctets: 1e15, speed: 0}))).toMatchObject({inOctets: 1e15});
});

/** Readings 20 s apart of a port with so many bytes a second. */
const busy = (speed: number, bytes: readonly number[], feed = new Feed()): Feed => {
  let inOctets = 1e9;
  bytes.forEach((perSecond, i) => {
    inOctets += perSecond * 20;
    const sequence = i + 1;
    const sample = counters({sequence, speed, inOctets, inDiscards: 5 * i});
    feed.send(datagram([sample], {sequence, uptime: i * 20_000}), {after: 20_000});
  });
  return feed;
};
const steady = (perSecond: number, readings = 10) => new Array<number>(readings).fill(perSecond);

test('a speed that its port outdoes again and again is not believed', () => {
  // 100 Gbit/s stated in Mbit/s: the third reading shows it.
  expect(only(busy(100_000, steady(10e9)).finish())).toMatchObject({
    elapsedMs: 7 * 20_000,
    inOctets: 7 * 20 * 10e9,
    inDiscards: 7 * 5,
    speed: -1,
  });
  // Idle in between it shows as well.
  const row = only(busy(100_000, [10e9, 10e9, 0, 10e9, 0, 0, 10e9, 10e9]).finish());
  expect(row).toMatchObject({speed: -1, inOctets: 2 * 20 * 10e9});
});

test('nor is all that 32 bits hold, which any faster port states', () => {
  expect(only(busy(2 ** 32 - 1, steady(10e9)).finish())).toMatchObject({
    elapsedMs: 9 * 20_000,
    inOctets: 9 * 20 * 10e9,
    speed: 0,
  });
});

test('a speed is believed while resets are rare, and again when another one is stated', () => {
  const jump = (1e12 / 20) * 8;
  const seldom = only(busy(100e9, [10e9, jump, 10e9, jump, 10e9, jump, 10e9, jump, 10e9]).finish());
  expect(seldom).toMatchObject({speed: 100e9, inOctets: 4 * 20 * 10e9});
  // What no port carries is garbage, however often it comes.
  expect(only(busy(100e9, steady(1e15)).finish())).toMatchObject({speed: 100e9, inOctets: 0, elapsedMs: 0});
  const feed = busy(100_000, steady(10e9));
  busy(100e9, [0], feed);
  expect(only(feed.finish())['speed']).toBe(100e9);
});

test('a restart of the agent is a new baseline', () => {
  const feed = new Feed();
  feed.send(datagram([counters({inOctets: 1e9})], {sequence: 900, uptime: 5_000_000}));
  feed.send(datagram([counters({inOctets: 2e9})], {sequence: 1, uptime: 100}), {after: 20_000});
  expect(only(feed.finish())).toMatchObject({elapsedMs: 0, inOctets: 0});
});

test('a reading that comes late counts nothing twice', () => {
  const feed = new Feed();
  const at = (sequence: number, inOctets: number) =>
    datagram([counters({inOctets})], {sequence, uptime: 60_000 + sequence * 1_000});
  feed.send(at(1, 100)).send(at(3, 300), {after: 2_000}).send(at(2, 200), {after: 10}).send(at(4, 400), {after: 1_000});
  expect(only(feed.finish())).toMatchObject({inOctets: 300, elapsedMs: 3_010});
});

test('ports are apart by sub-agent, and by the ifIndex that the record names', () => {
  const feed = new Feed();
  for (const subAgent of [1, 2]) {
    feed.send(datagram([counters({ifIndex: 3}), counters({ifIndex: 4})], {subAgent}));
  }
  const result = feed.finish();
  expect(result.counters.map((row) => row['port'])).toEqual([3, 4, 3, 4]);
  expect(result.count(Count.CounterSamples)).toBe(4);
});

test('an ifIndex of 0 is no port', () => {
  const result = new Feed().send(datagram([counters({ifIndex: 0, name: 'cpu'})])).finish();
  expect(result.counters).toEqual([]);
  expect(result.names).toEqual([]);
  expect(result.count(Count.CountersRefused)).toBe(0);
});

test('a port that finds no room is counted', () => {
  const ports = Array.from({length: 12}, (_, i) => counters({ifIndex: i + 1}));
  const result = new Feed({rows: 8}).send(datagram(ports)).finish();
  expect(result.counters).toHaveLength(8);
  expect(result.count(Count.CountersRefused)).toBe(4);
});

test('names of ports, cut at a character', () => {
  const long = 'ä'.repeat(40);
  const odd = `x${long}`;
  const feed = new Feed();
  feed.send(
    datagram([
      counters({ifIndex: 1, name: 'Ethernet1/1'}),
      counters({ifIndex: 2, name: long}),
      counters({ifIndex: 3, name: odd}),
      counters({ifIndex: 4, name: ''}),
    ]),
  );
  expect(feed.finish().names.map((row) => row.name)).toEqual(['Ethernet1/1', 'ä'.repeat(32), `x${'ä'.repeat(31)}`]);
});

test('a name that claims more bytes than its record has ends with it', () => {
  const sample = counters({ifIndex: 1, name: 'eth1'});
  sample.writeUInt32BE(60, sample.length - 8); // the string's own length
  const more = Buffer.concat([sample, Buffer.from([0, 0, 0, 99, 0, 0, 0, 4, 65, 66, 67, 68])]);
  more.writeUInt32BE(more.length - 8, 4); // the sample's length
  more.writeUInt32BE(3, 16); // its records
  expect(
    new Feed()
      .send(datagram([more]))
      .finish()
      .names.map((row) => row.name),
  ).toEqual(['eth1']);
});

test('more readings than fit between two Partials are sent early', () => {
  const feed = new Feed({counters: 4});
  const all = Array.from({length: 11}, (_, i) => counters({ifIndex: i + 1, name: `eth${i + 1}`}));
  const result = feed.send(datagram(all)).finish();
  expect(result.counters).toHaveLength(11);
  expect(result.names).toHaveLength(11);
  expect(result.count(Count.CountersRefused)).toBe(0);
});
