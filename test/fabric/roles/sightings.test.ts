import {describe, expect, it} from 'vitest';
import {type Sample, Sightings} from '../../../src/fabric/roles/sightings.ts';
import {ThingKind, Things} from '../../../src/fabric/roles/things.ts';
import {Random} from '../../../src/simulator/random.ts';
import {proofCount, proofSeed} from '../../support/proof.ts';

const SAMPLE: Sample = {slot: 3, ttl: 64, frames: 5, rate: 1_000, isDerived: false, second: 100};

/** A sighting in plain numbers, aged every second. */
interface Model {
  slot: number;
  ttl: number;
  settled: number;
  waiting: [newest: number, newer: number, new_: number];
}

function age(model: Model): void {
  const [newest, newer, oldest] = model.waiting;
  model.settled = model.settled * 0.97 + oldest;
  model.waiting = [0, newest, newer];
}

const atPort = (sightings: Sightings, slot: number) => {
  const found: number[] = [];
  for (let index = sightings.first(slot); index !== 0; index = sightings.nextAtPort(index)) found.push(index);
  return found.sort((a, b) => a - b);
};

describe('sightings', () => {
  it('count samples three seconds late, and forget those of a lower TTL', () => {
    const sightings = new Sightings();
    const index = sightings.make(1, SAMPLE);
    sightings.add(index, SAMPLE);
    for (const settled of [0, 0, 5]) {
      sightings.grow();
      expect(sightings.settled(index)).toBe(settled);
      expect(sightings.all(index)).toBe(5);
    }
    sightings.add(index, {...SAMPLE, ttl: 63, rate: 1});
    expect([sightings.all(index), sightings.rate(index)]).toEqual([5, 1_000]);
    sightings.add(index, {...SAMPLE, ttl: 65, frames: 2, isDerived: true, second: 103});
    expect([sightings.all(index), sightings.ttl(index), sightings.second(index)]).toEqual([2, 65, 103]);
    expect(sightings.isDerived(index)).toBe(true);
    // Two samples of 1 in 1,000 in the four seconds since the first.
    expect(sightings.framesPerSecond(index)).toBe(500);
  });

  it('are as if each were aged every second, whenever they are asked for', () => {
    const random = new Random(proofSeed(), 3);
    const sightings = new Sightings();
    const models = new Map<number, Model>();
    for (let i = 0; i < proofCount(20_000, 500_000); i++) {
      const sample = {...SAMPLE, slot: random.below(300), ttl: 60 + random.below(3), frames: 1 + random.below(9)};
      const indexes = [...models.keys()];
      const index = indexes[random.below(indexes.length)] ?? 0;
      const what = random.below(1_000);
      if (what < 10) {
        sightings.grow();
        for (const model of models.values()) age(model);
      } else if (what < 500 || index === 0) {
        if (models.size > 2_000) continue;
        const {slot, ttl} = sample;
        const made = sightings.make(7, sample);
        expect(models.has(made)).toBe(false);
        models.set(made, {slot, ttl, settled: 0, waiting: [0, 0, 0]});
      } else if (what < 600) {
        sightings.drop(index);
        models.delete(index);
      } else {
        const model = models.get(index)!;
        sightings.add(index, sample);
        if (sample.ttl < model.ttl) continue;
        if (sample.ttl > model.ttl) Object.assign(model, {ttl: sample.ttl, settled: 0, waiting: [0, 0, 0]});
        model.waiting[0] += sample.frames;
      }
    }
    expect(sightings.size).toBe(models.size);
    for (const [index, {ttl, settled, waiting}] of models) {
      expect(sightings.ttl(index)).toBe(ttl);
      expect(sightings.settled(index)).toBeCloseTo(settled, 9);
      expect(sightings.recent(index)).toBe(waiting[1] + waiting[2]);
      expect(sightings.all(index)).toBeCloseTo(settled + waiting[0] + waiting[1] + waiting[2], 9);
    }
    for (let slot = 0; slot < 300; slot++) {
      const there = [...models].filter(([, model]) => model.slot === slot).map(([index]) => index);
      expect(atPort(sightings, slot)).toEqual(there.sort((a, b) => a - b));
    }
  });
});

it('things are found by their hash, whatever comes and leaves', () => {
  const random = new Random(proofSeed(), 4);
  const things = new Things();
  const known = new Map<string, number>();
  for (let i = 0; i < proofCount(20_000, 200_000); i++) {
    // Many that meet.
    const a = random.below(2) * 2 ** 20 + 50 * random.below(50);
    const b = random.below(30);
    const index = things.find(a, b);
    expect(index).toBe(known.get(`${a} ${b}`) ?? 0);
    if (index === 0) {
      const made = things.add(a, b, ThingKind.Flow, 5, [1, 2, 3, i]);
      known.set(`${a} ${b}`, made);
      expect([things.kind(made), things.by(made), things.address(made, 3), things.first(made)]).toEqual([2, 5, i, 0]);
    } else if (random.uniform() < 0.5) {
      things.setFirst(index, 9);
      things.setCrowded(index);
      things.remove(index);
      known.delete(`${a} ${b}`);
    }
  }
  expect(things.size).toBe(known.size);
});
