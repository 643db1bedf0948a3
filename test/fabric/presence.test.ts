import {describe, expect, it} from 'vitest';
import {Fabric} from '../../src/fabric/fabric.ts';
import type {Role} from '../../src/fabric/ports.ts';
import {Presence} from '../../src/fabric/presence.ts';
import {FABRIC_SCOPE} from '../../src/fabric/reader.ts';
import {BinState} from '../../src/shared/live.ts';
import {AGENT, type Content, PartialBuilder, T} from '../support/partial-builder.ts';
import {linkScope, read} from './reading.ts';

const {Absent, Present, Unconfirmed} = BinState;

/** An agent that is heard every `every` bins for `bins` bins. */
function heardEvery(every: number, bins: number): Presence {
  const presence = new Presence(T);
  for (let bin = T + every; bin <= T + bins; bin += every) presence.heard(bin, every);
  return presence;
}

describe('an agent whose habits are not known', () => {
  it('may be silent for 90 s', () => {
    const presence = heardEvery(10, 100);
    expect(presence.windowBins()).toBe(900);
    expect([1, 900, 901].map((i) => presence.state(presence.lastBin + i))).toEqual([Unconfirmed, Unconfirmed, Absent]);
    expect(presence.state(T - 1)).toBe(Absent);
  });

  it('has shown none by one long silence: it is not overdue after a tenth of a second', () => {
    const presence = new Presence(T);
    presence.heard(T + 1_000, 1_000);
    expect(presence.windowBins()).toBe(900);
  });

  it('that speaks every 100 s is known after three times', () => {
    expect(heardEvery(1_000, 5_000).windowBins()).toBe(3_000);
  });
});

