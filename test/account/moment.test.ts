import fc from 'fast-check';
import {expect, test} from 'vitest';
import {Moment} from '../../src/account/moment.ts';
import {CLOCK_WORDS, ClockAt} from '../../src/account/times.ts';
import {binOf, FLOW_SLOT_MS, FLOW_SLOTS, TICK_MS} from '../../src/shared/bins.ts';
import {proofCount, proofSeed} from '../support/proof.ts';

/** An arrival, and how long before it a sample was taken: no longer than bins stay open. */
const arrivals = fc.array(
  fc.record({
    now: fc.double({min: 0, max: 4e12, noNaN: true}),
    back: fc.double({min: 0, max: 1_200, noNaN: true}),
    isByArrival: fc.boolean(),
  }),
  {minLength: 1, maxLength: 20},
);

test('its whole numbers are those of the time, whatever came before', () => {
  fc.assert(
    fc.property(arrivals, (all) => {
      const clock = new Float64Array(CLOCK_WORDS);
      const moment = new Moment(clock);
      for (const {now, back, isByArrival} of all) {
        clock[ClockAt.Now] = now;
        clock[ClockAt.ArrivalBin] = binOf(now);
        moment.arrive();
        const time = now - back;
        clock[ClockAt.SampleTime] = time;
        moment.tell(isByArrival);
        // Floors of what lies on an edge differ by how the quotient is rounded; nothing else may.
        if (Math.abs(time / TICK_MS - Math.round(time / TICK_MS)) < 1e-3) continue;
        expect(moment.wholeBin(moment.bin)).toBe(isByArrival ? binOf(now) : binOf(time));
        expect(moment.wholeBin(moment.tickBin)).toBe(binOf(time));
        expect(moment.wholeTick).toBe(Math.floor(time / TICK_MS));
        expect(moment.tick).toBe(Math.floor(time / TICK_MS) - binOf(time) * 10);
        expect(moment.bin).toBe(moment.wholeBin(moment.bin) | 0);
        expect(moment.tickNumber).toBe(moment.wholeTick | 0);
        const slot = Math.floor(time / FLOW_SLOT_MS);
        expect(moment.flowSlot).toBe(((slot % FLOW_SLOTS) + FLOW_SLOTS) % FLOW_SLOTS);
      }
    }),
    {numRuns: proofCount(500, 20_000), seed: proofSeed()},
  );
});

test('bins of one time do not pass for those of another, however far time jumps', () => {
  const clock = new Float64Array(CLOCK_WORDS);
  const moment = new Moment(clock);
  const binAt = (now: number) => {
    clock[ClockAt.ArrivalBin] = binOf(now);
    clock[ClockAt.SampleTime] = now;
    moment.arrive();
    moment.tell(true);
    return moment.bin;
  };
  const start = 1_700_000_000_000;
  const bins = [0, 100, 1_600, 25_600, 3_600_000, -1_200].map((later) => binAt(start + later));
  expect(new Set(bins).size).toBe(bins.length);
});
