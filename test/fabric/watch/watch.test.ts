import {describe, expect, it} from 'vitest';
import {Count} from '../../../src/account/ledger.ts';
import {Fabric} from '../../../src/fabric/fabric.ts';
import {missingByPlace, waterfallOf} from '../../../src/fabric/findings/waterfall.ts';
import {AGENT, type Content, type Hearing, PartialBuilder, T} from '../../support/partial-builder.ts';

/** A fabric whose seconds pass one by one. */
function start() {
  const fabric = new Fabric({depth: 600, flows: 10});
  const builder = new PartialBuilder();
  let at = T;
  return {
    fabric,
    /** Lets a second pass, at the end of which this came. */
    second(content: Content = {}): void {
      at += 10;
      fabric.apply(builder.next(at, content));
    },
    /** What agents say at the end of the coming second. */
    heard: (agent = AGENT, rest: Partial<Hearing> = {}): Hearing => ({agent, at: (at + 10) * 100 - 1, ...rest}),
    kinds: () => fabric.events.after(0).map(({kind}) => kind),
    last: () => fabric.events.after(0).at(-1)!,
  };
}

const address = (i: number) => `10.1.${i >> 8}.${i & 255}`;

describe('agents', () => {
  it('appear, fall silent and come back', () => {
    const {second, heard, kinds, last} = start();
    for (let i = 0; i < 200; i++) second({heard: [heard()]});
    expect(kinds()).toEqual(['agent-appeared']);
    expect(last()).toMatchObject({id: 1, level: 'info', agent: AGENT, text: expect.stringContaining(AGENT)});
    for (let i = 0; i < 100; i++) second();
    expect(kinds()).toEqual(['agent-appeared', 'agent-silent']);
    expect(last()).toMatchObject({level: 'warning', agent: AGENT, figures: {silentMs: expect.any(Number)}});
    second({heard: [heard()]});
    expect(kinds()).toEqual(['agent-appeared', 'agent-silent', 'agent-returned']);
    expect(last().level).toBe('good');
  });

  it('are called by their names in what is told of them', () => {
    const {fabric, second, heard, last} = start();
    for (let i = 0; i < 10; i++) second({heard: [heard()]});
    fabric.names.set('put', {agents: new Map([[AGENT, 'leaf1']]), ports: new Map(), hosts: new Map()});
    for (let i = 0; i < 100; i++) second();
    expect(last()).toMatchObject({kind: 'agent-silent', agent: AGENT});
    expect(last().text).toContain(`leaf1 (${AGENT}) has been silent`);
  });

  it('that are restarted say so once, with the sub-agent', () => {
    const {second, heard, kinds, last} = start();
    second({heard: [heard(AGENT, {subAgent: 7})]});
    second({heard: [heard(AGENT, {subAgent: 7, restarts: 1})]});
    for (let i = 0; i < 5; i++) second({heard: [heard(AGENT, {subAgent: 7})]});
    expect(kinds()).toEqual(['agent-appeared', 'agent-restarted']);
    expect(last()).toMatchObject({agent: AGENT, figures: {subAgent: 7, restarts: 1}});
    expect(last().text).toContain('sub-agent 7');
  });

  it('whose datagrams get lost are named, and again when it is over', () => {
    const {second, heard, kinds, last} = start();
    for (let i = 0; i < 10; i++) second({heard: [heard(AGENT, {received: 100})]});
    for (let i = 0; i < 5; i++) second({heard: [heard(AGENT, {received: 80, missing: 20})]});
    expect(kinds()).toEqual(['agent-appeared', 'loss-began']);
    expect(last()).toMatchObject({agent: AGENT, figures: {missing: 20, expected: 100, share: 0.2}});
    for (let i = 0; i < 40; i++) second({heard: [heard(AGENT, {received: 100})]});
    expect(kinds()).toEqual(['agent-appeared', 'loss-began', 'loss-ended']);
    expect(last()).toMatchObject({level: 'good', figures: {missing: 100}});
  });

  it('by the thousands are one event: coming up, started again, losing datagrams', () => {
    const {second, heard, kinds, last} = start();
    const all = (rest: Partial<Hearing> = {}) => Array.from({length: 4_096}, (_, i) => heard(address(i), rest));
    second({heard: all()});
    expect(kinds()).toEqual(['agent-appeared']);
    expect(last()).toMatchObject({figures: {count: 4_096}});
    expect(last().text).toMatch(/^4,096 agents .*10\.1\.0\.0, .* and 4,091 more$/);
    second({heard: all({restarts: 1})});
    second({heard: all({received: 10, missing: 10})});
    expect(kinds()).toEqual(['agent-appeared', 'agent-restarted', 'loss-began']);
  });
});

