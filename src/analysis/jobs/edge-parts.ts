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
  const all = Int32Array.from(times.edges.keys()).filter((edge) => sizeOf(times, edge) >= LEAST_TIMES);
  let parts = 0;
  const divide = (edges: Int32Array, depth: number): void => {
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
  const edges = Int32Array.from(part.keys()).filter((edge) => part[edge] !== NO_PART);
  const {counts, all} = countsOf(times, edges);
  const side = Uint8Array.from(edges, (edge) => part[edge]!);
  const sure = settle(times, edges, counts, all, side, parts);
  for (let i = 0; i < edges.length; i++) part[edges[i]!] = side[i]!;
  return sure >= LEAST_SURE;
}

// From here on it is loops without objects: of a large job each of them goes through hundreds of thousands of times.

/** Times by slot, and of all. */
function countsOf({slots, start, slot}: EdgeTimes, edges: Int32Array) {
  const counts = new Float64Array(slots);
  let all = 0;
  for (let i = 0; i < edges.length; i++) {
    const edge = edges[i]!;
    const end = start[edge + 1]!;
    for (let at = start[edge]!; at < end; at++) counts[slot[at]!]!++;
    all += end - start[edge]!;
  }
  return {counts, all};
}

/** Two sides whose edges send at other times than those of the other side; undefined where there are none. */
function sidesOf(times: EdgeTimes, edges: Int32Array): [Int32Array, Int32Array] | undefined {
  if (edges.length < 2) return undefined;
  const {counts, all} = countsOf(times, edges);
  const axis = firstAxis(times, edges, counts, all);
  const isRight = Uint8Array.from(axis, (value) => (value > 0 ? 1 : 0));
  const sure = settle(times, edges, counts, all, isRight, 2);
  const sides = [0, 1].map((side) => edges.filter((_, i) => isRight[i] === side)) as [Int32Array, Int32Array];
  const share = sides.map((side) => side.reduce((sum, edge) => sum + sizeOf(times, edge), 0) / all);
  return sure >= LEAST_SURE && Math.min(...share) >= LEAST_SHARE ? sides : undefined;
}

/**
 * What differs most between the times of edges, as a value for each: the first axis of a correspondence analysis of edges
 * and slots, by reciprocal averaging.
 */
function firstAxis({start, slot}: EdgeTimes, edges: Int32Array, counts: Float64Array, all: number): Float64Array {
  const axis = Float64Array.from(edges, (_, i) => anyOf(1_000, i) / 500 - 1);
  const before = new Float64Array(axis.length);
  const ofSlot = new Float64Array(counts.length);
  for (let round = 0; round < AXIS_ROUNDS; round++) {
    standardise(axis, edges, start, all);
    before.set(axis);
    ofSlot.fill(0);
    for (let i = 0; i < edges.length; i++) {
      const end = start[edges[i]! + 1]!;
      const value = axis[i]!;
      for (let at = start[edges[i]!]!; at < end; at++) ofSlot[slot[at]!]! += value;
    }
    for (let i = 0; i < counts.length; i++) if (counts[i]! > 0) ofSlot[i]! /= counts[i]!;
    for (let i = 0; i < edges.length; i++) {
      const from = start[edges[i]!]!;
      const end = start[edges[i]! + 1]!;
      let sum = 0;
      for (let at = from; at < end; at++) sum += ofSlot[slot[at]!]!;
      axis[i] = sum / (end - from);
    }
    if (1 - cosine(before, axis) < SETTLED) break;
  }
  standardise(axis, edges, start, all);
  return axis;
}

function cosine(a: Float64Array, b: Float64Array): number {
  let product = 0;
  let ofA = 0;
  let ofB = 0;
  for (let i = 0; i < a.length; i++) {
    product += a[i]! * b[i]!;
    ofA += a[i]! * a[i]!;
    ofB += b[i]! * b[i]!;
  }
  return product / Math.sqrt(ofA * ofB);
}

/** Mean 0 and variance 1 over all times. */
function standardise(axis: Float64Array, edges: Int32Array, start: Uint32Array, all: number): void {
  const weight = (i: number) => (start[edges[i]! + 1]! - start[edges[i]!]!) / all;
  let mean = 0;
  for (let i = 0; i < axis.length; i++) mean += weight(i) * axis[i]!;
  let variance = 0;
  for (let i = 0; i < axis.length; i++) variance += weight(i) * (axis[i]! - mean) ** 2;
  const scale = variance > 0 ? 1 / Math.sqrt(variance) : 0;
  for (let i = 0; i < axis.length; i++) axis[i] = (axis[i]! - mean) * scale;
}

/**
 * Moves each edge to the side whose other edges send when it does, until none wants to; `side` by place in `edges`, below
 * `sides`. Returns which share of all times is of edges that are sure of their side.
 */
function settle(
  {start, slot}: EdgeTimes,
  edges: Int32Array,
  counts: Float64Array,
  all: number,
  side: Uint8Array,
  sides: number,
): number {
  const slots = counts.length;
  // What is known of a slot beforehand: that it has its share of what all edges have.
  const prior = new Float64Array(slots);
  for (let i = 0; i < slots; i++) prior[i] = (slots / 2 / all) * counts[i]!;
  /** By side and slot: the times of its edges. */
  const sums = new Float64Array(sides * slots);
  const totals = new Float64Array(sides);
  const put = (edge: number, to: number, sign: number) => {
    const end = start[edge + 1]!;
    for (let at = start[edge]!; at < end; at++) sums[to * slots + slot[at]!]! += sign;
    totals[to]! += sign * (end - start[edge]!);
  };
  for (let i = 0; i < edges.length; i++) put(edges[i]!, side[i]!, 1);
  let sure = 0;
  for (let round = 0; round < ROUNDS; round++) {
    let moved = 0;
    sure = 0;
    for (let i = 0; i < edges.length; i++) {
      const edge = edges[i]!;
      const end = start[edge + 1]!;
      const size = end - start[edge]!;
      put(edge, side[i]!, -1);
      let best = 0;
      let most = Number.NEGATIVE_INFINITY;
      let second = Number.NEGATIVE_INFINITY;
      for (let to = 0; to < sides; to++) {
        let likely = -size * Math.log(totals[to]! + slots / 2);
        for (let at = start[edge]!; at < end; at++) {
          likely += Math.log(sums[to * slots + slot[at]!]! + prior[slot[at]!]!);
        }
        if (likely > most) {
          second = most;
          most = likely;
          best = to;
        } else if (likely > second) {
          second = likely;
        }
      }
      if (best !== side[i]) moved++;
      else if (most - second >= SURE) sure += size;
      side[i] = best;
      put(edge, best, 1);
    }
    if (moved === 0) break;
  }
  return sure / all;
}