describe('an agent whose habits are known', () => {
  it('may be silent for three of its longest usual intervals', () => {
    expect(heardEvery(7, 1_000).windowBins()).toBe(21);
  });

  it('may be silent for a bin at least', () => {
    const presence = new Presence(T);
    for (let bin = T; bin < T + 1_000; bin++) presence.heard(bin, 0.05);
    expect(presence.windowBins()).toBe(1);
  });

  it('takes up a longer interval as a habit at the third time, and drops it within ten minutes', () => {
    const presence = heardEvery(1, 1_000);
    const windows: number[] = [];
    for (let i = 1; i <= 3; i++) {
      presence.heard(T + 1_000 + i * 50, 50);
      windows.push(presence.windowBins());
    }
    expect(windows).toEqual([3, 3, 150]);
    for (let bin = presence.lastBin + 1; bin < T + 7_500; bin++) presence.heard(bin, 1);
    expect(presence.windowBins()).toBe(3);
  });

  it('leaves a gap when it is silent for too long, and keeps it', () => {
    const presence = heardEvery(2, 1_000);
    const last = presence.lastBin;
    expect(presence.heard(last + 100, 100)).toBe(last + 100);
    const states = [0, 1, 6, 7, 99, 100].map((i) => presence.state(last + i));
    expect(states).toEqual([Present, Unconfirmed, Unconfirmed, Absent, Absent, Present]);
    for (let i = 1; i < 5; i++) presence.heard(last + 100 + i * 500, 500);
    expect([6, 7, 99].map((i) => presence.state(last + i))).toEqual([Unconfirmed, Absent, Absent]);
  });

  it('confirms the bins of a silence that was not too long, and says from which on', () => {
    const presence = heardEvery(10, 1_000);
    const last = presence.lastBin;
    expect(presence.heard(last + 30, 30)).toBe(last + 1);
    for (let i = 0; i <= 30; i++) expect(presence.state(last + i)).toBe(Present);
  });

  it('was there where a late sample proves it', () => {
    const presence = heardEvery(1, 1_000);
    const last = presence.lastBin;
    presence.heard(last + 10, 10);
    expect(presence.state(last + 5)).toBe(Absent);
    expect(presence.witness(last + 5)).toBe(last + 1);
    expect([3, 4, 5, 8, 9, 10].map((i) => presence.state(last + i))).toEqual([
      Unconfirmed,
      Absent,
      Present,
      Unconfirmed,
      Absent,
      Present,
    ]);
    expect(presence.witness(T - 3)).toBe(T - 3);
    expect(presence.state(T - 3)).toBe(Present);
    expect(presence.witness(T + 5)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('the fabric', () => {
  function start() {
    const fabric = new Fabric({depth: 1_000, flows: 10});
    const builder = new PartialBuilder();
    const give = (watermark: number, content: Content = {}) => fabric.apply(builder.next(watermark, content));
    return {fabric, give};
  }
  const heardAt = (bin: number, gapBins: number, agent = AGENT) => ({
    agent,
    at: bin * 100 + 50,
    longestGapMs: gapBins * 100,
  });

  it('gives zero, null and unconfirmed their places', () => {
    const {fabric, give} = start();
    give(T + 1, {rows: [{bin: T, roce: [100]}]});
    for (let bin = T + 2; bin <= T + 1_000; bin += 2) give(bin + 1, {heard: [heardAt(bin, 2)]});
    for (let bin = T + 1_001; bin < T + 1_020; bin++) give(bin + 1);
    const link = linkScope(fabric, `${AGENT}~1`, 'in');
    for (const scope of [FABRIC_SCOPE, link]) {
      expect(read(fabric, scope, 'all', T + 999)).toMatchObject({state: Present, samples: 0, bytes: 0});
      expect(read(fabric, scope, 'all', T + 1_006)).toMatchObject({state: Unconfirmed, bytes: 0});
      expect(read(fabric, scope, 'all', T + 1_007)).toEqual({
        state: Absent,
        ...{samples: 0, frames: 0, bytes: 0, squares: 0, largest: 0},
      });
    }
  });

  it('is present while any agent is, and unconfirmed while one may still come', () => {
    const {fabric, give} = start();
    give(T + 1, {
      rows: [
        {bin: T, roce: [100]},
        {bin: T, agent: '10.0.0.2', roce: [100]},
      ],
    });
    for (let bin = T + 1; bin <= T + 1_000; bin++) {
      give(bin + 1, {heard: [heardAt(bin, 1), heardAt(bin, 1, '10.0.0.2')]});
    }
    for (let bin = T + 1_001; bin <= T + 1_010; bin++) give(bin + 1, {heard: [heardAt(bin, 1)]});
    const states = (role?: Role) => [T + 1_000, T + 1_003, T + 1_004].map((bin) => fabric.sums.state(bin, role));
    expect(states('unknown')).toEqual([Present, Unconfirmed, Present]);
    // Of the two switches neither is known to have edge ports, so what entered the fabric is not known.
    expect(states()).toEqual([Absent, Absent, Absent]);
  });

  it('tells of every bin that an agent that speaks seldom confirms, final ones too', () => {
    const {fabric, give} = start();
    give(T + 1, {rows: [{bin: T, roce: [100]}]});
    for (let bin = T + 1; bin < T + 200; bin++) give(bin + 1);
    const advance = give(T + 201, {heard: [heardAt(T + 200, 200)]});
    expect(advance).toMatchObject({newest: T + 200, from: T + 1});
    expect(fabric.sums.state(T + 1)).toBe(Present);
    expect(give(T + 202)?.from).toBe(T + 201);
  });

  it('tells of long stretches once a second at most, and then of all of them', () => {
    const {give} = start();
    const agents = Array.from({length: 20}, (_, i) => `10.0.1.${i + 1}`);
    give(T + 1, {rows: agents.map((agent) => ({bin: T, agent, roce: [100]}))});
    for (let bin = T + 1; bin < T + 100; bin++) give(bin + 1);
    const reach = agents.map((agent, i) => {
      const bin = T + 100 + i;
      return bin - give(bin + 1, {heard: [heardAt(bin, 100, agent)]})!.from;
    });
    expect(reach.filter((bins) => bins > 12)).toEqual([99, 109]);
    expect(Math.max(...reach.filter((bins) => bins <= 12))).toBe(12);
  });

  it('learns an interval from the agent, not from one of its sub-agents that rests', () => {
    const {fabric, give} = start();
    give(T + 1, {rows: [{bin: T, roce: [100]}]});
    for (let bin = T + 1; bin <= T + 1_000; bin++) {
      const resting = {...heardAt(bin, 100), subAgent: 1, at: bin * 100 + 60};
      give(bin + 1, {heard: bin % 100 === 0 ? [heardAt(bin, 1), resting] : [heardAt(bin, 1)]});
    }
    expect(fabric.agents.all[0]!.presence.windowBins()).toBe(3);
  });
});
