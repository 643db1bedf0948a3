import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {Partial} from '../../src/account/codec.ts';
import {Fabric} from '../../src/fabric/fabric.ts';
import {FABRIC_SCOPE} from '../../src/fabric/reader.ts';
import {REVISED_BINS} from '../../src/shared/bins.ts';
import {BinState} from '../../src/shared/live.ts';
import {
  type Content,
  IN,
  IN_DERIVED,
  OUT,
  OUT_DERIVED,
  PartialBuilder,
  type SampleRow,
  T,
} from '../support/partial-builder.ts';
import {proofCount, proofSeed} from '../support/proof.ts';
import {fabricBytes, figures, linkBytes, linkScope, read} from './reading.ts';

/** A fabric and one producer; `pass` closes bins up to `to` without content. */
function start(depth = 300) {
  const fabric = new Fabric({depth, flows: 100});
  const builder = new PartialBuilder();
  const give = (watermark: number, content: Content = {}) => fabric.apply(builder.next(watermark, content));
  const pass = (from: number, to: number, port = 1) => {
    for (let bin = from; bin < to; bin++) give(bin + 1, {rows: [{bin, port, other: [64]}]});
  };
  return {fabric, builder, give, pass};
}

const ID = '10.0.0.1~1';

describe('a bin', () => {
  it('of the fabric is the sum of in over all ports, each sample scaled by its own rate', () => {
    const {fabric, give} = start();
    give(T + 1, {
      rows: [
        {bin: T, port: 1, rate: 1_000, roce: [1_000, 500], other: [64], ce: 1, cnp: 1},
        {bin: T, port: 1, rate: 250, roce: [2_000]},
        {bin: T, port: 2, rate: 10_000, roce: [4_178]},
        {bin: T, port: 2, side: OUT, roce: [9_000]},
        {bin: T, port: 3, side: OUT_DERIVED, source: 1, roce: [1_000]},
      ],
    });
    const roce = read(fabric, FABRIC_SCOPE, 'roce', T);
    expect(roce).toMatchObject({state: BinState.Present, samples: 4, frames: 2_000 + 250 + 10_000});
    expect(roce.bytes).toBe(1_500_000 + 500_000 + 41_780_000);
    expect(roce.squares / (1e6 * (1e6 + 0.25e6) + 0.25e12 + 41_780_000 ** 2)).toBeCloseTo(1, 6);
    expect(read(fabric, FABRIC_SCOPE, 'all', T)).toMatchObject({samples: 5, bytes: 43_780_000 + 64_000});
    expect([fabric.sums.ce(T), fabric.sums.cnp(T)]).toEqual([1_000, 1_000]);
  });

  it('of a link is kept by direction', () => {
    const {fabric, give} = start();
    give(T + 1, {
      rows: [
        {bin: T, roce: [100]},
        {bin: T, side: OUT, roce: [200], other: [50]},
      ],
    });
    expect(linkBytes(fabric, ID, 'in', T)).toBe(100_000);
    expect(linkBytes(fabric, ID, 'out', T)).toBe(200_000);
    expect(linkBytes(fabric, ID, 'out', T, 'all')).toBe(250_000);
  });

  it('without samples of a present agent is zero with room above', () => {
    const {fabric, give} = start();
    give(T + 1, {rows: [{bin: T, roce: [1_000]}]});
    give(T + 2, {heard: [{agent: '10.0.0.1', at: (T + 1) * 100}]});
    const {largest, ...rest} = read(fabric, FABRIC_SCOPE, 'roce', T + 1);
    expect(rest).toEqual({state: BinState.Present, samples: 0, frames: 0, bytes: 0, squares: 0});
    expect(largest).toBe(1_000_000);
    expect(read(fabric, linkScope(fabric, ID, 'out'), 'roce', T + 1).largest).toBe(1_000_000);
  });

  it('before the first one, and past the newest, is absent', () => {
    const {fabric, pass} = start();
    pass(T, T + 3);
    for (const bin of [T - 1, T + 3]) expect(read(fabric, FABRIC_SCOPE, 'all', bin).state).toBe(BinState.Absent);
    expect(fabric.firstBin).toBe(T);
  });

  it('that came with a later one in the first Partial is kept', () => {
    const {fabric, give} = start();
    give(T + 3, {rows: [T, T + 1, T + 2].map((bin) => ({bin, roce: [bin - T + 1]}))});
    expect([0, 1, 2].map((i) => fabricBytes(fabric, T + i))).toEqual([1_000, 2_000, 3_000]);
  });

  it('saturates instead of wrapping', () => {
    const {fabric, give} = start();
    give(T + 1, {rows: [{bin: T, rate: 1, roce: [9_000], ce: 60_000, cnp: 60_000}]});
    give(T + 2, {rows: [{bin: T, rate: 1, roce: [9_000], ce: 60_000, cnp: 60_000}]});
    const {ce, cnp} = fabric.rings.chunk(0);
    const cell = fabric.rings.at(0, T);
    expect([ce[cell], cnp[cell]]).toEqual([0xffff, 0xffff]);
  });
});

