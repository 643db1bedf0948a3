import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {SteadyClock} from '../../src/clock.ts';
import {RingPump} from '../../src/collector/native/pump.ts';
import {Mark, RingReader, ringMemory} from '../../src/collector/native/ring.ts';
import {RingWriter} from '../../src/collector/ring-writer.ts';

const ROOM = 256 * 1024;
const SOURCE = [0, 0, 0xffff, 0x7f000001];

function setUp(originMs = 0) {
  const memory = ringMemory(ROOM);
  return {reader: new RingReader(memory, originMs), writer: new RingWriter(memory)};
}

/** Bytes that tell one datagram from another. */
function datagram(length: number, seed: number): Uint8Array {
  return Uint8Array.from({length}, (_, i) => seed * 31 + i);
}

describe('the ring', () => {
  it('gives datagrams back as they were, in order, over and over its end', () => {
    const {reader, writer} = setUp();
    const size = fc.oneof(fc.integer({min: 0, max: 2_000}), fc.integer({min: 60_000, max: 65_507}));
    let seed = 0;
    fc.assert(
      fc.property(fc.array(fc.array(size, {maxLength: 40}), {maxLength: 20}), (rounds) => {
        for (const sizes of rounds) {
          const sent: Uint8Array[] = [];
          for (const length of sizes) {
            const bytes = datagram(length, seed++);
            if (!writer.push(bytes, seed, [1, 2, 0xffffffff, seed])) break;
            sent.push(bytes);
          }
          let i = 0;
          const drained = reader.drain((length, source, arrivalMs) => {
            expect(Buffer.compare(reader.landing.subarray(0, length), sent[i]!)).toBe(0);
            const number = seed - (sent.length < sizes.length ? 1 : 0) - sent.length + ++i;
            expect([...source, arrivalMs]).toEqual([1, 2, 0xffffffff, number, number]);
          });
          expect([drained, i, reader.usedBytes]).toEqual([sent.length, sent.length, 0]);
        }
      }),
      {numRuns: 60},
    );
  });

  it('goes back to its start where the writer does, whose room is whole again at once', () => {
    const {reader, writer} = setUp();
    const read: number[] = [];
    const drain = () => reader.drain(() => read.push(reader.landing[0]!));
    writer.push(datagram(100, 1), 0, SOURCE);
    writer.push(datagram(5_000, 2), 0, SOURCE);
    drain();
    writer.rewind();
    expect([drain(), reader.usedBytes]).toEqual([0, 0]);
    // Over the place that it left, before the reader has come from there.
    const large = new Uint8Array(ROOM / 2 - 32).fill(7);
    const push = (bytes: Uint8Array) => writer.push(bytes, 0, SOURCE);
    expect([push(large), push(large), push(datagram(1, 1))]).toEqual([true, true, false]);
    expect(reader.usedBytes).toBe(ROOM);
    drain();
    push(datagram(3, 4));
    drain();
    expect(read).toEqual([31, 62, 7, 7, 124]);
    expect(reader.usedBytes).toBe(0);
  });

  it('holds positions past 2^32', () => {
    const {reader, writer} = setUp();
    const bytes = new Uint8Array(ROOM / 2 - 32);
    let drained = 0;
    // 33,000 half rings are 4.3 GB.
    for (let i = 0; i < 33_000; i++) {
      if (!writer.push(bytes, 0, SOURCE)) throw new Error('full');
      drained += reader.drain(() => {});
    }
    expect([drained, reader.usedBytes]).toEqual([33_000, 0]);
  });

  it('takes what was there at the call, and frees it for the writer while it goes on', () => {
    const {reader, writer} = setUp();
    const bytes = new Uint8Array(32 * 1024 - 32);
    while (writer.push(bytes, 0, SOURCE));
    let more = 0;
    expect(reader.drain(() => (more += writer.push(bytes, 0, SOURCE) ? 1 : 0))).toBe(8);
    expect(reader.drain(() => {})).toBe(more);
    expect(writer.push(bytes, 0, SOURCE)).toBe(true);
  });

  it('hands over marks at their place, and stays at one that may not be passed', () => {
    const {reader, writer} = setUp(1_000);
    const seen: string[] = [];
    let mayPass = false;
    reader.onMark = (mark, bucket, peer, number, timeMs) => {
      seen.push(`${[mark, bucket, peer, number, timeMs]}`);
      return mark === Mark.Leave || mayPass;
    };
    const drain = () => reader.drain((length) => seen.push(`${length} of ${reader.bucket}`));
    writer.push(new Uint8Array(5), 0, SOURCE, 77);
    writer.mark(Mark.Leave, 1_250, 4_095, 3, 12);
    writer.push(new Uint8Array(6), 0, SOURCE, 4_095);
    writer.mark(Mark.Arrive, 1_251, 9, 1, 13);
    writer.push(new Uint8Array(7), 0, SOURCE, 9);
    expect([drain(), reader.isHeld]).toEqual([2, true]);
    expect(reader.usedBytes).toBe(32 + 32 + 8);
    expect([drain(), reader.isHeld]).toEqual([0, true]);
    mayPass = true;
    expect([drain(), reader.isHeld, reader.usedBytes]).toEqual([1, false, 0]);
    const arrive = '2,9,1,13,251';
    expect(seen).toEqual(['5 of 77', '1,4095,3,12,250', '6 of 4095', arrive, arrive, arrive, '7 of 9']);
  });

  it('sums up counts that run over 2^32', () => {
    const {reader, writer} = setUp();
    const [received, ringDropped, kernelDropped, errors, thinned, forwarded, forwardFailed] = [1, 2, 3, 4, 5, 6, 7];
    writer.count(received, 4_000_000_000);
    writer.count(ringDropped, 5);
    reader.count();
    writer.count(received, 2_000_000_000);
    writer.count(kernelDropped, 7);
    writer.count(errors, 1);
    writer.count(thinned, 9);
    writer.count(forwarded, 11);
    writer.count(forwardFailed, 13);
    reader.count();
    reader.count();
    expect(reader.counts).toEqual({
      received: 6_000_000_000,
      ringDropped: 5,
      thinned: 9,
      kernelDropped: 7,
      errors: 1,
      forwarded: 11,
      forwardFailed: 13,
    });
  });
});

