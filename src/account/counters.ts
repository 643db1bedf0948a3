// Hot path: no allocation after construction, no exception.
import {UNKNOWN_COUNTER_32} from '../sflow/constants.ts';
import type {CounterSampleView} from '../sflow/views.ts';
import {FORGET_AFTER_MS, SWEEP_EVERY_MS} from './agents.ts';
import type {Keeper, StreamArray} from './handover.ts';
import {KeyTable} from './key-table.ts';
import {COUNTERS, type ColumnArray, columnIndexes, makeColumns} from './schema.ts';

const column = columnIndexes(COUNTERS);
const TWO_32 = 2 ** 32;

/** Absolute counters that are kept per port; the order of the columns from `inOctets` on. */
const KEPT = 10;

/** What is kept, by its place: octets tell a reset, packets and octets use their whole width. */
const IN_OCTETS = 0;
const IN_PACKETS = 1;
const OUT_OCTETS = 4;
const OUT_PACKETS = 5;

/**
 * Errors and discards that step back by less than this were cleared, and packets whose octets are not known; half their
 * range does not pass in a reading.
 */
const CLEARED = 2 ** 31;

/** A rate beyond this many times line rate is a counter that was reset, not traffic. */
const PLAUSIBLE = 1.5;
/** Unless it comes so often that it is the speed which is wrong, and no port there is would be too slow for it (bit/s). */
const DOUBTS = 3;
const FASTEST = 4e12;
/** What an agent states of a faster port that has no more than the 32 bits of ifSpeed (RFC 2863). */
const CAPPED = TWO_32 - 1;
/** In place of the speed, where it is not believed. */
export const WRONG_SPEED = -1;

/**
 * Turns interface counters (v5, if_counters and ethernet_counters) into differences since the port's last ones.
 * Deltas wrap at the counter's width; unknown is all ones; a restart of the agent, a step backwards that is no wrap
 * and a rate that the port cannot carry start a new baseline; where the port carries it again and again, its speed is
 * not believed.
 */
export class CounterTracker implements Keeper {
  /** Rows ready for the next Partial. */
  readonly columns: ColumnArray[];
  size = 0;
  private readonly capacity: number;
  private readonly ports: KeyTable;
  private readonly previous: Float64Array;
  private readonly current = new Float64Array(KEPT);
  private readonly time: Float64Array;
  private readonly lives: Float64Array;
  /** The speed that is stated, and readings of late that it is too slow for. */
  private readonly stated: Float64Array;
  private readonly doubts: Float64Array;
  readonly perStream: readonly StreamArray[] = [];
  readonly perEntry: readonly Float64Array[];

  /** `clock` as a `KeyTable` has it. */
  constructor(ports: number, capacity: number, seed: number, clock: Float64Array) {
    this.capacity = capacity;
    this.columns = makeColumns(COUNTERS, capacity);
    this.ports = new KeyTable(2, ports, seed, clock);
    this.previous = new Float64Array(ports * KEPT);
    this.time = new Float64Array(ports);
    this.lives = new Float64Array(ports);
    this.stated = new Float64Array(ports);
    this.doubts = new Float64Array(ports);
    this.perEntry = [this.previous, this.time, this.lives, this.stated, this.doubts];
  }

  /**
   * Takes a counter sample of a stream in its present life (see `SequenceTracker.lives`). Returns the ifIndex that it
   * speaks of, 0 when it has no interface counters or names no port, -1 when it finds no room.
   */
  add(stream: number, sample: CounterSampleView, data: DataView, life: number): number {
    const at = sample.interfaceOffset;
    if (at < 0) return 0;
    const ifIndex = data.getUint32(at);
    if (ifIndex === 0) return 0;
    if (this.size === this.capacity) return -1;
    const {ports} = this;
    ports.key[0] = stream;
    ports.key[1] = ifIndex;
    if (ports.shouldSweep(SWEEP_EVERY_MS)) ports.sweep(FORGET_AFTER_MS);
    const port = ports.intern();
    if (port < 0) return -1;
    const isNew = ports.created || this.lives[port] !== life;
    this.lives[port] = life;
    const speed = data.getUint32(at + 8) * TWO_32 + data.getUint32(at + 12);
    if (ports.created || this.stated[port] !== speed) this.doubts[port] = 0;
    this.stated[port] = speed;
    this.read(data, at, sample.ethernetOffset);
    this.emit(stream, ifIndex, port, data, at, isNew);
    return ifIndex;
  }

  clear(): void {
    this.size = 0;
  }

  /** Its table, for a handover. */
  get table(): KeyTable {
    return this.ports;
  }

  /** Time was set forward by `ms`: no counter counted in between. */
  forward(ms: number): void {
    this.ports.forward(ms);
    for (let port = 0; port < this.ports.limit; port++) this.time[port]! += ms;
  }

