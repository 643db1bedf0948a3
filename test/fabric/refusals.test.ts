import {describe, expect, it} from 'vitest';
import {meanOver, settledWindow} from '../../src/api/estimate.ts';
import {Fabric} from '../../src/fabric/fabric.ts';
import {memoryUse} from '../../src/fabric/history/memory-use.ts';
import {readLink} from '../../src/fabric/link-moments.ts';
import {BinState} from '../../src/shared/live.ts';
import {OUT_DERIVED, PartialBuilder, type SampleRow, T} from '../support/partial-builder.ts';
import {linkScope, read} from './reading.ts';

const PORTS = 300;
/** Room for 64 rows, and not for as many more. */
const MEMORY = 3 * 1024 ** 2;

function start(memory = MEMORY) {
  const fabric = new Fabric({depth: 3_000, flows: 10, memory});
  const builder = new PartialBuilder();
  const pass = (from: number, to: number, rows: (bin: number) => SampleRow[]) => {
    for (let bin = from; bin < to; bin++) {
      fabric.apply(builder.next(bin + 1, {heard: [{agent: '10.0.0.1', at: bin * 100}], rows: rows(bin)}));
    }
  };
  const state = (port: number, direction: 'in' | 'out', bin: number) =>
    read(fabric, linkScope(fabric, `10.0.0.1~${port}`, direction), 'all', bin).state;
  return {fabric, pass, state};
}

const all = (bin: number): SampleRow[] => Array.from({length: PORTS}, (_, i) => ({bin, port: i + 1, roce: [1_000]}));

describe('where tables are full', () => {
  it('a port whose samples found no room has no figure, and not a zero', () => {
    const {fabric, pass, state} = start();
    pass(T, T + 40, all);
    expect(fabric.rows.refused).toBeGreaterThan(0);
    expect([state(1, 'in', T + 20), state(PORTS, 'in', T + 20)]).toEqual([BinState.Present, BinState.Absent]);
    const {from, to} = settledWindow(fabric, 2_000);
    const scope = linkScope(fabric, `10.0.0.1~${PORTS}`, 'in');
    expect(meanOver(fabric, scope, 'all', from, to)).toMatchObject({bitsPerSecond: null, high: null});
    expect(readLink(fabric, fabric.ports.get(`10.0.0.1~${PORTS}`)!, 0, from, to).bins).toBe(0);
    // Nothing is known to go out there, and nothing was refused.
    expect(state(PORTS, 'out', T + 20)).toBe(BinState.Present);
  });

  it('it has one again a minute after the last of them', () => {
    const {pass, state} = start();
    pass(T, T + 20, all);
    pass(T + 20, T + 700, () => []);
    expect([state(PORTS, 'in', T + 600), state(PORTS, 'in', T + 650)]).toEqual([BinState.Absent, BinState.Present]);
    expect(state(PORTS, 'in', T + 10)).toBe(BinState.Absent);
  });

  it('what is refused of a worse way of measuring hides nothing', () => {
    const {fabric, pass, state} = start();
    pass(T, T + 2, (bin) =>
      all(bin)
        .slice(0, 1)
        .map((row) => ({...row, side: 1})),
    );
    pass(T + 2, T + 3, all);
    pass(T + 3, T + 10, (bin) => [{bin, port: 1, side: OUT_DERIVED, source: 2, roce: [1_000]}]);
    expect(fabric.rows.refused).toBeGreaterThan(PORTS / 2);
    expect(state(1, 'out', T + 5)).toBe(BinState.Present);
  });

  it('the most that they hold is what fits, and not what they could ever', () => {
    const {fabric, pass} = start();
    pass(T, T + 2, all);
    const {entries, most} = memoryUse(fabric).tables.find(({name}) => name === 'rows')!;
    expect(entries).toBe(most);
    expect(memoryUse(new Fabric()).tables.find(({name}) => name === 'rows')!.most).toBe(1_000_000);
  });

  it('it is said so for as long as it lasts', () => {
    const {fabric, pass} = start();
    pass(T, T + 10, (bin) => all(bin).slice(0, 10));
    expect(fabric.rows.refusals.isRecent(fabric.newest)).toBe(false);
    pass(T + 10, T + 12, all);
    pass(T + 12, T + 60, () => []);
    expect(fabric.rows.refusals.isRecent(fabric.newest)).toBe(true);
    pass(T + 60, T + 120, () => []);
    expect(fabric.rows.refusals.isRecent(fabric.newest)).toBe(false);
  });
});
