import {describe, expect, it} from 'vitest';
import {hashingOf, type Imbalance, imbalanceOf, verdictOf} from '../../../src/analysis/imbalance/imbalance.ts';
import {Moments} from '../../../src/fabric/history/moments.ts';
import {Random} from '../../../src/simulator/random.ts';
import {proofCount, proofSeed, proofTable} from '../../support/proof.ts';
import {poisson} from '../period/period-traffic.ts';

const RATE = 10_000;
/** Lengths of frames and the share of the samples that have them. */
type Mix = readonly (readonly [length: number, share: number])[];
const DATA: Mix = [[4_178, 1]];
const WITH_ACKS: Mix = [
  [4_178, 0.6],
  [82, 0.4],
];

/** A member that is expected to give so many samples. */
function draw(random: Random, expected: number, mix: Mix, rate = RATE): Moments {
  const moments = new Moments();
  for (const [length, share] of mix) {
    const samples = poisson(random, expected * share);
    moments.samples += samples;
    moments.frames += samples * rate;
    moments.bytes += samples * rate * length;
    moments.squares += samples * (rate * length) ** 2;
  }
  moments.largestRate = rate;
  moments.largest = rate * mix[0][0];
  return moments;
}

/** Loads of so many members with a mean of 1 and just this coefficient of variation, none below 0. */
function loadsOf(random: Random, members: number, cv: number): number[] {
  for (;;) {
    const loads = Array.from({length: members}, () => random.gaussian());
    const mean = loads.reduce((sum, load) => sum + load, 0) / members;
    const sd = Math.sqrt(loads.reduce((sum, load) => sum + (load - mean) ** 2, 0) / members);
    const scaled = loads.map((load) => 1 + (cv * (load - mean)) / sd);
    if (scaled.every((load) => load >= 0)) return scaled;
  }
}

const group = (random: Random, loads: readonly number[], samplesEach: number, mix: Mix) =>
  loads.map((load) => draw(random, load * samplesEach, mix));

/** More than so many of a Poisson count that should have `mean` are chance once in a million. */
const atMost = (mean: number) => mean + 5 * Math.sqrt(mean) + 5;

describe('members that carry the same', () => {
  it('are called uneven at p < 0.001 as often as that says', () => {
    const runs = proofCount(2_000, 200_000);
    const random = new Random(proofSeed());
    const rows: string[][] = [];
    for (const [name, mix] of [
      ['4178 only', DATA],
      ['4178 and 82', WITH_ACKS],
    ] as const) {
      for (const members of [2, 4, 8, 16]) {
        for (const samplesEach of [5, 20, 100]) {
          let alarms = 0;
          let high = 0;
          for (let run = 0; run < runs; run++) {
            const {pValue, cvLow} = imbalanceOf(group(random, new Array(members).fill(1), samplesEach, mix)) ?? NOTHING;
            if (pValue < 1e-3) alarms++;
            if (cvLow > 0) high++;
          }
          expect(alarms, `${name}, ${members} members of ${samplesEach}`).toBeLessThan(atMost(1.3e-3 * runs));
          expect(high / runs).toBeLessThan(0.04);
          rows.push([name, `${members}`, `${samplesEach}`, ((1_000 * alarms) / runs).toFixed(2), percent(high / runs)]);
        }
      }
    }
    proofTable('imbalance-null', 'Parallel links that carry the same', NULL_ABOUT, NULL_HEAD, rows);
  });

  it('stay balanced', () => {
    const random = new Random(proofSeed(), 1);
    const even = imbalanceOf(group(random, new Array(8).fill(1), 500, WITH_ACKS))!;
    expect(verdictOf(even, {mostCv: 0})).toBe('balanced');
    expect(even.samples).toBeGreaterThan(3_700);
    // Small frames say next to nothing of bytes.
    expect(even.effectiveSamples).toBeLessThan(0.7 * even.samples);
  });

  it('are not known to where samples are too few', () => {
    const few = imbalanceOf(group(new Random(proofSeed(), 2), new Array(8).fill(1), 3, DATA))!;
    expect(verdictOf(few, {mostCv: 0})).toBe('unknown');
    expect(imbalanceOf([new Moments(), new Moments()])).toBeUndefined();
    expect(imbalanceOf(group(new Random(1), [1], 100, DATA))).toBeUndefined();
  });

  it('are so at several sampling rates too', () => {
    const random = new Random(proofSeed(), 3);
    const runs = proofCount(2_000, 50_000);
    let alarms = 0;
    for (let run = 0; run < runs; run++) {
      const members = [1, 1, 4, 4].map((times) => draw(random, 100 / times, WITH_ACKS, times * RATE));
      if (imbalanceOf(members)!.pValue < 1e-3) alarms++;
    }
    expect(alarms).toBeLessThan(atMost(1.5e-3 * runs));
  });
});

