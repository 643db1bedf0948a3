import {expect, it} from 'vitest';
import {LinkEngine} from '../../../src/analysis/congestion/link-engine.ts';
import {Fabric} from '../../../src/fabric/fabric.ts';
import {Random} from '../../../src/simulator/random.ts';
import {AGENT, type FlowSamples, OUT_DERIVED, PartialBuilder, T} from '../../support/partial-builder.ts';
import {proofSeed} from '../../support/proof.ts';
import {poisson} from '../period/period-traffic.ts';

const PORTS = [1, 2, 3, 4, 5, 6];
const SPEED = 100e9;
const N = 4_000;
const LENGTH = 4_178;
/** Samples of a bin at line rate. */
const FULL = (SPEED * 0.1) / 8 / (LENGTH + 20) / N;

/** What is sent to a port in a second: hosts, and samples of data of each. */
interface Sent {
  port: number;
  hosts: number;
  samples: number;
  /** Length of their frames; acknowledges are short. */
  length?: number;
}

/** The one switch of a fabric, so that all ports are towards hosts. */
class Switch {
  readonly fabric = new Fabric({depth: 700, flows: 1_000});
  readonly engine = new LinkEngine(this.fabric);
  private readonly builder = new PartialBuilder();
  private readonly random = new Random(proofSeed());

  /** `load` and `marked` (notifications a frame) of each port by bin; `sent` by the second that it arrived in. */
  run(
    seconds: number,
    load: (port: number, bin: number) => number,
    marked: (port: number, bin: number) => number,
    sent: (second: number) => readonly Sent[],
  ): this {
    for (let bin = T; bin < T + seconds * 10; bin++) {
      const rows = PORTS.flatMap((port) => {
        const samples = poisson(this.random, load(port, bin - T) * FULL);
        const cnp = poisson(this.random, marked(port, bin - T) * samples);
        return [
          {bin, port, side: OUT_DERIVED, source: 0, rate: N, roce: new Array<number>(samples).fill(LENGTH)},
          {bin, port, rate: N, roce: new Array<number>(cnp + 1).fill(82), cnp},
        ];
      });
      const isSecond = (bin + 1) % 10 === 0;
      const flows = isSecond ? sent(Math.floor((bin - T) / 10)).flatMap(flowsOf) : [];
      const counters = bin === T ? PORTS.map((port) => ({port, speed: SPEED})) : [];
      // Flows of a second are told when it is over.
      this.fabric.apply(this.builder.next(bin + 1, {rows, counters, flows, isSecond}));
      this.engine.advance();
    }
    return this;
  }

  incasts() {
    return this.fabric.events.after(0).filter(({kind}) => kind === 'incast');
  }
}

/** Hosts are those of one port; that they send by it to others matters to nobody here. */
const flowsOf = ({port, hosts, samples, length = LENGTH}: Sent): FlowSamples[] =>
  Array.from({length: hosts}, (_, i) => ({
    ...{source: `10.9.${port}.${i}`, destination: `10.8.0.${port}`, port: 6, output: port, rate: N},
    lengths: new Array<number>(samples).fill(length),
  }));

/** Two full bins every four seconds. */
const isBurst = (bin: number) => bin % 40 === 12 || bin % 40 === 13;
const isBurstSecond = (second: number) => second % 4 === 1;
const bursts = (port: number) => (at: number, bin: number) => (at === port && isBurst(bin) ? 1.05 : 0.02);

it('finds the port that many hosts send to at once, from the third time on', () => {
  const one = new Switch().run(
    40,
    bursts(1),
    (port, bin) => (port === 1 && isBurst(bin) ? 0.15 : 0.002),
    (second) => [...PORTS.map((port) => ({port, hosts: 1, samples: 3})), ...incastOf(1, second)],
  );
  const [event, ...more] = one.incasts();
  expect(more).toEqual([]);
  expect(event).toMatchObject({level: 'warning', agent: AGENT, link: `${AGENT}~1`});
  expect(event!.text).toContain(`send to 10.8.0.1 more than ifIndex 1 of ${AGENT} takes, in `);
  expect(event!.text).toMatch(/ in \d+ bursts of the minute before that were strong enough to see/);
  expect(one.engine.incasts.report[0]!.host).toBe('10.8.0.1');
  const [{sources, usualSources, periodic, periodMs, addresses, bursts: count}] = one.engine.incasts.report;
  expect(sources).toBeGreaterThanOrEqual(10);
  expect(sources).toBeLessThan(13);
  expect(usualSources).toBe(1);
  expect(addresses).toContain('10.9.1.7');
  expect(count).toBeGreaterThanOrEqual(4);
  expect(periodic).toBe(true);
  expect(periodMs! / 4_000).toBeCloseTo(1, 1);
});

const incastOf = (port: number, second: number): Sent[] =>
  isBurstSecond(second) ? [{port, hosts: 10, samples: 12}] : [];

it.each([
  [
    'marks do not rise',
    () => 0.01,
    (second: number) => [...PORTS.map((port) => ({port, hosts: 1, samples: 3})), ...incastOf(1, second)],
  ],
  [
    'two hosts fill it',
    (port: number, bin: number) => (port === 1 && isBurst(bin) ? 0.15 : 0.002),
    (second: number) => (isBurstSecond(second) ? [{port: 1, hosts: 2, samples: 60}] : []),
  ],
  [
    'the others only acknowledge',
    (port: number, bin: number) => (port === 1 && isBurst(bin) ? 0.15 : 0.002),
    (second: number) =>
      isBurstSecond(second)
        ? [
            {port: 1, hosts: 1, samples: 120},
            {port: 1, hosts: 10, samples: 4, length: 82},
          ]
        : [],
  ],
  [
    'it always has as many',
    (port: number, bin: number) => (port === 1 && isBurst(bin) ? 0.15 : 0.002),
    () => [{port: 1, hosts: 10, samples: 12}],
  ],
  [
    'all ports have as many meanwhile',
    (port: number, bin: number) => (port === 1 && isBurst(bin) ? 0.15 : 0.002),
    (second: number) => PORTS.flatMap((port) => incastOf(port, second)),
  ],
] as const)('finds none where %s', (_, marked, sent) => {
  const one = new Switch().run(40, bursts(1), marked, sent);
  expect(one.incasts()).toEqual([]);
  expect(one.engine.incasts.report).toEqual([]);
});

it('finds none where the port is not full', () => {
  const one = new Switch().run(
    40,
    (port, bin) => 0.6 * bursts(1)(port, bin),
    (port, bin) => (port === 1 && isBurst(bin) ? 0.15 : 0.002),
    (second) => [...PORTS.map((port) => ({port, hosts: 1, samples: 3})), ...incastOf(1, second)],
  );
  expect(one.incasts()).toEqual([]);
});
