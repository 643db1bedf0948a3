import type {EdgeTimes} from './edge-log.ts';
import {anyOf} from './pairs.ts';

/** Times of an edge that it takes to have a say. */
const LEAST_TIMES = 6;
/** Rounds in which the first axis is found, and in which edges find their side. */
const AXIS_ROUNDS = 40;
const SETTLED = 1e-6;
const ROUNDS = 12;
/** An edge is sure of its side when that is so much likelier (log); of the times so much must be of edges that are. */
const SURE = 3;
const LEAST_SURE = 0.85;
/** Each of two sides must have so much of the times. */
const LEAST_SHARE = 0.02;
/** Halvings one within the other: up to 8 parts. */
const DEPTH = 3;

/** Slots are put together until they have so many times, at most so many of them. */
const TIMES_OF_SLOT = 4;
const MOST_STEPS = 4;

/** No part is known for an edge. */
export const NO_PART = 255;

/**
 * Edges that send at the same times, in parts: of edges of one job that is all of them, or those of a stage of its
 * exchange. By edge the number of its part, `NO_PART` for those with too few times to say.
 */
export function partsOf(fine: EdgeTimes): {part: Uint8Array; parts: number} {
  const times = coarser(fine);
  const part = new Uint8Array(times.edges.length).fill(NO_PART);
  const all = Array.from(times.edges.keys()).filter((edge) => sizeOf(times, edge) >= LEAST_TIMES);
  let parts = 0;
  const divide = (edges: readonly number[], depth: number): void => {
    const sides = depth < DEPTH ? sidesOf(times, edges) : undefined;
    if (sides) for (const side of sides) divide(side, depth + 1);
    else {
      for (const edge of edges) part[edge] = parts;
      parts++;
    }
  };
  if (all.length > 0) divide(all, 0);
  return {part, parts};
}

/** With slots that have some times each, if need be. */
function coarser(times: EdgeTimes): EdgeTimes {
  const {slot, slots} = times;
  const steps = Math.max(1, Math.min(MOST_STEPS, Math.ceil((TIMES_OF_SLOT * slots) / Math.max(1, slot.length))));
  if (steps === 1) return times;
  return {...times, slot: slot.map((value) => Math.floor(value / steps)), slots: Math.ceil(slots / steps)};
}

const sizeOf = ({start}: EdgeTimes, edge: number) => start[edge + 1]! - start[edge]!;

/**
 * Lets each edge choose anew between so many parts, by whole parts. Returns whether most are sure of theirs; `part` by
 * edge, as `partsOf` gives it.
 */
export function settled(fine: EdgeTimes, part: Uint8Array, parts: number): boolean {
  const times = coarser(fine);
  const edges = Array.from(part.keys()).filter((edge) => part[edge] !== NO_PART);
  const {counts, all} = countsOf(times, edges);
  const side = Uint8Array.from(edges, (edge) => part[edge]!);
  const sure = settle(times, edges, counts, all, side, parts);
  for (const [i, edge] of edges.entries()) part[edge] = side[i]!;
  return sure >= LEAST_SURE;
}

/** Times by slot, and of all. */
function countsOf({slots, start, slot}: EdgeTimes, edges: readonly number[]) {
  const counts = new Float64Array(slots);
  let all = 0;
  for (const edge of edges) {
    for (let i = start[edge]!; i < start[edge + 1]!; i++) counts[slot[i]!]!++;
    all += start[edge + 1]! - start[edge]!;
  }
  return {counts, all};
}

/** Two sides whose edges send at other times than those of the other side; undefined where there are none. */
function sidesOf(times: EdgeTimes, edges: readonly number[]): [number[], number[]] | undefined {
  if (edges.length < 2) return undefined;
  const {counts, all} = countsOf(times, edges);
  const axis = firstAxis(times, edges, counts, all);
  const isRight = Uint8Array.from(axis, (value) => (value > 0 ? 1 : 0));
  const sure = settle(times, edges, counts, all, isRight);
  const sides: [number[], number[]] = [[], []];
  for (const [i, edge] of edges.entries()) sides[isRight[i]!]!.push(edge);
  const share = sides.map((side) => side.reduce((sum, edge) => sum + sizeOf(times, edge), 0) / all);
  return sure >= LEAST_SURE && Math.min(...share) >= LEAST_SHARE ? sides : undefined;
}

