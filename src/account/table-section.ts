import type {SectionData} from './codec.ts';
import type {KeyTable} from './key-table.ts';
import {makeColumns, type SectionSchema} from './schema.ts';

/**
 * All that a table holds, as rows: the words of its keys, then what it keeps of each as doubles, both in the order of
 * the section's columns. The table forgets all at once, so that its entries stand one behind another.
 */
export function tableSection(schema: SectionSchema, table: KeyTable): SectionData {
  const {size, words, doubles, payloadAt} = table;
  const columns = makeColumns(schema, size);
  for (let word = 0; word < words; word++) {
    const column = columns[word]!;
    for (let row = 0; row < size; row++) column[row] = table.word(row, word);
  }
  for (let sum = 0; words + sum < columns.length; sum++) {
    const column = columns[words + sum]!;
    for (let row = 0; row < size; row++) column[row] = doubles[((table.at(row) + payloadAt) >>> 1) + sum]!;
  }
  return {schema, rows: size, columns};
}
