import {describe, expect, it} from 'vitest';
import {DROP_WINDOW_SECONDS} from '../../src/fabric/drops.ts';
import {Fabric} from '../../src/fabric/fabric.ts';
import {RecentSums} from '../../src/fabric/recent-sums.ts';
import {AGENT, type Content, type DropRow, PartialBuilder, T} from '../support/partial-builder.ts';

const FLOW: DropRow = {source: '10.1.0.1', destination: '10.1.0.2', destQp: 17};

function start() {
  const fabric = new Fabric({depth: 100, flows: 100});
  const builder = new PartialBuilder();
  /** What came in the second that ends `s` seconds after the start. */
  const second = (s: number, content: Content = {}) => fabric.apply(builder.next(T + 10 * s, content));
  second(0);
  return {fabric, drops: fabric.drops, second};
}

describe('drops of the last minute', () => {
  it('add up by link and reason, and by flow', () => {
    const {drops, second} = start();
    second(1, {
      drops: [
        {...FLOW, output: 9, frames: 3},
        {...FLOW, output: 9, source: '10.1.0.3'},
        {...FLOW, output: 9, reason: 258},
      ],
    });
    second(2, {drops: [{...FLOW, output: 9, frames: 2}, {input: 4}]});
    const link = `${AGENT}~9`;
    expect(drops.windowSeconds).toBe(2);
    expect(drops.places()).toEqual([
      expect.objectContaining({agent: AGENT, link, code: 259, reason: 'no_buffer_space', frames: 6, bytes: 6_000}),
      expect.objectContaining({link, code: 258, reason: 'acl', frames: 1}),
      expect.objectContaining({link: `${AGENT}~4`, code: 259, frames: 1}),
    ]);
    expect(drops.flows()).toHaveLength(4);
    expect(drops.flows()[0]).toEqual({
      ...{agent: AGENT, link, input: `${AGENT}~1`, output: link, code: 259, reason: 'no_buffer_space'},
      ...{source: '10.1.0.1', destination: '10.1.0.2', isRoce: true, destQp: 17, frames: 5, bytes: 5_000},
      lastSeen: (T + 20) * 100,
    });
    expect(drops.flows({link: `${AGENT}~4`})).toMatchObject([{source: null, destination: null, destQp: null}]);
    expect(drops.flows({agent: '10.9.9.9'})).toEqual([]);
    expect(drops.flows({code: 258})).toHaveLength(1);
  });

  it('are forgotten when they are older', () => {
    const {drops, second} = start();
    second(1, {drops: [FLOW], dropSources: [{notifications: 1, suppressed: 5}]});
    for (let s = 2; s < DROP_WINDOW_SECONDS; s++) second(s);
    expect([drops.flows().length, drops.places().length, drops.unreported().length]).toEqual([1, 1, 1]);
    second(DROP_WINDOW_SECONDS + 1);
    expect([drops.flows().length, drops.places().length, drops.unreported().length]).toEqual([0, 0, 0]);
    expect(drops.totals.get('no_buffer_space')).toBe(1);
    expect(drops.suppressed).toBe(5);
  });

  it('name what the agents did not tell', () => {
    const {drops, second} = start();
    second(1, {dropSources: [{notifications: 10, suppressed: 90, missing: 2}]});
    second(2, {dropSources: [{notifications: 5}, {agent: '10.0.0.2', notifications: 1}]});
    expect(drops.unreported()).toEqual([
      {agent: AGENT, notifications: 15, suppressed: 90, missing: 2},
      {agent: '10.0.0.2', notifications: 1, suppressed: 0, missing: 0},
    ]);
    expect(drops.unreported({agent: '10.0.0.2'})).toHaveLength(1);
  });

  it('have bounds: what was dropped from least recently gives way, and names that garbage makes are one', () => {
    const {drops, second} = start();
    const many = (from: number): DropRow[] =>
      Array.from({length: 9_000}, (_, i) => ({...FLOW, destQp: from + i, reason: 100_000 + from + i}));
    second(1, {drops: many(0)});
    second(2, {drops: many(9_000)});
    expect(drops.flows()).toHaveLength(10_000);
    expect(drops.places()).toHaveLength(16_384);
    expect([...drops.totals]).toEqual([['unnamed', 18_000]]);
  });
});

describe('events', () => {
  it('tell when drops begin and when they have ended, and who loses most', () => {
    const {fabric, second} = start();
    const kinds = () => fabric.events.after(0).filter(({kind}) => kind.startsWith('drops-'));
    second(1, {
      names: [{port: 9, name: 'Ethernet9'}],
      drops: [
        {...FLOW, output: 9, frames: 5},
        {...FLOW, output: 9, source: '10.1.0.7', frames: 8},
      ],
    });
    second(2);
    expect(kinds()).toMatchObject([
      {
        ...{kind: 'drops-began', level: 'warning', agent: AGENT, link: `${AGENT}~9`},
        text: `${AGENT} drops packets: no_buffer_space; most are of 10.1.0.7 to 10.1.0.2 (queue pair 0x000011) at Ethernet9 of ${AGENT}`,
        figures: {code: 259, notifications: 13},
      },
    ]);
    for (let s = 3; s <= 9; s++) second(s, {drops: [FLOW]});
    for (let s = 10; s <= 18; s++) second(s);
    expect(kinds()).toHaveLength(1);
    second(19);
    second(20);
    expect(kinds()).toHaveLength(2);
    expect(kinds()[1]).toMatchObject({kind: 'drops-ended', level: 'good', figures: {notifications: 20}});
    // Another stretch begins anew.
    second(30, {drops: [FLOW]});
    second(31);
    expect(kinds()).toHaveLength(3);
    expect(kinds()[2]).toMatchObject({kind: 'drops-began', figures: {notifications: 1}});
  });

  it('are one for many agents', () => {
    const {fabric, second} = start();
    const drops = Array.from({length: 40}, (_, i) => ({...FLOW, agent: `10.0.1.${i + 1}`}));
    second(1, {drops});
    second(2);
    const began = fabric.events.after(0).filter(({kind}) => kind === 'drops-began');
    expect(began).toHaveLength(1);
    expect(began[0]!.text).toMatch(/^40 agents drop packets: 10\.0\.1\.1, /);
  });
});

describe('sums by second', () => {
  it('take what is late, and leave out what is too old', () => {
    const sums = new RecentSums(2, 5);
    sums.add(10, 1, 100);
    sums.add(12, 2, 200);
    sums.add(11, 4, 400);
    sums.add(7, 8, 800);
    expect([sums.sum(0, 12), sums.sum(1, 12), sums.sum(0, 11), sums.sum(0, 15)]).toEqual([7, 700, 5, 6]);
    sums.add(16, 16, 1_600);
    expect(sums.sum(0, 16)).toBe(18);
    expect(sums.sum(0, 30)).toBe(0);
  });
});