/**
 * What differs most between the times of edges, as a value for each: the first axis of a correspondence analysis of edges
 * and slots, by reciprocal averaging.
 */
function firstAxis(
  {start, slot}: EdgeTimes,
  edges: readonly number[],
  counts: Float64Array,
  all: number,
): Float64Array {
  const axis = Float64Array.from(edges, (_, i) => anyOf(1_000, i) / 500 - 1);
  const ofSlot = new Float64Array(counts.length);
  for (let round = 0; round < AXIS_ROUNDS; round++) {
    standardise(axis, edges, start, all);
    ofSlot.fill(0);
    for (const [i, edge] of edges.entries()) {
      for (let at = start[edge]!; at < start[edge + 1]!; at++) ofSlot[slot[at]!]! += axis[i]!;
    }
    for (let i = 0; i < counts.length; i++) if (counts[i]! > 0) ofSlot[i]! /= counts[i]!;
    let alike = 0;
    let before = 0;
    let after = 0;
    for (const [i, edge] of edges.entries()) {
      let sum = 0;
      for (let at = start[edge]!; at < start[edge + 1]!; at++) sum += ofSlot[slot[at]!]!;
      const value = sum / (start[edge + 1]! - start[edge]!);
      alike += axis[i]! * value;
      before += axis[i]! ** 2;
      after += value ** 2;
      axis[i] = value;
    }
    if (1 - alike / Math.sqrt(before * after) < SETTLED) break;
  }
  standardise(axis, edges, start, all);
  return axis;
}

/** Mean 0 and variance 1 over all times. */
function standardise(axis: Float64Array, edges: readonly number[], start: Uint32Array, all: number): void {
  const weight = (edge: number) => (start[edge + 1]! - start[edge]!) / all;
  const mean = edges.reduce((sum, edge, i) => sum + weight(edge) * axis[i]!, 0);
  const variance = edges.reduce((sum, edge, i) => sum + weight(edge) * (axis[i]! - mean) ** 2, 0);
  const scale = variance > 0 ? 1 / Math.sqrt(variance) : 0;
  for (let i = 0; i < axis.length; i++) axis[i] = (axis[i]! - mean) * scale;
}

/**
 * Moves each edge to the side whose other edges send when it does, until none wants to; `side` by place in `edges`, below
 * `sides`. Returns which share of all times is of edges that are sure of their side.
 */
function settle(
  {start, slot}: EdgeTimes,
  edges: readonly number[],
  counts: Float64Array,
  all: number,
  side: Uint8Array,
  sides = 2,
): number {
  const slots = counts.length;
  // What is known of a slot beforehand: that it has its share of what all edges have.
  const prior = slots / 2 / all;
  const sums = Array.from({length: sides}, () => new Float64Array(slots));
  const totals = new Float64Array(sides);
  const likely = new Float64Array(sides);
  const put = (edge: number, to: number, sign: number) => {
    const sum = sums[to]!;
    for (let at = start[edge]!; at < start[edge + 1]!; at++) sum[slot[at]!]! += sign;
    totals[to]! += sign * (start[edge + 1]! - start[edge]!);
  };
  for (const [i, edge] of edges.entries()) put(edge, side[i]!, 1);
  let sure = 0;
  for (let round = 0; round < ROUNDS; round++) {
    let moved = 0;
    sure = 0;
    for (const [i, edge] of edges.entries()) {
      const size = start[edge + 1]! - start[edge]!;
      put(edge, side[i]!, -1);
      for (let to = 0; to < sides; to++) {
        const sum = sums[to]!;
        let log = -size * Math.log(totals[to]! + slots / 2);
        for (let at = start[edge]!; at < start[edge + 1]!; at++) {
          log += Math.log(sum[slot[at]!]! + prior * counts[slot[at]!]!);
        }
        likely[to] = log;
      }
      const best = likely.indexOf(Math.max(...likely));
      const second = likely.reduce((most, value, to) => (to === best ? most : Math.max(most, value)), -Infinity);
      if (best !== side[i]) moved++;
      else if (likely[best]! - second >= SURE) sure += size;
      side[i] = best;
      put(edge, best, 1);
    }
    if (moved === 0) break;
  }
  return sure / all;
}
