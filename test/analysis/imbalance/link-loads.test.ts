import {expect, it} from 'vitest';
import {IN, LinkLoads} from '../../../src/analysis/imbalance/link-loads.ts';
import {Fabric} from '../../../src/fabric/fabric.ts';
import {AGENT, PartialBuilder, type SampleRow, T} from '../../support/partial-builder.ts';

const LENGTH = 4_178;
const RATE = 10_000;

/** A fabric, and what its links carry. */
class Links {
  readonly fabric = new Fabric({depth: 700, flows: 1_000});
  readonly loads = new LinkLoads(this.fabric);
  private readonly builder = new PartialBuilder();

  /** Takes bins from..to-1, counted from `T`, with the rows of each. */
  run(from: number, to: number, rowsOf: (bin: number) => readonly SampleRow[]): void {
    for (let bin = T + from; bin < T + to; bin++) {
      this.fabric.apply(this.builder.next(bin + 1, {rows: rowsOf(bin)}));
      this.loads.advance(
        () => undefined,
        () => undefined,
      );
    }
  }
}

it('tells what may have passed unsampled at the links of a switch that comes back within two seconds', () => {
  const links = new Links();
  const other = (bin: number) => ({bin, agent: '10.0.0.9', rate: RATE, other: [LENGTH]});
  const ports = (bin: number) => [1, 2].map((port) => ({bin, port, rate: RATE, other: [LENGTH]}));
  links.run(0, 10, (bin) => [other(bin), ...ports(bin)]);
  // Silent for a minute and a half it is absent.
  links.run(10, 1_045, (bin) => [other(bin)]);
  const idle = links.fabric.ports.get(`${AGENT}~2`)!;
  expect(links.loads.window(idle, IN).bins).toBe(0);
  // Only the other port has samples now.
  links.run(1_045, 1_068, (bin) => [other(bin), ports(bin)[0]!]);
  expect(links.loads.block).toBe(Math.floor((T + 1_045) / 20));
  const {bins, samples, largest} = links.loads.window(idle, IN);
  expect(bins).toBeGreaterThan(0);
  expect(samples).toBe(0);
  expect(largest / (RATE * LENGTH)).toBeCloseTo(1, 1);
});