describe('the basis', () => {
  it('is the measured one wherever both are, in quiet bins too', () => {
    const {fabric, give} = start();
    give(T + 1, {
      rows: [
        {bin: T, roce: [100]},
        {bin: T, side: IN_DERIVED, source: 2, roce: [700]},
      ],
    });
    give(T + 2, {rows: [{bin: T + 1, side: IN_DERIVED, source: 2, roce: [700]}]});
    expect([linkBytes(fabric, ID, 'in', T), linkBytes(fabric, ID, 'in', T + 1)]).toEqual([100_000, 0]);
    expect([fabricBytes(fabric, T), fabricBytes(fabric, T + 1)]).toEqual([100_000, 0]);
  });

  it('is chosen for each direction by itself', () => {
    const {fabric, give} = start();
    give(T + 1, {
      rows: [
        {bin: T, roce: [100]},
        {bin: T, side: OUT_DERIVED, source: 2, roce: [700]},
      ],
    });
    expect([linkBytes(fabric, ID, 'in', T), linkBytes(fabric, ID, 'out', T)]).toEqual([100_000, 700_000]);
  });

  it('that gets better changes all open bins, says so, and leaves final ones as they were', () => {
    const {fabric, give} = start();
    const to = T + 40;
    for (let bin = T; bin < to; bin++) give(bin + 1, {rows: [{bin, side: IN_DERIVED, source: 2, roce: [500]}]});
    const {finalBin} = fabric;
    const before = figures(fabric, T, finalBin);
    // Ten bins of samples that were on their way, and the last of them decides.
    const rows = Array.from({length: 11}, (_, i) => ({bin: to - 10 + i, roce: [100]}));
    const advance = give(to + 1, {rows});
    expect(advance?.from).toBe(finalBin);
    expect(figures(fabric, T, finalBin)).toEqual(before);
    expect([finalBin, finalBin + 1].map((bin) => linkBytes(fabric, ID, 'in', bin))).toEqual([0, 0]);
    for (let bin = to - 10; bin <= to; bin++) expect(fabricBytes(fabric, bin)).toBe(100_000);
  });

  it('falls back ten minutes after the last measured sample, for what follows', () => {
    const {fabric, give} = start(7_000);
    give(T + 1, {rows: [{bin: T, roce: [100]}]});
    const step = 100;
    for (let bin = T + step; bin < T + 7_000; bin += step) {
      give(bin + 1, {rows: [{bin, side: IN_DERIVED, source: 2, roce: [500]}]});
    }
    expect(fabricBytes(fabric, T)).toBe(100_000);
    expect(fabricBytes(fabric, T + 5_900)).toBe(0);
    expect(fabricBytes(fabric, T + 6_900)).toBe(500_000);
    expect(linkBytes(fabric, ID, 'in', T + 6_900)).toBe(500_000);
  });
});

