import {describe, expect, it} from 'vitest';
import {topFlows} from '../../src/api/flows.ts';
import {Fabric} from '../../src/fabric/fabric.ts';
import {type Sighting, Sum, SumStore} from '../../src/fabric/flow-window.ts';
import {Moments} from '../../src/fabric/history/moments.ts';
import {nearestOf, total} from '../../src/fabric/nearness.ts';
import type {Port, Role} from '../../src/fabric/ports.ts';
import {readBin} from '../../src/fabric/reader.ts';
import {job, nodesFrom} from '../../src/simulator/job-spec.ts';
import {defaultOptions} from '../../src/simulator/options.ts';
import {IN, OUT, PartialBuilder, T} from '../support/partial-builder.ts';
import {proofCount, proofSeed} from '../support/proof.ts';
import {runRoles} from './support/roles-run.ts';

const SECOND = 1_000;
const SAMPLE = 1_000_000; // bytes that one stands for

const fabric = new Fabric({depth: 100, flows: 10});
const ports = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].flatMap((agent) => [1, 2].map((port) => ({agent, port})));
fabric.apply(new PartialBuilder().next(T + 1, {rows: ports.map((port) => ({...port, bin: T, roce: [100]}))}));
const at = (id: string): Port => fabric.ports.get(id)!;

/** A flow as it was seen at some ports: which, how near by its TTL, in how many samples. */
function seen(...places: [id: string, ttl: number, samples: number, side?: number][]): Sighting[] {
  const store = new SumStore(fabric.ports);
  return places.map(([id, ttl, samples, side = IN]) => {
    const sighting = store.sighting(at(id), side);
    const {place} = sighting;
    store.raiseTtl(place, ttl);
    const sums = store.chunk(place);
    const from = store.open(place, SECOND);
    sums[from + Sum.Samples] = samples;
    sums[from + Sum.Bytes] = samples * SAMPLE;
    sums[from + Sum.Squares] = samples * SAMPLE ** 2;
    return sighting;
  });
}

/** The links that count, where each has the role that is given and the others none. */
function nearest(sightings: Sighting[], roles: Record<string, Role> = {}): string[] {
  const role = (slot: number) => roles[fabric.ports.at(slot)!.id] ?? 'unknown';
  return nearestOf(sightings, role, SECOND).map(({port}) => port.id);
}

describe('a flow counts', () => {
  it('where its TTL is highest', () => {
    expect(nearest(seen(['10.0.0.1~1', 63, 9], ['10.0.0.2~1', 64, 4]))).toEqual(['10.0.0.2~1']);
    const roles = {'10.0.0.1~1': 'edge'} as const; // a host that forwards
    expect(nearest(seen(['10.0.0.1~1', 63, 9], ['10.0.0.2~1', 64, 4]), roles)).toEqual(['10.0.0.2~1']);
  });

  it('where it enters, among bridges that leave its TTL alone', () => {
    const flow = seen(['10.0.0.2~1', 64, 20], ['10.0.0.1~1', 64, 4], ['10.0.0.3~2', 64, 5], ['10.0.0.1~2', 64, 5, OUT]);
    expect(nearest(flow, {'10.0.0.1~1': 'edge', '10.0.0.2~1': 'core'})).toEqual(['10.0.0.1~1']);
  });

  it('at all edge ports that it enters by: its host may have wires to two switches', () => {
    const flow = seen(['10.0.0.1~1', 64, 4], ['10.0.0.2~1', 64, 4], ['10.0.0.3~1', 64, 8]);
    const roles = {'10.0.0.1~1': 'edge', '10.0.0.2~1': 'edge', '10.0.0.3~1': 'core'} as const;
    expect(nearest(flow, roles)).toEqual(['10.0.0.1~1', '10.0.0.2~1']);
  });

  it('on one switch alone where no edge port has seen it, and there at all ports', () => {
    const flow = seen(['10.0.0.2~1', 64, 20], ['10.0.0.1~1', 64, 26], ['10.0.0.2~2', 64, 5]);
    expect(nearest(flow)).toEqual(['10.0.0.2~1', '10.0.0.2~2']);
    const roles = {'10.0.0.2~1': 'core', '10.0.0.1~1': 'core', '10.0.0.2~2': 'core'} as const;
    expect(nearest(flow, roles)).toEqual(['10.0.0.2~1', '10.0.0.2~2']);
  });

  it('on another one that has seen decidedly more of it: the first may have part of it alone', () => {
    const flow = seen(['10.0.0.1~1', 64, 25], ['10.0.0.2~1', 64, 26], ['10.0.0.3~1', 64, 100]);
    expect(nearest(flow)).toEqual(['10.0.0.3~1']);
    expect(
      total(
        nearestOf(flow, () => 'unknown', SECOND),
        Sum.Samples,
        SECOND,
      ),
    ).toBe(100);
  });
});

it('the flows of a fabric that bridges add up to what enters it', () => {
  for (let run = 0; run < proofCount(1, 6); run++) {
    const {fabric} = runRoles({
      simulation: {
        ...{...defaultOptions, nodes: 16, startMs: 1_790_000_000_000, seed: proofSeed() + run, speed: 10e9},
        ...{fabric: {kind: 'leaf-spine', leaves: 4, spines: 2, isRouted: false}, sampling: 1_000},
        jobs: [job({name: 'all', members: [nodesFrom(0, 16)], pattern: 'all-to-all', queuePairs: 1})],
      },
      seconds: 12,
    });
    const {flows, other, window} = topFlows(fabric, {top: 10});
    const sum = flows.reduce((all, {bitsPerSecond}) => all + bitsPerSecond, other.bitsPerSecond);
    const entered = new Moments();
    // Flows are told once a second, for the seconds before.
    const to = Math.floor(fabric.newest / 10) * 10;
    for (let bin = to - window * 10; bin < to; bin++) readBin(fabric, {kind: 'fabric'}, 'roce', bin, entered);
    const rate = (entered.bytes * 8) / window;
    expect(rate).toBeGreaterThan(1e9);
    expect(sum / rate).toBeGreaterThan(0.9);
    expect(sum / rate).toBeLessThan(1.1);
  }
});
