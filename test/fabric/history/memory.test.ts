import {describe, expect, it} from 'vitest';
import {Fabric} from '../../../src/fabric/fabric.ts';
import {BYTES_PER_ROW, sharesOf} from '../../../src/fabric/history/memory.ts';
import {memoryUse} from '../../../src/fabric/history/memory-use.ts';
import {type Content, PartialBuilder, T} from '../../support/partial-builder.ts';

const MB = 1024 ** 2;

describe('what there is for each kind of thing', () => {
  it.each([1, 4.5 * MB, 64 * MB, 512 * MB, 2_048 * MB, 64 * 1_024 * MB])(
    'is together a budget of %d bytes',
    (budget) => {
      const shares = Object.values(sharesOf(budget));
      for (const share of shares) expect(share).toBeGreaterThanOrEqual(0);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(budget, 3);
    },
  );
});

describe('a budget', () => {
  it('is a ceiling for all tables and rings together, and each keeps to its share', () => {
    const budget = 8 * MB;
    const fabric = new Fabric({depth: 3_000, flows: 20_000, memory: budget});
    const builder = new PartialBuilder();
    for (let bin = T; bin < T + 400; bin++) {
      const ports = Array.from({length: 300}, (_, i) => i + 1);
      const content: Content = {rows: ports.map((port) => ({bin, port, roce: [1_000], ticks: [1, 0, 0, 1]}))};
      if (bin % 10 === 9) {
        content.flows = ports.flatMap((port) =>
          [0, 1, 2].map((queue) => ({
            ...{port, source: `10.1.${port >> 8}.${port & 255}`, destination: '10.2.0.1'},
            ...{destQp: bin * 4 + queue, lengths: [1_000]},
          })),
        );
        content.operations = ports.flatMap((port) => [4, 6, 7].map((kind) => ({port, kind, lengths: [1_000]})));
      }
      fabric.apply(builder.next(bin + 1, content));
    }
    const shares = sharesOf(budget);
    const use = memoryUse(fabric);
    const perRow = fabric.rows.size * BYTES_PER_ROW;
    expect(use.historyBytes + perRow).toBeGreaterThan(shares.rows / 2);
    expect(use.historyBytes + perRow).toBeLessThanOrEqual(shares.rows);
    expect(use.coarseBytes).toBeGreaterThan(0);
    expect(use.coarseBytes).toBeLessThanOrEqual(shares.tiers);
    expect(use.portTickBytes).toBeGreaterThan(0);
    expect(use.portTickBytes).toBeLessThanOrEqual(shares.portTicks);
    expect(use.flowBytes).toBeGreaterThan(shares.flows / 4);
    expect(use.flowBytes).toBeLessThanOrEqual(shares.flows);
    expect(use.operationBytes).toBeGreaterThan(0);
    expect(use.operationBytes).toBeLessThanOrEqual(shares.operations);
    const {historyBytes, coarseBytes, portTickBytes, flowBytes, operationBytes} = use;
    const taken = historyBytes + perRow + coarseBytes + portTickBytes + flowBytes + operationBytes;
    expect(taken).toBeLessThanOrEqual(use.budgetBytes!);
  });
});

describe('the table of flows', () => {
  it('has room for more where there are many ports, and only there', () => {
    const most = (ports: number) => {
      const fabric = new Fabric({depth: 300, flows: 100, memory: 64 * MB});
      const builder = new PartialBuilder();
      const flows = Array.from({length: ports}, (_, i) => ({
        ...{port: i + 1, source: '10.1.0.1', destination: '10.2.0.1', destQp: i, lengths: [1_000]},
      }));
      fabric.apply(builder.next(T + 10, {flows}));
      fabric.apply(builder.next(T + 20, {flows}));
      return fabric.flows.max;
    };
    expect(most(10)).toBe(100);
    expect(most(400)).toBe(600);
    expect(most(4_000)).toBe(2_048);
  });
});
