import {expect, test} from 'vitest';
import {Fabric} from '../../../src/fabric/fabric.ts';
import {Feed} from '../../account/support/feed.ts';
import {datagram, flow} from '../../account/support/wire.ts';
import {linkScope, read} from '../reading.ts';

test.each([
  ['a stray datagram far ahead', 50_000, 0, true],
  ['numbers of datagrams that jump', 50_000, 0, false],
  ['numbers of datagrams and samples that jump', 50_000, 50_000, false],
  ['numbers of datagrams that jump by what may get lost in seconds', 150, 0, false],
])('%s make little of any bin and of the sum', (_, jump, sampleJump, isOnce) => {
  const feed = new Feed({rows: 256, cells: 256});
  const fabric = new Fabric({depth: 600, flows: 100});
  // 50 datagrams a second of two samples: 10 MB a bin.
  for (let i = 1; i <= 3_000; i++) {
    const isJumped = i === 2_001 || (i > 2_001 && !isOnce);
    const sequence = 2 * i + (isJumped ? sampleJump : 0);
    const samples = [flow({sequence}), flow({sequence: sequence + 1})];
    const options = {sequence: i + (isJumped ? jump : 0), uptime: 60_000 + i * 20};
    feed.send(datagram(samples, options), {after: 20});
  }
  feed.ingest.finish();
  for (const partial of feed.partials) fabric.apply(partial);
  const scope = linkScope(fabric, '10.0.0.1~3', 'in');
  const bytes = Array.from({length: 300}, (_, i) => read(fabric, scope, 'all', fabric.newest - 300 + i).bytes);
  const usual = 300 * 10e6;
  expect(Math.max(...bytes)).toBeLessThan(60 * 10e6);
  expect(bytes.reduce((sum, here) => sum + here, 0) / usual).toBeLessThan(1.2);
});