describe('the pump', () => {
  const GRACE = 3;
  const EPOCH = 1_800_000_000_000;

  /** A machine whose monotonic clock the test moves; it showed `ORIGIN` when this thread's showed 0. */
  const ORIGIN = 5_000;
  function pumping({msEach = 0} = {}) {
    const {reader, writer} = setUp(ORIGIN);
    const machine = {now: 0};
    const clock = new SteadyClock(
      () => EPOCH + machine.now,
      () => machine.now,
    );
    const events: [string, number][] = [];
    const pump = new RingPump(
      reader,
      {
        receive: (_length, _source, arrivalMs) => {
          machine.now += msEach;
          events.push(['datagram', arrivalMs - EPOCH]);
        },
        tick: (now) => events.push(['tick', now - EPOCH]),
      },
      clock,
      GRACE,
    );
    const turn = () => {
      const wait = pump.turn();
      return {wait, events: events.splice(0)};
    };
    return {machine, turn, arrive: (at: number) => writer.push(new Uint8Array(100), ORIGIN + at, SOURCE)};
  }

  it("gives datagrams the kernel's time, however late it is, and ticks behind them", () => {
    const {machine, turn, arrive} = pumping();
    for (const at of [10, 99.5, 100.25, 390]) arrive(at);
    machine.now = 400;
    const events = [10, 99.5, 100.25, 390].map((at): [string, number] => ['datagram', at]);
    expect(turn().events).toEqual([...events, ['tick', 400 - GRACE]]);
  });

  it('closes a bin a grace after its end, so that what was stamped before it is in', () => {
    const {machine, turn, arrive} = pumping();
    machine.now = 100;
    expect(turn()).toEqual({wait: GRACE, events: [['tick', 100 - GRACE]]});
    arrive(99.9);
    machine.now = 103;
    expect(turn().events).toEqual([
      ['datagram', expect.closeTo(99.9, 3)],
      ['tick', 100],
    ]);
  });

  it('comes often while much comes, seldom while little does, and when a bin must close', () => {
    const {machine, turn, arrive} = pumping();
    machine.now = 20;
    expect(turn().wait).toBe(33);
    for (let i = 0; i < 300; i++) arrive(20);
    expect(turn().wait).toBe(5);
    machine.now = 90.5;
    expect(turn().wait).toBe(13);
    machine.now = 102.5;
    expect(turn().wait).toBe(1);
  });

  it('closes no bin while what may be of it waits behind a mark', () => {
    const {reader, writer} = setUp();
    const ticks: number[] = [];
    const target = {receive: () => {}, tick: (now: number) => ticks.push(now)};
    const pump = new RingPump(reader, target, {now: () => EPOCH, at: (ms) => EPOCH + ms}, GRACE);
    reader.onMark = () => false;
    writer.mark(Mark.Arrive, 0);
    expect([pump.turn(), ticks]).toEqual([1, []]);
    reader.onMark = () => true;
    pump.turn();
    expect(ticks).toEqual([EPOCH - GRACE]);
  });

  it('takes the time of draining off its wait', () => {
    const {machine, turn, arrive} = pumping({msEach: 0.01});
    machine.now = 20;
    for (let i = 0; i < 300; i++) arrive(20);
    expect(turn().wait).toBe(2);
    for (let i = 0; i < 1_000; i++) arrive(20);
    expect(turn().wait).toBe(0);
  });
});