/** Samples that a group needs for a power of 95 % at p < 1e-9, by members and the coefficient of variation, %. */
const NEEDED: readonly [members: number, cv: number, samples: number][] = [
  ...([5, 10, 20, 40] as const).map((cv, i): [number, number, number] => [2, cv, [24_000, 6_000, 1_500, 380][i]]),
  ...([5, 10, 20, 40] as const).map((cv, i): [number, number, number] => [4, cv, [26_900, 6_700, 1_700, 420][i]]),
  ...([5, 10, 20, 40] as const).map((cv, i): [number, number, number] => [8, cv, [30_600, 7_700, 1_900, 480][i]]),
  ...([5, 10, 20, 40] as const).map((cv, i): [number, number, number] => [16, cv, [35_700, 8_900, 2_200, 560][i]]),
];

it('members that carry different loads are found, and how different they are lies in the band', () => {
  const runs = proofCount(60, 4_000);
  const random = new Random(proofSeed(), 4);
  const rows = NEEDED.map(([members, cv, samples]) => {
    let found = 0;
    let covered = 0;
    for (let run = 0; run < runs; run++) {
      const drawn = group(random, loadsOf(random, members, cv / 100), samples / members, DATA);
      const {pValue, cvLow, cvHigh} = imbalanceOf(drawn)!;
      if (pValue < 1e-9) found++;
      if (cvLow <= cv / 100 && cv / 100 <= cvHigh) covered++;
    }
    const name = `${members} members, cv ${cv} %`;
    expect(found / runs, name).toBeGreaterThan(0.95 - 4 * Math.sqrt(0.06 / runs) - 0.01);
    expect(covered / runs, name).toBeGreaterThan(0.94 - 4 * Math.sqrt(0.06 / runs));
    return [`${members}`, `${cv} %`, `${samples}`, percent(found / runs), percent(covered / runs)];
  });
  proofTable('imbalance-power', 'Parallel links that carry different loads', POWER_ABOUT, POWER_HEAD, rows);
});

it('the band holds where one member carries nothing, or half of all', () => {
  const runs = proofCount(300, 20_000);
  const random = new Random(proofSeed(), 5);
  for (const loads of [
    [0, 8 / 7, 8 / 7, 8 / 7, 8 / 7, 8 / 7, 8 / 7, 8 / 7],
    [4, 4 / 7, 4 / 7, 4 / 7, 4 / 7, 4 / 7, 4 / 7, 4 / 7],
  ]) {
    const cv = Math.sqrt(loads.reduce((sum, load) => sum + (load - 1) ** 2, 0) / loads.length);
    for (const samplesEach of [30, 300, 3_000]) {
      let covered = 0;
      for (let run = 0; run < runs; run++) {
        const {cvLow, cvHigh} = imbalanceOf(group(random, loads, samplesEach, DATA))!;
        if (cvLow <= cv && cv <= cvHigh) covered++;
      }
      expect(covered / runs).toBeGreaterThan(0.94 - 4 * Math.sqrt(0.06 / runs));
    }
  }
});

/** Flows of these volumes, each on one of the members that `way` gives, as sampled. */
function hashed(
  random: Random,
  volumes: readonly number[],
  members: number,
  samples: number,
  way: (of: number) => number,
) {
  const total = volumes.reduce((sum, volume) => sum + volume, 0);
  const ways = Array.from({length: members}, () => draw(random, 0, DATA));
  const flows = volumes.map((volume) => {
    const flow = draw(random, (samples * volume) / total, DATA);
    ways[way(members)].add(flow);
    return flow;
  });
  const imbalance = imbalanceOf(ways) ?? NOTHING;
  const hashing = hashingOf(
    flows,
    ways.reduce((sum, {bytes}) => sum + bytes, 0),
    members,
  );
  return {hashing, verdict: verdictOf(imbalance, hashing)};
}

