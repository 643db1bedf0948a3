import {describe, expect, it} from 'vitest';
import {fittingRate} from '../../../src/fabric/corrections/counter-verdict.ts';
import {Fabric} from '../../../src/fabric/fabric.ts';
import {Random} from '../../../src/simulator/random.ts';
import {type DrawnPort, DrawnStream, type StreamOptions} from '../../support/drawn-stream.ts';
import {AGENT, PartialBuilder, T} from '../../support/partial-builder.ts';
import {proofSeed} from '../../support/proof.ts';

/** Passes bins of one stream at a time to one fabric. */
function world(seed: number) {
  const fabric = new Fabric({depth: 300, flows: 10});
  const builder = new PartialBuilder();
  const random = new Random(seed);
  let bin = T;
  return {
    fabric,
    stream: (options: StreamOptions) => new DrawnStream(options, random),
    pass(stream: DrawnStream, bins: number) {
      for (const end = bin + bins; bin < end; bin++) fabric.apply(builder.next(bin + 1, stream.bin(bin)));
    },
    events: () => fabric.events.after(0).filter(({kind}) => kind.startsWith('sampling-rate')),
  };
}

const ports = (rate: number, claims = rate): DrawnPort[] =>
  [1, 2, 3, 4].map((ifIndex) => ({ifIndex, rate, claims, frames: () => 5_000}));

describe('a sampling rate', () => {
  it('that changes on all ports of an agent is one event', () => {
    const {stream, pass, events} = world(proofSeed());
    pass(stream({ports: ports(500)}), 50);
    pass(stream({ports: ports(1_000)}), 50);
    expect(events()).toMatchObject([
      {kind: 'sampling-rate-changed', agent: AGENT, figures: {rate: 1_000, before: 500}},
    ]);
    expect(events()[0]!.text).toContain('1 in 1,000 instead of 1 in 500');
  });

  it('that changes all the time says so once a minute', () => {
    const {stream, pass, events} = world(proofSeed());
    for (let i = 0; i < 20; i++) pass(stream({ports: ports(i % 2 === 0 ? 500 : 1_000)}), 30);
    expect(events()).toHaveLength(1);
  });

  it('that the pool belies is told once, and again when it is right', () => {
    const {stream, pass, events} = world(proofSeed());
    pass(stream({ports: ports(500, 1_000), pool: 'own'}), 400);
    expect(events()).toMatchObject([{kind: 'sampling-rate-wrong', level: 'warning', agent: AGENT}]);
    expect(events()[0]!.figures!['effective']! / 500).toBeCloseTo(1, 0.5);
    pass(stream({ports: ports(1_000), pool: 'own'}), 1_500);
    expect(events().map(({kind}) => kind)).toEqual(['sampling-rate-wrong', 'sampling-rate-right']);
  });

  it.each([
    [1_000, 2, 500],
    [1_000, 0.5, 2_000],
    [1_000, 0.1, 10_000],
    [4_096, 2, 2_048],
    [1_000, 0.967, 1_024],
    [1_000, 1.37, 730],
    [1, 0.5, 2],
  ])('of 1 in %d where samples make %d times the counters would be 1 in %d', (claimed, ratio, fitting) => {
    const comparison = {ratio, low: ratio * 0.99, high: ratio * 1.01, seconds: 40, verdict: 'disagrees'} as const;
    expect(fittingRate(claimed, comparison)).toBe(fitting);
  });
});