describe('several agents', () => {
  it('have ports of unknown role, which are left out of the sum and kept beside it', () => {
    const {fabric, give} = start();
    give(T + 1, {rows: [{bin: T, roce: [100]}]});
    expect(fabric.roles.from).toBe('single switch');
    expect(fabric.sums.role(fabric.ports.all[0]!).role).toBe('edge');
    give(T + 2, {
      rows: [
        {bin: T + 1, roce: [100]},
        {bin: T + 1, agent: '10.0.0.2', roce: [300]},
      ],
    });
    expect(fabric.roles).toMatchObject({from: 'unknown', counts: {edge: 0, core: 0, unknown: 2}});
    expect(fabric.sums.role(fabric.ports.all[0]!).role).toBe('unknown');
    expect(read(fabric, FABRIC_SCOPE, 'roce', T + 1)).toMatchObject({state: BinState.Absent, bytes: 0});
    expect(read(fabric, {kind: 'fabric', role: 'unknown'}, 'roce', T + 1).bytes).toBe(400_000);
    expect(fabric.ports.all.map(({id}) => id)).toEqual(['10.0.0.1~1', '10.0.0.2~1']);
  });

  it('change roles for bins that are open: final ones and totals keep what they had', () => {
    const {fabric, give, pass} = start();
    pass(T, T + 40);
    const {finalBin} = fabric;
    const sums = () => Array.from({length: finalBin - T}, (_, i) => read(fabric, FABRIC_SCOPE, 'all', T + i));
    const before = sums();
    const advance = give(T + 41, {rows: [{bin: T + 40, agent: '10.0.0.2', other: [64]}]});
    expect(advance!.from).toBe(finalBin);
    expect(sums()).toEqual(before);
    for (let bin = T + 41; bin < T + 80; bin++) {
      const total = fabric.totals.allBytes;
      give(bin + 1, {rows: [{bin, other: [64]}]});
      expect(fabric.totals.allBytes).toBe(total);
    }
    expect(fabric.totals.allBytes).toBe((finalBin - T) * 64_000);
  });
});

describe('finality', () => {
  it('keeps every figure of final bins, whatever comes later', () => {
    const {fabric, give, pass} = start();
    pass(T, T + 40);
    const {finalBin} = fabric;
    const before = figures(fabric, T, finalBin);
    give(T + 41, {
      rows: [
        {bin: finalBin - 1, roce: [9_000]},
        {bin: T, port: 2, roce: [9_000]},
        {bin: T + 40, other: [9_000], rate: 100_000},
      ],
    });
    expect(figures(fabric, T, finalBin).map((bin) => ({...bin, links: undefined}))).toEqual(
      before.map((bin) => ({...bin, links: undefined})),
    );
    expect(fabric.lateRows).toBe(2);
    expect(fabric.ports.all).toHaveLength(1); // a late row is nobody's proof of a port
  });

  it('leaves bins open for 1.2 s, and names the first that changed', () => {
    const {fabric, give, pass} = start();
    pass(T, T + 40);
    expect(fabric.finalBin).toBe(fabric.newest - REVISED_BINS + 1);
    const late = fabric.finalBin;
    expect(give(T + 41, {rows: [{bin: late, roce: [700]}]})?.from).toBe(late);
    expect(fabricBytes(fabric, late)).toBe(700_000);
    expect(give(T + 42)?.from).toBe(T + 41);
  });

  it('a row for a bin that is not complete shows with that bin, and takes the place of the oldest', () => {
    const {fabric, give, pass} = start(50);
    pass(T, T + 60);
    expect(fabric.firstBin).toBe(T + 10);
    expect(give(T + 60, {rows: [{bin: T + 60, roce: [5]}]})).toBeUndefined();
    expect(fabric.firstBin).toBe(T + 11);
    expect(read(fabric, FABRIC_SCOPE, 'all', T + 10).state).toBe(BinState.Absent);
    expect(fabricBytes(fabric, T + 60)).toBe(0);
    give(T + 61);
    expect(fabricBytes(fabric, T + 60)).toBe(5_000);
  });
});

