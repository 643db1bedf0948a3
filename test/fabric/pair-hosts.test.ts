import {describe, expect, it} from 'vitest';
import {PairHosts} from '../../src/fabric/pair-hosts.ts';

const MOST = 65_536;
/** 10.0.0.0 and on. */
const host = (hosts: PairHosts, i: number, slice: number) => hosts.numberOf(0, 0, 0xffff, 0x0a000000 + i, slice);

describe('hosts', () => {
  it('have the lowest numbers, by whole addresses', () => {
    const hosts = new PairHosts();
    expect([host(hosts, 1, 1), host(hosts, 2, 1), host(hosts, 1, 9)]).toEqual([0, 1, 0]);
    expect(hosts.numberOf(0x20010db8, 0, 0, 0x0a000001, 1)).toBe(2);
    expect([hosts.address(0), hosts.address(2), hosts.limit]).toEqual(['10.0.0.1', '2001:db8::a00:1', 3]);
  });

  it('keep the nearest and the farthest place for a while', () => {
    const hosts = new PairHosts();
    const one = host(hosts, 1, 100);
    expect([5, 3, 4, 3].map((place) => hosts.isNearest(one, place))).toEqual([true, true, false, true]);
    expect([5, 7, 6, 7].map((place) => hosts.isFarthest(one, place))).toEqual([true, true, false, true]);
    const later = [101, 105, 109, 110].map((slice) => {
      hosts.hear(one, slice);
      return [hosts.isNearest(one, 4), hosts.isFarthest(one, 6)];
    });
    // Five slices on they are what was before, and after five more nothing.
    expect(later.slice(0, 3)).toEqual(Array(3).fill([false, false]));
    expect(later[3]).toEqual([true, true]);
  });

  it('give their numbers away when they are long gone, and there are many', () => {
    const hosts = new PairHosts();
    for (let i = 0; i < MOST; i++) host(hosts, i, 60);
    expect(host(hosts, MOST, 60)).toBe(-1);
    hosts.hear(7, 100);
    hosts.forget(121); // is not looked at in every slice
    expect([hosts.epoch, host(hosts, MOST, 121)]).toEqual([0, -1]);
    hosts.forget(120);
    expect(hosts.epoch).toBeGreaterThan(0);
    expect(host(hosts, 7, 120)).toBe(7);
    const number = host(hosts, MOST, 120);
    expect(number).toBeGreaterThanOrEqual(0);
    expect(number).not.toBe(7);
    expect(hosts.address(number)).toBe('10.1.0.0');
    expect(hosts.isNearest(number, 100)).toBe(true);
  });
});
