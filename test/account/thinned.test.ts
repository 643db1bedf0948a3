import {expect, test} from 'vitest';
import {decodePartial} from '../../src/account/codec.ts';
import {Ingest} from '../../src/account/ingest.ts';
import {Fabric} from '../../src/fabric/fabric.ts';
import {waterfall} from '../../src/fabric/findings/waterfall.ts';
import {SMALL, START} from './support/feed.ts';
import {addressWords, datagram} from './support/wire.ts';

test('what the receiver thinned is received once, however often its count is told', () => {
  const fabric = new Fabric();
  const ingest = new Ingest({limits: SMALL, producer: 0, epoch: 1, seed: 1}, (encoded) => {
    fabric.apply(decodePartial(encoded));
  });
  const bytes = datagram([]);
  ingest.buffer.set(bytes);
  ingest.receive(bytes.length, addressWords('192.0.2.1'), START);
  for (const total of [0, 4, 4, 7]) ingest.thinned(total);
  ingest.finish();
  const {datagramsReceived, datagramsThinned, datagramsDecoded} = waterfall(fabric);
  expect([datagramsReceived, datagramsThinned, datagramsDecoded]).toEqual([8, 7, 1]);
});
