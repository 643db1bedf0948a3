import fc from 'fast-check';
import {expect, test} from 'vitest';
import {decodePartial, encodePartial, type Partial, PartialError, sectionOf} from '../../src/account/codec.ts';
import {type ColumnArray, SECTIONS, type SectionSchema, TEXT_BYTES} from '../../src/account/schema.ts';
import {proofCount, proofSeed} from '../support/proof.ts';

const u32 = fc.integer({min: 0, max: 2 ** 32 - 1});

const cell = (type: string): fc.Arbitrary<number> =>
  type === 'u32' ? u32 : type === 'f64' ? fc.double() : fc.integer({min: 0, max: 255});

function columnOf(type: string, rows: number): fc.Arbitrary<ColumnArray> {
  const length = type === 'text' ? rows * TEXT_BYTES : rows;
  return fc.array(cell(type), {minLength: length, maxLength: length}).map((values) => {
    if (type === 'u32') return Uint32Array.from(values);
    return type === 'f64' ? Float64Array.from(values) : Uint8Array.from(values);
  });
}

const section = fc
  .tuple(fc.constantFrom(...SECTIONS), fc.integer({min: 0, max: 3}))
  .chain(([schema, rows]) =>
    fc.tuple(...schema.columns.map(({type}) => columnOf(type, rows))).map((columns) => ({schema, rows, columns})),
  );

const partials: fc.Arbitrary<Partial> = fc.record({
  producer: u32,
  epoch: u32,
  sequence: u32,
  watermark: fc.integer({min: 0, max: 2 ** 40}),
  time: fc.double({noNaN: true}),
  sections: fc.array(section, {maxLength: 4}),
});

const plain = (partial: Partial) => ({
  ...partial,
  sections: partial.sections.map(({schema, rows, columns}) => ({
    schema: schema.name,
    rows,
    columns: columns.map((column) => [...column]),
  })),
});

test('what is encoded is decoded', () => {
  fc.assert(
    fc.property(partials, (partial) => {
      expect(plain(decodePartial(encodePartial(partial)))).toEqual(plain(partial));
    }),
    {seed: proofSeed(), numRuns: proofCount(200, 5_000)},
  );
});

test('columns that are longer than their rows are cut to them', () => {
  const schema = SECTIONS.find(({name}) => name === 'counts') as SectionSchema;
  const columns = [Uint32Array.of(1, 2, 3), Float64Array.of(10, 20, 30)];
  const header = {producer: 1, epoch: 2, sequence: 3, watermark: 4, time: 5};
  const decoded = decodePartial(encodePartial({...header, sections: [{schema, rows: 1, columns}]}));
  expect(sectionOf(decoded, schema)!.columns.map((column) => [...column])).toEqual([[1], [10]]);
});

/** Either a PartialError, or a Partial whose columns lie inside the buffer and have as many cells as rows. */
function decodeAnyway(buffer: ArrayBuffer): void {
  let partial: Partial;
  try {
    partial = decodePartial(buffer);
  } catch (error) {
    if (error instanceof PartialError) return;
    throw error;
  }
  for (const {schema, rows, columns} of partial.sections) {
    expect(rows).toBeLessThanOrEqual(schema.maxRows);
    expect(columns).toHaveLength(schema.columns.length);
    columns.forEach((column, i) => {
      expect(column.length).toBe(schema.columns[i]!.type === 'text' ? rows * TEXT_BYTES : rows);
      expect(column.byteOffset + column.byteLength).toBeLessThanOrEqual(buffer.byteLength);
    });
  }
}

test('hostile bytes are refused or decoded inside their bounds, never more', () => {
  const word = fc.constantFrom(0, 1, 2, 6, 7, 8, 16, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff);
  const change = fc.record({at: fc.nat(), value: fc.oneof(word, u32)});
  fc.assert(
    fc.property(partials, fc.array(change, {maxLength: 4}), fc.nat(), fc.boolean(), (partial, changes, cut, cuts) => {
      const whole = encodePartial(partial);
      const view = new DataView(whole);
      const wordsThere = whole.byteLength >>> 2;
      for (const {at, value} of changes) view.setUint32((at % wordsThere) * 4, value, true);
      decodeAnyway(cuts ? whole.slice(0, cut % whole.byteLength) : whole);
    }),
    {seed: proofSeed(), numRuns: proofCount(500, 20_000)},
  );
});

test('random bytes and every prefix', () => {
  fc.assert(
    fc.property(fc.uint8Array({maxLength: 400}), (bytes) => decodeAnyway(Uint8Array.from(bytes).buffer)),
    {seed: proofSeed(), numRuns: proofCount(200, 5_000)},
  );
  const schema = SECTIONS.find(({name}) => name === 'counts') as SectionSchema;
  const sections = [{schema, rows: 1, columns: [Uint32Array.of(1), Float64Array.of(10)]}];
  const whole = encodePartial({producer: 1, epoch: 2, sequence: 3, watermark: 4, time: 5, sections});
  for (let cut = 0; cut < whole.byteLength; cut++)
    expect(() => decodePartial(whole.slice(0, cut))).toThrow(PartialError);
});

test('a section that is not known here is skipped', () => {
  const [first, second] = SECTIONS as [SectionSchema, SectionSchema];
  const empty = (schema: SectionSchema) => ({schema, rows: 0, columns: schema.columns.map(() => new Uint32Array(0))});
  const header = {producer: 1, epoch: 2, sequence: 3, watermark: 4, time: 5};
  const buffer = encodePartial({...header, sections: [empty({...first, id: 99}), empty(second)]});
  expect(decodePartial(buffer).sections.map(({schema}) => schema.name)).toEqual([second.name]);
  const newer = encodePartial({...header, sections: [empty({...first, version: 9}), empty(second)]});
  expect(decodePartial(newer).sections.map(({schema}) => schema.name)).toEqual([second.name]);
});
