import {describe, expect, it} from 'vitest';
import {Balancer} from '../../src/collector/balancer.ts';
import {BUCKETS, Dispatcher, DispatchTable, dispatchTable} from '../../src/collector/dispatch.ts';
import {Random} from '../../src/simulator/random.ts';
import {datagram} from '../account/support/wire.ts';

const SOURCE = new Uint32Array([0, 0, 0xffff, 0x7f000001]);

/** Agents that each send so many datagrams a second, dispatched to some threads; moves are done at once. */
class Fleet {
  readonly loads: number[];
  moves = 0;
  /** Rings by agent. */
  readonly rings: number[];
  rates: number[];
  private readonly table: SharedArrayBuffer;
  private readonly dispatcher: Dispatcher;
  private readonly balancer: Balancer;
  private readonly datagrams: Buffer[];
  private readonly random: Random;
  private seconds = 0;

  constructor(rates: number[], threads: number, seed = 1) {
    this.rates = rates;
    this.table = dispatchTable(seed * 0x51ed27);
    this.dispatcher = new Dispatcher(this.table, threads);
    this.balancer = new Balancer(new DispatchTable(this.table), threads);
    this.datagrams = rates.map((_, i) =>
      Buffer.concat([datagram([], {agent: `10.0.${i >>> 8}.${i & 255}`}), Buffer.alloc(1_000)]),
    );
    this.loads = new Array(threads).fill(0);
    this.rings = new Array(rates.length).fill(-1);
    this.random = new Random(seed, 3);
  }

  /** A second; each rate is as it is on average. Returns the moves that were asked for at its end. */
  second(): number {
    this.loads.fill(0);
    this.rates.forEach((rate, agent) => {
      const count = Math.round(rate * (0.8 + 0.4 * this.random.uniform()));
      for (let i = 0; i < count; i++) {
        const ring = this.dispatcher.ringOf(this.datagrams[agent]!, SOURCE);
        this.rings[agent] = ring;
        this.loads[ring]!++;
      }
    });
    const asked = this.balancer.look();
    this.dispatcher.moves(this.seconds++ * 1_000, () => true);
    this.moves += asked;
    return asked;
  }

  /** The fullest thread's load over the mean, on average over some seconds. */
  unevenness(seconds: number): number {
    const sums = this.loads.map(() => 0);
    for (let i = 0; i < seconds; i++) {
      this.second();
      this.loads.forEach((load, ring) => {
        sums[ring]! += load;
      });
    }
    return Math.max(...sums) / (sums.reduce((sum, load) => sum + load, 0) / sums.length);
  }
}

const quiet = (count: number, rate: number) => new Array(count).fill(rate);

describe('the balancer', () => {
  it.each([2, 3, 4])('loads %i threads evenly, with a hot switch beside a hundred quiet ones', (threads) => {
    for (const seed of [1, 2, 3]) {
      // The hot one alone is as much as a thread can have of the whole; the quiet ones fill up the others.
      const fleet = new Fleet([...quiet(50, 20), (100 * 20) / (threads - 1), ...quiet(50, 20)], threads, seed);
      for (let i = 0; i < 10; i++) fleet.second();
      expect(fleet.unevenness(5)).toBeLessThan(1.12);
    }
  });

  it('moves what was quiet away from the switch that becomes hot, and then rests', () => {
    const fleet = new Fleet(quiet(60, 30), 2);
    for (let i = 0; i < 5; i++) fleet.second();
    fleet.rates[7] = 60 * 30;
    for (let i = 0; i < 12; i++) fleet.second();
    const rest = fleet.rings.filter((ring, agent) => ring === fleet.rings[7] && agent !== 7);
    expect(rest.length).toBeLessThan(6);
    const before = fleet.moves;
    expect(fleet.unevenness(60)).toBeLessThan(1.12);
    expect(fleet.moves - before).toBeLessThan(6);
  });

  it('lets be what cannot be made more even, and what is little', () => {
    const one = new Fleet([2_000], 4);
    const few = new Fleet([10, 1, 1, 1, 1, 1], 3);
    for (let i = 0; i < 10; i++) expect([one.second(), few.second()]).toEqual([0, 0]);
  });

  it('does not move agents to and fro whose traffic comes and goes', () => {
    const fleet = new Fleet(quiet(40, 40), 2, 9);
    const random = new Random(5, 5);
    for (let i = 0; i < 120; i++) {
      fleet.rates = fleet.rates.map(() => 10 + random.below(60));
      fleet.second();
    }
    expect(fleet.moves).toBeLessThan(12);
  });

  it('asks for no more than the table takes', () => {
    const fleet = new Fleet(quiet(1_000, 2), 2);
    let most = 0;
    for (let i = 0; i < 5; i++) most = Math.max(most, fleet.second());
    fleet.rates = fleet.rates.map((rate, agent) => (fleet.rings[agent] === 0 ? 6 * rate : rate));
    for (let i = 0; i < 10; i++) most = Math.max(most, fleet.second());
    expect(most).toBe(32);
    expect(fleet.unevenness(5)).toBeLessThan(1.2);
    expect(BUCKETS).toBeGreaterThan(1_000);
  });
});