  /** Whether a counter may grow by any number: octets do, and packets whose octets would tell if they were cleared. */
  private isWhole(i: number): boolean {
    if (i === IN_PACKETS) return !Number.isNaN(this.current[IN_OCTETS]!);
    if (i === OUT_PACKETS) return !Number.isNaN(this.current[OUT_OCTETS]!);
    return i === IN_OCTETS || i === OUT_OCTETS;
  }

  /** Reads the absolute counters; NaN for one that the agent does not keep. */
  private read(data: DataView, at: number, ethernet: number): void {
    const {current} = this;
    current[0] = counter64(data, at + 24);
    current[1] = packets(data, at + 32);
    current[2] = counter32(data, at + 44);
    current[3] = counter32(data, at + 48);
    current[4] = counter64(data, at + 56);
    current[5] = packets(data, at + 64);
    current[6] = counter32(data, at + 76);
    current[7] = counter32(data, at + 80);
    current[8] = ethernet < 0 ? Number.NaN : counter32(data, ethernet + 4);
    current[9] = ethernet < 0 ? Number.NaN : counter32(data, ethernet + 48);
  }

  private emit(stream: number, ifIndex: number, port: number, data: DataView, at: number, isNew: boolean): void {
    const {columns, current, previous} = this;
    const now = this.ports.clock[0]!;
    const row = this.size++;
    const stated = this.stated[port]!;
    const speed = stated === CAPPED ? 0 : stated;
    const elapsed = isNew ? 0 : Math.max(0, now - this.time[port]!);
    const first = column['inOctets']!;
    // Octets tell a reset best: 64 bits do not wrap in practice, and the line bounds them.
    const base = port * KEPT;
    const inOctets = current[IN_OCTETS]! - previous[base + IN_OCTETS]!;
    const outOctets = current[OUT_OCTETS]! - previous[base + OUT_OCTETS]!;
    const perBit = (PLAUSIBLE * Math.max(elapsed, 1_000)) / 8_000;
    const isBackwards = isNew || inOctets < 0 || outOctets < 0;
    const isTooMuch = speed > 0 && (inOctets > speed * perBit || outOctets > speed * perBit);
    const isPossible = !(inOctets > FASTEST * perBit || outOctets > FASTEST * perBit);
    if (!isBackwards && isPossible && this.doubts[port]! < DOUBTS) {
      if (isTooMuch) this.doubts[port]!++;
      else if (PLAUSIBLE * 2 * inOctets > speed * perBit || PLAUSIBLE * 2 * outOctets > speed * perBit) {
        this.doubts[port] = 0; // it is busy, and within its speed
      }
    }
    const isWrong = this.doubts[port] === DOUBTS;
    const isReset = isBackwards || (isWrong ? !isPossible : isTooMuch);
    columns[column['agent']!]![row] = stream;
    columns[column['port']!]![row] = ifIndex;
    columns[column['time']!]![row] = now;
    columns[column['speed']!]![row] = isWrong ? WRONG_SPEED : speed;
    columns[column['ifType']!]![row] = data.getUint32(at + 4);
    columns[column['status']!]![row] = data.getUint32(at + 20);
    columns[column['elapsedMs']!]![row] = isReset ? 0 : elapsed;
    for (let i = 0; i < KEPT; i++) {
      const is = current[i]!;
      const was = previous[base + i]!;
      let delta = is - was;
      if (delta < 0) delta += TWO_32;
      if (delta >= CLEARED && !this.isWhole(i)) delta = 0;
      // Of a new baseline nothing but that it is one counts: what stood in its place may have been another port's.
      columns[first + i]![row] = isReset && !Number.isNaN(is) ? 0 : delta;
      previous[base + i] = is;
    }
    this.time[port] = now;
  }
}

function counter32(data: DataView, at: number): number {
  const value = data.getUint32(at);
  return value === UNKNOWN_COUNTER_32 ? Number.NaN : value;
}

function counter64(data: DataView, at: number): number {
  const high = data.getUint32(at);
  const low = data.getUint32(at + 4);
  return high === UNKNOWN_COUNTER_32 && low === UNKNOWN_COUNTER_32 ? Number.NaN : high * TWO_32 + low;
}

/** Unicast, multicast and broadcast packets together, modulo 2^32; of those kinds that the agent keeps, if any. */
function packets(data: DataView, at: number): number {
  let sum = 0;
  let known = 0;
  for (let i = 0; i < 12; i += 4) {
    const value = data.getUint32(at + i);
    if (value === UNKNOWN_COUNTER_32) continue;
    sum = (sum + value) >>> 0;
    known++;
  }
  return known === 0 ? Number.NaN : sum;
}
