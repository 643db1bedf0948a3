import {describe, expect, it} from 'vitest';
import {Count} from '../../src/account/ledger.ts';
import {CountRates} from '../../src/fabric/count-rates.ts';
import {Fabric} from '../../src/fabric/fabric.ts';
import {activity} from '../../src/fabric/findings/activity.ts';
import {waterfall} from '../../src/fabric/findings/waterfall.ts';
import {portName} from '../../src/fabric/ports.ts';
import {AGENT, PartialBuilder, T} from '../support/partial-builder.ts';

const ID = `${AGENT}~1`;

describe('rates of counts', () => {
  it('are taken over the last five seconds, jumps included', () => {
    const rates = new CountRates();
    expect(rates.perSecond(0)).toBe(0);
    for (let i = 0; i <= 20; i++) rates.read(i * 500, Float64Array.of(i * 50));
    expect(rates.perSecond(0)).toBe(100);
    rates.read(3_600_000, Float64Array.of(1_000));
    expect(rates.perSecond(0)).toBeLessThan(1);
  });
});

describe('ports', () => {
  it('take speed, name and counters from their agent; what is unknown stays unknown', () => {
    const fabric = new Fabric({depth: 20, flows: 10});
    const builder = new PartialBuilder();
    fabric.apply(builder.next(T + 1, {counters: [{speed: 0}], names: [{port: 1, name: ''}]}));
    const port = fabric.ports.get(ID)!;
    expect([port.speed, portName(port), port.counters]).toEqual([undefined, 'ifIndex 1', undefined]);
    const {revision} = fabric.ports;
    fabric.apply(
      builder.next(T + 2, {
        counters: [{speed: 400e9, elapsedMs: 20_000, inOctets: 1e9}],
        names: [{port: 1, name: '<b>swp1</b> ü'}],
      }),
    );
    expect([port.speed, portName(port)]).toEqual([400e9, '<b>swp1</b> ü']);
    expect(port.counters).toMatchObject({inOctetsPerSecond: 5e7, outOctetsPerSecond: null});
    expect(fabric.ports.revision).toBe(revision + 2);
    fabric.apply(builder.next(T + 3, {counters: [{speed: 400e9}], names: [{port: 1, name: '<b>swp1</b> ü'}]}));
    expect(fabric.ports.revision).toBe(revision + 2);
  });
});

describe('the way in', () => {
  it('adds up, by reasons that occurred', () => {
    const fabric = new Fabric({depth: 20, flows: 10});
    const builder = new PartialBuilder();
    fabric.apply(
      builder.next(T + 1, {
        counts: [
          [Count.DatagramsReceived, 10],
          [Count.DatagramsDecoded, 6],
          [Count.DatagramsDuplicate, 1],
          [Count.DatagramsAgentRefused, 1],
          [Count.Faults + 1, 2],
          [Count.FlowSamples, 9],
          [Count.FlowSamplesCounted, 7],
          [Count.FlowSamplesNoRate, 2],
        ],
        heard: [{agent: AGENT, at: T * 100, missing: 4}],
      }),
    );
    const all = waterfall(fabric);
    const rejected = Object.values(all.datagramsRejected).reduce((sum, count) => sum + count, 0);
    expect(all.datagramsReceived).toBe(all.datagramsDecoded + all.datagramsDuplicate + rejected);
    expect(all.datagramsRejected).toMatchObject({agent_table_full: 1});
    expect(all.flowSamplesUnusable).toEqual({no_rate: 2});
    expect(all.datagramsMissing).toBe(4);
    expect(activity(fabric)).toMatchObject({datagrams: 10, flowSamples: 9, rejected: 3, missing: 4});
  });
});
