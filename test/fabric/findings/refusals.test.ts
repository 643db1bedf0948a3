import {expect, test} from 'vitest';
import {Fabric} from '../../../src/fabric/fabric.ts';
import {waterfall} from '../../../src/fabric/findings/waterfall.ts';
import {Feed} from '../../account/support/feed.ts';
import {counters, datagram, gauges} from '../../account/support/wire.ts';

const PFC = 11;

test('readings of counters that an ingest thread has no room for are among what tables refused', () => {
  const feed = new Feed({rows: 8, gauges: 16});
  const ports = Array.from({length: 12}, (_, i) => counters({ifIndex: i + 1}));
  const pauses = Array.from({length: 4}, (_, i) => gauges([[PFC, 1, 1, 1, 1, 1]], {source: i + 1}));
  feed.send(datagram([...ports, ...pauses]));
  feed.ingest.finish();
  const fabric = new Fabric({depth: 100, flows: 10});
  for (const partial of feed.partials) fabric.apply(partial);
  expect(waterfall(fabric).tablesRefused).toBe(4 + 4);
});
