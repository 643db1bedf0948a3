import {expect, it} from 'vitest';
import {Producers} from '../../src/fabric/producers.ts';

/** Partials of some producers, each with its own numbers. */
function sending() {
  const producers = new Producers();
  const numbers = new Map<number, number>();
  const send = (producer: number, watermark: number) => {
    const sequence = numbers.get(producer) ?? 0;
    numbers.set(producer, sequence + 1);
    producers.admit({producer, epoch: 1, sequence, watermark, time: watermark * 100});
    return producers.watermark();
  };
  return {producers, send};
}

it('shows a bin when all producers have passed it', () => {
  const {send} = sending();
  expect([send(0, 100), send(1, 100), send(0, 101), send(0, 102), send(1, 102)]).toEqual([100, 100, 100, 100, 102]);
});

it('goes on without a producer that has stopped for three seconds', () => {
  const {send} = sending();
  send(1, 100);
  const shown = Array.from({length: 40}, (_, i) => send(0, 101 + i));
  expect(shown.indexOf(131)).toBe(30);
  expect(new Set(shown.slice(0, 30))).toEqual(new Set([100]));
  expect(send(1, 140)).toBe(140);
});

it('waits for the others where one has told of a step of the clock first', () => {
  const {send} = sending();
  send(0, 100);
  send(1, 100);
  expect(send(0, 400)).toBe(100);
  expect(send(0, 401)).toBe(100);
  expect(send(1, 101)).toBe(101);
  expect(send(1, 401)).toBe(401);
});