describe('jumps of time', () => {
  it.each([1, 12, 13, 14, 50, 299, 300, 301, 36_000])('of %i bins lose nothing and count nothing twice', (jump) => {
    const {fabric, give, pass} = start();
    pass(T, T + 40);
    // As an ingest thread sends it: the arrival after the silence closes the bin before it.
    const advance = give(T + 41 + jump, {rows: [{bin: T + 40, roce: [1_000], ce: 1}]});
    expect(advance?.from).toBe(Math.max(T + 40, fabric.firstBin));
    const after = T + 41 + jump;
    expect(fabric.newest).toBe(after - 1);
    for (let bin = Math.max(fabric.firstBin, T + 41); bin < after; bin += 7) expect(fabricBytes(fabric, bin)).toBe(0);
    if (T + 40 >= fabric.firstBin) expect(fabricBytes(fabric, T + 40)).toBe(1_000_000);
    give(after + 20, {rows: [{bin: after, roce: [500]}]});
    expect(fabric.totals.roceBytes).toBe(1_500_000);
    expect(fabric.totals.allBytes).toBe(1_500_000 + 40 * 64_000);
    expect(fabric.totals.ofLink(0, 0)).toEqual({roceBytes: 1_500_000, allBytes: 1_500_000 + 40 * 64_000});
  });

  it('an hour on, the rings are empty and fill again', () => {
    const {fabric, give, pass} = start();
    pass(T, T + 400);
    const later = T + 36_000;
    give(later, {heard: [{agent: '10.0.0.1', at: later * 100 - 1}]});
    for (let bin = fabric.firstBin; bin < later; bin++) expect(fabricBytes(fabric, bin, 'all')).toBe(0);
    pass(later, later + 400);
    for (let bin = fabric.firstBin; bin < later + 400; bin++) expect(fabricBytes(fabric, bin, 'all')).toBe(64_000);
  });

  it('a row far ahead makes what it overwrites final, totals included', () => {
    const {fabric, give, pass} = start();
    pass(T, T + 20);
    give(T + 20, {
      rows: [
        {bin: T + 20, roce: [7]},
        {bin: T + 5_000, roce: [9]},
      ],
    });
    give(T + 5_100);
    expect(fabric.totals.roceBytes).toBe(16_000);
    expect(fabric.totals.allBytes).toBe(16_000 + 20 * 64_000);
  });
});

