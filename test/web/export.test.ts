import {expect, test} from 'vitest';
import {BinState} from '../../src/shared/live.ts';
import {csvOf} from '../../web/src/export/csv.ts';
import {fileName} from '../../web/src/export/save.ts';
import {seriesTable} from '../../web/src/export/series-table.ts';
import {Series} from '../../web/src/series.ts';

test('CSV keeps gaps empty, quotes what must be, and lets no text become a formula', () => {
  const rows = [
    ['leaf 1, "north"', 1.5, null],
    ['=HYPERLINK("x")', Number.NaN, 0],
  ];
  expect(csvOf({columns: ['name', 'bit/s', 'low'], rows})).toBe(
    'name,bit/s,low\r\n"leaf 1, ""north""",1.5,\r\n"\'=HYPERLINK(""x"")",,0\r\n',
  );
});

test('a series becomes a row a bin, and a gap an empty cell', () => {
  const column = (...values: number[]) => Float32Array.from(values);
  const series = new Series();
  series.write({
    firstBin: 1000,
    count: 2,
    value: column(5, Number.NaN),
    low: column(4, Number.NaN),
    high: column(6, Number.NaN),
    squares: column(0, 0),
    largest: column(0, 0),
    samples: Uint32Array.of(9, 0),
    state: Uint8Array.of(BinState.Present, BinState.Absent),
  });
  const other = new Series();
  const table = seriesTable(
    [
      {name: 'a', series},
      {name: 'b', series: other},
    ],
    999,
    1003,
  );
  expect(table.columns.slice(0, 5)).toEqual(['time', 'a bit/s', 'a low bit/s', 'a high bit/s', 'a samples']);
  expect(table.rows).toEqual([['1970-01-01T00:01:40.000Z', 5, 4, 6, 9, null, null, null, null]]);
});

test('names of files hold no sign that a file system minds', () => {
  expect(fileName('Bytes / operation: 1:1?', 'csv', 0)).toBe('tenhertz-bytes-operation-1-1-19700101T000000Z.csv');
});
