import fc from 'fast-check';
import {expect, test} from 'vitest';
import {Count} from '../../src/account/ledger.ts';
import {Fault} from '../../src/sflow/faults.ts';
import {proofCount, proofSeed} from '../support/proof.ts';
import {Feed, ledgerErrors} from './support/feed.ts';
import {arrivals, datagrams} from './support/traffic.ts';
import {counters, datagram, flow} from './support/wire.ts';

test('the ledgers add up after any input, with room and without', () => {
  const seed = proofSeed();
  const damage = fc.record({at: fc.nat(), value: fc.constantFrom(0, 1, 4, 0xffffffff, 0x7fffffff), cut: fc.nat()});
  const limits = fc.constantFrom(
    {agents: 8, rows: 64, cells: 64, flows: 64, counters: 16},
    {agents: 2, rows: 3, cells: 2, flows: 1, counters: 1},
    {agents: 3, rows: 5, cells: 1, flows: 2, counters: 2},
  );
  const event = fc.tuple(arrivals, fc.option(damage, {nil: undefined, freq: 3}));
  fc.assert(
    fc.property(limits, fc.array(event, {maxLength: 60}), (bounds, events) => {
      const feed = new Feed(bounds);
      for (const [{bytes, from, after}, harm] of events) {
        const mutated = Buffer.from(bytes);
        if (harm) mutated.writeUInt32BE(harm.value, (harm.at % (mutated.length >>> 2)) * 4);
        const kept = harm && harm.cut % 3 === 0 ? mutated.subarray(0, harm.cut % mutated.length) : mutated;
        feed.send(kept, {from, after});
      }
      const result = feed.finish();
      expect(ledgerErrors(result)).toEqual([]);
      expect(result.count(Count.DatagramsReceived)).toBe(events.length);
    }),
    {seed, numRuns: proofCount(300, 10_000)},
  );
});

test('bad input is counted by reason, and the next good datagram decodes', () => {
  const good = () => datagram([flow()], {sequence: 9});
  const check = (bytes: Uint8Array, fault: number) => {
    const {count, bins} = new Feed().send(bytes).send(good()).finish();
    expect(count(Count.Faults + fault), `${fault}`).toBe(1);
    expect(count(Count.DatagramsReceived)).toBe(2);
    expect(bins.length).toBeGreaterThan(0);
  };
  check(Buffer.alloc(0), Fault.Empty);
  check(Buffer.alloc(3), Fault.HeaderCut);
  check(good().subarray(0, 27), Fault.HeaderCut);
  for (const version of [0, 2, 4, 0x0005001e]) {
    const bytes = good();
    bytes.writeUInt32BE(version, 0);
    check(bytes, Fault.BadVersion);
  }
  const address = good();
  address.writeUInt32BE(3, 4);
  check(address, Fault.BadAddressType);
});

test('a datagram that is cut anywhere is counted, and never seen whole', () => {
  const whole = datagram([flow(), counters({name: 'eth1'}), flow({source: 4, input: 4})], {sequence: 5});
  for (let cut = 0; cut < whole.length; cut++) {
    const feed = new Feed().send(whole.subarray(0, cut)).send(datagram([flow()], {sequence: 6}));
    const result = feed.finish();
    expect(ledgerErrors(result)).toEqual([]);
    const {count} = result;
    const faults = Object.values(Fault).reduce((sum: number, fault) => sum + count(Count.Faults + fault), 0);
    expect(faults, `cut at ${cut}`).toBe(1);
    expect(count(Count.FlowSamples)).toBeLessThanOrEqual(3);
    expect(result.bins.length).toBeGreaterThan(0);
  }
});

test('random bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({maxLength: 300}), fc.boolean(), datagrams, (bytes, hasHeader, next) => {
      const start = hasHeader ? datagram([]).subarray(0, 24) : Buffer.alloc(0);
      const result = new Feed()
        .send(Buffer.concat([start, bytes]))
        .send(next)
        .finish();
      expect(ledgerErrors(result)).toEqual([]);
      expect(result.count(Count.DatagramsReceived)).toBe(2);
    }),
    {seed: proofSeed(), numRuns: proofCount(300, 10_000)},
  );
});

test('the largest datagram that UDP can carry, and more samples claimed than it has', () => {
  const samples = Array.from({length: 400}, () => flow({output: 0}));
  const big = datagram(samples);
  expect(big.length).toBeLessThan(65_507);
  const lying = datagram(samples, {sequence: 2});
  lying.writeUInt32BE(0xffffffff, 24);
  const result = new Feed().send(big).send(lying).finish();
  expect(result.bins[0]).toMatchObject({sampledFrames: 800});
  expect(result.count(Count.DatagramsDamaged)).toBe(1);
});