describe('Partials', () => {
  it('apply once, however often they come', () => {
    const {fabric, builder} = start();
    const partials = [0, 1, 2].map((i) =>
      builder.next(T + i + 1, {rows: [{bin: T + i, roce: [100]}], counts: [[0, 5]]}),
    );
    for (const partial of [...partials, ...partials, partials[1]!]) fabric.apply(partial);
    expect([0, 1, 2].map((i) => fabricBytes(fabric, T + i))).toEqual([100_000, 100_000, 100_000]);
    expect(fabric.counts[0]).toBe(15);
    expect(fabric.producers.redelivered).toBe(4);
  });

  it('apply in any order, the very first ones too', () => {
    const {fabric, builder} = start();
    const partials = [0, 1, 2, 3].map((i) => builder.next(T + i + 1, {rows: [{bin: T + i, roce: [i + 1]}]}));
    for (const i of [2, 0, 3, 1]) fabric.apply(partials[i]!);
    fabric.apply(builder.next(T + 5));
    expect([0, 1, 2, 3].map((i) => fabricBytes(fabric, T + i))).toEqual([1_000, 2_000, 3_000, 4_000]);
    expect(fabric.producers.lost).toBe(0);
  });

  it('of a former start of a producer do not count again', () => {
    const {fabric, builder} = start();
    const former = builder.next(T + 1, {rows: [{bin: T, roce: [100]}]});
    fabric.apply(former);
    const restarted = new PartialBuilder(0, 2);
    fabric.apply(restarted.next(T + 2, {rows: [{bin: T + 1, roce: [100]}]}));
    fabric.apply(former);
    fabric.apply(restarted.next(T + 3));
    expect([fabricBytes(fabric, T), fabricBytes(fabric, T + 1)]).toEqual([100_000, 100_000]);
    expect(fabric.producers.redelivered).toBe(1);
  });

  it('that never come are given up and counted', () => {
    const {fabric, builder} = start();
    fabric.apply(builder.numbered(0, T + 1));
    for (let i = 2; i < 1_100; i++) fabric.apply(builder.numbered(i, T + i));
    expect(fabric.producers.lost).toBe(1);
    fabric.apply(builder.numbered(1, T + 1));
    expect(fabric.producers.redelivered).toBe(1);
  });

  it('of a stream that was joined late are not lost before the first one seen', () => {
    const {fabric, builder} = start();
    for (let i = 0; i < 1_200; i++) fabric.apply(builder.numbered(50_000 + i, T + i));
    expect(fabric.producers.lost).toBe(0);
    fabric.apply(builder.numbered(50_010, T));
    expect(fabric.producers.redelivered).toBe(1);
  });

  it('with a row number that now means another row go by the key', () => {
    const {fabric, builder} = start();
    const hinted = (partial: Partial, hint: number) => {
      const bins = partial.sections.find(({schema}) => schema.name === 'bins')!;
      const column = bins.schema.columns.findIndex(({name}) => name === 'row');
      bins.columns[column]!.fill(hint);
      return partial;
    };
    fabric.apply(hinted(builder.next(T + 1, {rows: [{bin: T, port: 1, roce: [1]}]}), 7));
    fabric.apply(hinted(builder.next(T + 2, {rows: [{bin: T + 1, port: 2, roce: [2]}]}), 7));
    fabric.apply(hinted(builder.next(T + 3, {rows: [{bin: T + 2, port: 1, roce: [4]}]}), 7));
    expect([0, 1, 2].map((i) => linkBytes(fabric, ID, 'in', T + i))).toEqual([1_000, 0, 4_000]);
    expect(linkBytes(fabric, '10.0.0.1~2', 'in', T + 1)).toBe(2_000);
  });
});

describe('several producers', () => {
  it('complete a bin when the last of them has passed it', () => {
    const {fabric} = start();
    const [a, b] = [new PartialBuilder(0), new PartialBuilder(1)];
    fabric.apply(a.next(T + 1));
    fabric.apply(b.next(T + 1));
    expect(fabric.apply(a.next(T + 3, {rows: [{bin: T + 1, roce: [1]}]}))).toBeUndefined();
    expect(fabric.newest).toBe(T);
    expect(fabric.apply(b.next(T + 2, {rows: [{bin: T + 1, port: 2, roce: [2]}]}))).toMatchObject({newest: T + 1});
    expect(fabricBytes(fabric, T + 1)).toBe(3_000);
  });

  it('go on without one that has stopped, and take it back when it has caught up', () => {
    const {fabric} = start(50);
    const [a, b] = [new PartialBuilder(0), new PartialBuilder(1)];
    fabric.apply(a.next(T + 1));
    fabric.apply(b.next(T + 1));
    for (let i = 1; i < 200; i++) fabric.apply(a.next(T + i + 1, {rows: [{bin: T + i, roce: [1]}]}));
    expect(fabric.newest).toBe(T + 199);
    for (let bin = fabric.firstBin; bin <= fabric.newest; bin++) expect(fabricBytes(fabric, bin)).toBe(1_000);
    fabric.apply(b.next(T + 150, {rows: [{bin: T + 149, port: 2, roce: [9]}]}));
    expect(fabric.lateRows).toBe(1);
    fabric.apply(b.next(T + 200, {rows: [{bin: T + 199, port: 2, roce: [9]}]}));
    fabric.apply(a.next(T + 201));
    expect(fabric.newest).toBe(T + 199);
    fabric.apply(b.next(T + 201));
    expect(fabric.newest).toBe(T + 200);
    expect(fabricBytes(fabric, T + 199)).toBe(10_000);
  });

  it('that restart do not hold time by their former start', () => {
    const {fabric} = start();
    fabric.apply(new PartialBuilder(0, 1).next(T + 1));
    fabric.apply(new PartialBuilder(0, 2).next(T + 2));
    expect(fabric.newest).toBe(T + 1);
  });
});