const NOTHING: Imbalance = {samples: 0, effectiveSamples: 0, pValue: 1, cv: 0, cvLow: 0, cvHigh: 1};

describe('whole flows', () => {
  it('that a fair hash spreads are hardly ever more than bad luck', () => {
    const runs = proofCount(200, 10_000);
    const random = new Random(proofSeed(), 6);
    const rows: string[][] = [];
    for (const members of [2, 4, 8]) {
      for (const flows of [4, 16, 64, 512]) {
        const counts = {balanced: 0, 'few-flows': 0, imbalanced: 0, unknown: 0};
        for (let run = 0; run < runs; run++) {
          const volumes = Array.from({length: flows}, () => -Math.log(random.uniform()));
          const {verdict} = hashed(random, volumes, members, 8_000, (of) => random.below(of));
          counts[verdict]++;
        }
        expect(counts.imbalanced, `${flows} flows on ${members}`).toBeLessThan(atMost(0.004 * runs));
        const shares = Object.values(counts).map((count) => percent(count / runs));
        rows.push([`${members}`, `${flows}`, ...shares]);
      }
    }
    proofTable('imbalance-hash', 'Flows that a fair hash spreads over parallel links', HASH_ABOUT, HASH_HEAD, rows);
  });

  it('that all go a part of the ways are', () => {
    const runs = proofCount(100, 2_000);
    const random = new Random(proofSeed(), 7);
    let polarised = 0;
    let dead = 0;
    for (let run = 0; run < runs; run++) {
      const volumes = Array.from({length: 128}, () => -Math.log(random.uniform()));
      if (hashed(random, volumes, 8, 8_000, (of) => random.below(of / 2)).verdict === 'imbalanced') polarised++;
      const many = [...volumes, ...volumes, ...volumes];
      if (hashed(random, many, 8, 8_000, (of) => 1 + random.below(of - 1)).verdict === 'imbalanced') dead++;
    }
    expect(polarised / runs).toBeGreaterThan(0.99);
    expect(dead / runs).toBeGreaterThan(0.9);
  });

  it('are counted as equal ones would be, however few samples each has', () => {
    const random = new Random(proofSeed(), 8);
    const counts = Array.from({length: 200}, () => {
      const flows = Array.from({length: 100}, () => draw(random, 3, DATA));
      return hashingOf(flows, 0, 4).flows!;
    }).sort((a, b) => a - b);
    expect(counts[100]).toBeGreaterThan(90);
    expect(counts[100]).toBeLessThan(110);
  });

  it('beside fine traffic matter less', () => {
    const random = new Random(proofSeed(), 9);
    const flows = [draw(random, 1_000, DATA), draw(random, 1_000, DATA)];
    const bytes = flows[0].bytes + flows[1].bytes;
    expect(hashingOf(flows, bytes, 4).flows).toBeCloseTo(2, 1);
    expect(hashingOf(flows, 2 * bytes, 4).flows).toBeCloseTo(8, 0);
    expect(hashingOf([], bytes, 4)).toEqual({flows: null, expectedCv: 0, mostCv: 0});
  });
});

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const NULL_HEAD = ['frames', 'links', 'samples a link', 'alarms at p < 0.001, ‰', 'cv’s band above 0'];
const NULL_ABOUT = [
  'The index of dispersion on bytes, samples drawn by Poisson. Goal: 1 ‰ alarms, band above 0 in 2.5 %.',
];
const POWER_HEAD = ['links', 'cv of their loads', 'samples', 'found at p < 1e-9', 'cv in its 95 % band'];
const POWER_ABOUT = [
  'Loads with just this coefficient of variation, drawn anew each time, 4,178-byte frames. Goal: 95 % found.',
];
const HASH_HEAD = ['links', 'flows', 'balanced', 'few flows', 'imbalanced', 'unknown'];
const HASH_ABOUT = [
  'Flows of exponential volume, each on one link at random, 8,000 samples in all. “Imbalanced” is to be said of what a fair',
  'hash does not explain: here it never should be, up to one in a thousand.',
];