describe('ports', () => {
  it('that run at another speed are told, those whose speed is learnt are not', () => {
    const {fabric, second, kinds, last} = start();
    const speed = (bitsPerSecond: number) => ({counters: [{port: 3, speed: bitsPerSecond}]});
    second({rows: [{bin: T, port: 3, roce: [100]}]});
    second(speed(400e9));
    second(speed(400e9));
    expect(kinds()).toEqual(['agent-appeared']);
    second(speed(100e9));
    expect(kinds()).toEqual(['agent-appeared', 'speed-changed']);
    expect(last()).toMatchObject({level: 'warning', link: `${AGENT}~3`, figures: {speed: 100e9, before: 400e9}});
    expect(last().text).toContain('100 Gbit/s instead of 400 Gbit/s');
    second(speed(400e9));
    expect(last()).toMatchObject({kind: 'speed-changed', level: 'info'});
    second(speed(-1));
    expect(last()).toMatchObject({kind: 'speed-wrong', level: 'warning', figures: {before: 400e9}});
    expect(fabric.ports.get(`${AGENT}~3`)?.speed).toBeUndefined();
  });
});

describe('the server itself', () => {
  it.each([
    ['kernel', Count.DatagramsKernelDropped, /kernel/],
    ['ring', Count.DatagramsRingDropped, /ring/],
    ['receiver, thinning,', Count.DatagramsThinned, /at random/],
  ])('tells what its %s drops', (_, place, words) => {
    const {second, kinds, last} = start();
    const counts = (dropped: number): Content => ({
      counts: [
        [Count.DatagramsReceived, 1_000],
        [place, dropped],
      ],
    });
    for (let i = 0; i < 5; i++) second(counts(0));
    expect(kinds()).toEqual([]);
    second(counts(200));
    expect(kinds()).toEqual(['loss-began']);
    expect(last()).toMatchObject({text: expect.stringMatching(words), figures: {missing: 200}});
    expect(last().agent).toBeUndefined();
    for (let i = 0; i < 60; i++) second(counts(0));
    expect(kinds()).toEqual(['loss-began', 'loss-ended']);
  });

  it('tells steps of the clock each, and stalls once a minute at most', () => {
    const {second, fabric} = start();
    const step: Content = {
      counts: [
        [Count.ClockSteps, 1],
        [Count.ClockStepMs, 3_000],
      ],
    };
    const stall = (ms: number): Content => ({
      counts: [
        [Count.Stalls, 1],
        [Count.StallMs, ms],
      ],
    });
    second(step);
    second();
    second(step);
    const of = (wanted: string) => fabric.events.after(0).filter(({kind}) => kind === wanted);
    expect(of('clock-stepped').map(({figures}) => figures)).toEqual([
      {steps: 1, stepMs: 3_000},
      {steps: 1, stepMs: 3_000},
    ]);
    second(stall(10));
    expect(of('stalled')).toEqual([]);
    for (let i = 0; i < 120; i++) second(stall(400));
    const told = of('stalled');
    expect(told.length).toBeGreaterThanOrEqual(2);
    expect(told.length).toBeLessThanOrEqual(3);
    expect(told[1]!.figures).toEqual({stalls: 60, stallMs: 24_000});
    expect(fabric.watch.server.stalledAt).toBe(fabric.time);
    second();
    expect(fabric.watch.server.stalledAt).toBeLessThan(fabric.time);
  });
});

it('what happened lately is the last ten seconds, and adds up as the whole does', () => {
  const {second, fabric, heard} = start();
  expect(fabric.watch.recent().seconds).toBe(0);
  const content = (received: number, dropped: number, missing: number): Content => ({
    heard: [heard(AGENT, {received, missing})],
    counts: [
      [Count.DatagramsReceived, received + 3],
      [Count.DatagramsDecoded, received],
      [Count.DatagramsDuplicate, 3],
      [Count.DatagramsKernelDropped, dropped],
      [Count.DatagramsThinned, 2],
    ],
  });
  for (let i = 0; i < 20; i++) second(content(100, 50, 60));
  for (let i = 0; i < 10; i++) second(content(10, 1, 5));
  const {seconds, reading} = fabric.watch.recent();
  const waterfall = waterfallOf(reading);
  expect(seconds).toBe(10);
  expect(waterfall).toMatchObject({datagramsReceived: 150, datagramsDecoded: 100, datagramsDuplicate: 30});
  expect(waterfall.datagramsThinned).toBe(20);
  expect(missingByPlace(reading)).toEqual({kernel: 10, ring: 0, thinned: 20, elsewhere: 20});
});