describe('totals', () => {
  it('advance by final bins only and are the sum over them', () => {
    const seed = proofSeed();
    const runs = proofCount(20, 1_000);
    const row = fc.record({
      back: fc.nat(15),
      port: fc.integer({min: 1, max: 3}),
      side: fc.constantFrom(IN, IN_DERIVED, OUT, OUT_DERIVED),
      roce: fc.array(fc.integer({min: 64, max: 9_000}), {maxLength: 3}),
      other: fc.array(fc.integer({min: 64, max: 9_000}), {maxLength: 3}),
    });
    const turn = fc.record({
      jump: fc.oneof({weight: 20, arbitrary: fc.constant(1)}, {weight: 1, arbitrary: fc.integer({min: 0, max: 60})}),
      rows: fc.array(row, {maxLength: 4}),
    });
    fc.assert(
      fc.property(fc.array(turn, {minLength: 1, maxLength: 150}), (turns) => {
        const {fabric, give} = start(20_000);
        let watermark = T + 20;
        give(watermark);
        let last = 0;
        const openWas = new Map<number, object[]>();
        for (const {jump, rows} of turns) {
          const samples = rows.map(({back, ...rest}): SampleRow => ({...rest, source: 9, bin: watermark - back}));
          watermark += jump;
          give(watermark, {rows: samples.filter(({bin}) => bin < watermark)});
          expect(fabric.totals.allBytes).toBeGreaterThanOrEqual(last);
          last = fabric.totals.allBytes;
          openWas.set(fabric.finalBin, figures(fabric, fabric.finalBin - 3, fabric.finalBin));
        }
        let [roce, all, link] = [0, 0, 0];
        for (let bin = fabric.firstBin; bin < fabric.finalBin; bin++) {
          roce += fabricBytes(fabric, bin);
          all += fabricBytes(fabric, bin, 'all');
          if (fabric.ports.get(ID)) link += linkBytes(fabric, ID, 'out', bin, 'all');
        }
        expect(fabric.totals.roceBytes).toBeCloseTo(roce, 3);
        expect(fabric.totals.allBytes).toBeCloseTo(all, 3);
        const slot = fabric.ports.get(ID)?.slot;
        if (slot !== undefined) expect(fabric.totals.ofLink(slot, 1).allBytes).toBeCloseTo(link, 3);
        // What was final then says the same of the fabric now.
        for (const [final, was] of openWas) {
          const strip = (bins: object[]) => bins.map((bin) => ({...bin, links: 0}));
          expect(strip(figures(fabric, final - 3, final))).toEqual(strip(was));
        }
      }),
      {seed, numRuns: runs},
    );
  });
});

describe('the upper end of a direction without rows', () => {
  it('stays what it was in final bins, whatever larger frames the agent shows later', () => {
    const {fabric, give, pass} = start();
    give(T + 1, {rows: [{bin: T, roce: [100]}]});
    pass(T + 1, T + 20);
    const out = linkScope(fabric, ID, 'out');
    const before = read(fabric, out, 'all', T).largest;
    expect(before).toBe(100_000);
    give(T + 21, {rows: [{bin: T + 20, roce: [9_000]}]});
    pass(T + 21, T + 40);
    expect(read(fabric, out, 'all', T).largest).toBe(before);
    expect(read(fabric, out, 'all', T + 30).largest).toBe(9_000_000);
  });

  it('goes by the rate that a source samples at now, not by a former one', () => {
    const {fabric, give, pass} = start();
    give(T + 1, {rows: [{bin: T, rate: 10_000, roce: [1_000]}]});
    for (let bin = T + 1; bin < T + 40; bin++) give(bin + 1, {rows: [{bin, rate: 1_000, roce: [1_000]}]});
    pass(T + 40, T + 42, 2);
    const link = linkScope(fabric, ID, 'in');
    expect(read(fabric, link, 'all', T + 5).largest).toBe(10_000_000);
    expect(read(fabric, link, 'all', T + 39).largest).toBe(1_000_000);
  });
});
