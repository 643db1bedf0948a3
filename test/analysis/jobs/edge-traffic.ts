/** Slices of what queue pairs sent when, drawn from jobs that are known. */
import type {Edge} from '../../../src/analysis/jobs/edge-log.ts';
import {type PairSlice, SLICE_SECONDS} from '../../../src/fabric/pair-log.ts';
import {FLOW_SLOT_MS, FLOW_SLOTS} from '../../../src/shared/bins.ts';
import {edgesOf, type Pattern} from '../../../src/simulator/collectives.ts';
import type {Random} from '../../../src/simulator/random.ts';
import {poisson} from '../period/period-traffic.ts';

export interface DrawnJob {
  hosts: readonly number[];
  pattern: Pattern;
  /** Its queue pairs have numbers from here on. */
  firstQp: number;
  queuePairs: number;
  periodMs: number;
  duty: number;
  /** Standard deviation of a cycle's length, as a share of it. */
  drift: number;
  /** Samples that a host sends a second, on average. */
  samples: number;
}

const FRAME = 4_178;
const WEIGHT = 10_000;
/** Slices are of this time on. */
const FIRST_SLICE = 850_000_000;

/** The edges of a job with their share of its samples, and in which part of its exchange they send. */
export function edgesOfJob({hosts, pattern, firstQp, queuePairs}: DrawnJob) {
  const edges = edgesOf(pattern, hosts.length);
  const sum = edges.reduce((total, {share, begin, end}) => total + share * (end - begin), 0);
  return edges.flatMap(({from, to, share, begin, end}) =>
    Array.from({length: queuePairs}, (_, i) => {
      const edge: Edge = {source: hosts[from]!, destination: hosts[to]!, destQp: firstQp + i};
      return {edge, share: (share * (end - begin)) / sum / queuePairs, begin, end};
    }),
  );
}

/** What some jobs send in so many seconds, slice by slice, told once a second. */
export function drawSlices(jobs: readonly DrawnJob[], seconds: number, hosts: number, random: Random): PairSlice[] {
  const rows: {edge: Edge; second: number; samples: number; slots: Set<number>}[][] = [];
  for (let second = 0; second < seconds; second++) rows.push([]);
  for (const job of jobs) {
    const starts = [-job.periodMs * random.uniform()];
    while (starts.at(-1)! < 1_000 * seconds) {
      starts.push(starts.at(-1)! + job.periodMs * Math.max(0.5, 1 + job.drift * random.gaussian()));
    }
    for (const {edge, share, begin, end} of edgesOfJob(job)) {
      const bySecond = new Map<number, (typeof rows)[number][number]>();
      const mean = share * job.samples * job.hosts.length * (job.periodMs / 1_000);
      for (const start of starts) {
        for (let i = poisson(random, mean); i > 0; i--) {
          const at = start + job.duty * job.periodMs * (begin + (end - begin) * random.uniform());
          const second = Math.floor(at / 1_000);
          if (!(second >= 0 && second < seconds)) continue;
          const row = bySecond.get(second) ?? {edge, second, samples: 0, slots: new Set<number>()};
          if (!bySecond.has(second)) rows[second]!.push(row);
          bySecond.set(second, row);
          row.samples++;
          row.slots.add(Math.floor((FIRST_SLICE * SLICE_SECONDS * 1_000 + at) / FLOW_SLOT_MS) % FLOW_SLOTS);
        }
      }
    }
  }
  return Array.from({length: seconds / SLICE_SECONDS}, (_, i) => {
    const own = rows.slice(SLICE_SECONDS * i, SLICE_SECONDS * (i + 1)).flat();
    const word = (pick: (row: (typeof own)[number]) => number) => Uint32Array.from(own, pick);
    const column = (pick: (row: (typeof own)[number]) => number) => Float32Array.from(own, pick);
    const half = (slots: Set<number>, from: number) =>
      [...slots].reduce((bits, slot) => (slot >> 5 === from ? (bits | (1 << (slot & 31))) >>> 0 : bits), 0);
    return {
      ...{number: FIRST_SLICE + i, hosts, rows: own.length, scale: 1},
      source: word(({edge}) => edge.source),
      destination: word(({edge}) => edge.destination),
      destQp: word(({edge}) => edge.destQp),
      told: word(({second}) => 1_000 * (second - SLICE_SECONDS * i) + 999),
      slotsLow: word(({slots}) => half(slots, 0)),
      slotsHigh: word(({slots}) => half(slots, 1)),
      samples: column(({samples}) => samples),
      data: column(({samples}) => samples),
      frames: column(({samples}) => samples * WEIGHT),
      bytes: column(({samples}) => samples * FRAME * WEIGHT),
      squares: column(({samples}) => samples * (FRAME * WEIGHT) ** 2),
      largest: column(() => FRAME * WEIGHT),
      cnp: column(() => 0),
      farSamples: column(() => 0),
      farFrames: column(() => 0),
      ce: column(() => 0),
    };
  });
}
