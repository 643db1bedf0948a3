import {type Partial, sectionOf} from './codec.ts';
import {AGENTS, type ColumnArray, SECTIONS, type SectionSchema, TEXT_BYTES} from './schema.ts';

/**
 * The algebra of Partials. `union` is associative, commutative and idempotent, so Partials may arrive twice, in any
 * order and by any way; `fold` adds up the rows of what a union holds.
 */
export type PartialSet = ReadonlyMap<string, Partial>;

/** The name under which a Partial is applied once. */
export function nameOf({producer, epoch, sequence}: {producer: number; epoch: number; sequence: number}): string {
  return `${producer}.${epoch}.${sequence}`;
}

export function setOf(...partials: Partial[]): PartialSet {
  return new Map(partials.map((partial) => [nameOf(partial), partial]));
}

export function union(a: PartialSet, b: PartialSet): PartialSet {
  return new Map([...a, ...b]);
}

/** Rows of one section by key, in the order of the section's columns; text as a string. */
export type FoldedRows = Map<string, (number | string)[]>;

const decoder = new TextDecoder();

/**
 * Adds up the rows of all Partials, section by section. Local agent numbers are replaced by the agent's own key, so
 * the result does not depend on who numbered what. `last` follows (producer, epoch, sequence), the order of sending.
 */
export function fold(partials: PartialSet): Map<string, FoldedRows> {
  const ordered = [...partials.values()].sort(
    (a, b) => a.producer - b.producer || a.epoch - b.epoch || a.sequence - b.sequence,
  );
  const folded = new Map<string, FoldedRows>(SECTIONS.map(({name}) => [name, new Map()]));
  for (const partial of ordered) {
    const agents = agentKeys(partial);
    for (const {schema, rows, columns} of partial.sections) {
      const into = folded.get(schema.name)!;
      for (let row = 0; row < rows; row++) foldRow(into, schema, columns, row, agents);
    }
  }
  return folded;
}

function agentKeys(partial: Partial): string[] {
  const section = sectionOf(partial, AGENTS);
  if (!section) return [];
  const keys = AGENTS.columns.filter(({role}) => role === 'key').length;
  return Array.from({length: section.rows}, (_, row) =>
    section.columns
      .slice(0, keys)
      .map((column) => column[row])
      .join(':'),
  );
}

function foldRow(
  into: FoldedRows,
  schema: SectionSchema,
  columns: readonly ColumnArray[],
  row: number,
  agents: string[],
): void {
  const cells = schema.columns.map(({name, type}, index): number | string => {
    const column = columns[index]!;
    if (type === 'text') {
      const bytes = column.subarray(row * TEXT_BYTES, (row + 1) * TEXT_BYTES) as Uint8Array;
      const end = bytes.indexOf(0);
      return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end));
    }
    return name === 'agent' ? agents[column[row]!]! : column[row]!;
  });
  const key = cells.filter((_, index) => schema.columns[index]!.role === 'key').join('|');
  const held = into.get(key);
  if (!held) {
    into.set(key, cells);
    return;
  }
  schema.columns.forEach(({role}, index) => {
    const was = held[index] as number;
    const is = cells[index] as number;
    if (role === 'sum') held[index] = was + is;
    else if (role === 'max') held[index] = Math.max(was, is);
    else if (role === 'min') held[index] = Math.min(was, is);
    else if (role === 'last') held[index] = is;
    else if (role === 'or') held[index] = (was | is) >>> 0;
  });
}
