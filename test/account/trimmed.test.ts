import {expect, test} from 'vitest';
import {Feed, SMALL} from './support/feed.ts';
import {datagram, flow, packet} from './support/wire.ts';

const TRIM_DSCP = 11;

function feed(trimDscp?: number): Feed {
  return new Feed(SMALL, 7, trimDscp);
}

const trimmed = (with_: Feed) =>
  Object.fromEntries(with_.finish().bins.map((row) => [row['port'], row['sampledTrimmedFrames']]));

const marked = flow({header: packet({dscp: TRIM_DSCP})});
const plain = flow({header: packet({dscp: TRIM_DSCP + 1})});

test('counts samples with the DSCP of trimmed packets, at the port that they came in at and the one that they left by', () => {
  const tcp = flow({header: packet({dscp: TRIM_DSCP, protocol: 'tcp'})});
  const bytes = datagram([marked, plain, tcp, plain, flow({input: 9, source: 9})]);
  expect(trimmed(feed(TRIM_DSCP).send(bytes))).toEqual({3: 2, 4: 2, 9: 0});
});

test('counts none where no DSCP says it', () => {
  const bytes = datagram([marked, flow({header: packet({dscp: 0})}), flow({header: Buffer.alloc(64)})]);
  expect(trimmed(feed().send(bytes))).toEqual({3: 0, 4: 0});
});

test('DSCP 0 is one as others are, and what is no IP has none', () => {
  const lldp = Buffer.alloc(64);
  lldp.writeUInt16BE(0x88cc, 12);
  const bytes = datagram([flow({header: packet({dscp: 0})}), flow({header: lldp}), plain]);
  expect(trimmed(feed(0).send(bytes))).toEqual({3: 1, 4: 1});
});

test('counts of several datagrams in a bin add up, whether or not a table was full in between', () => {
  const few = new Feed({cells: 2}, 7, TRIM_DSCP);
  for (let i = 0; i < 40; i++) {
    few.send(datagram([marked, flow({header: packet({dscp: TRIM_DSCP}), input: 5, source: 5})], {sequence: i + 1}));
  }
  expect(few.encoded.length).toBeGreaterThan(5);
  expect(trimmed(few)).toEqual({3: 40, 4: 80, 5: 40});
});
