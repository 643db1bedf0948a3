import type {SectionData} from '../account/codec.ts';
import {BYTES_OF_TYPE, type ColumnArray, columnIndexes, Direction, OPERATIONS} from '../account/schema.ts';
import type {Agent} from './agents.ts';
import type {Ports} from './ports.ts';

const column = columnIndexes(OPERATIONS);
const AGENT = column['agent']!;
const PORT = column['port']!;
const RATE = column['rate']!;
const SIDE = column['side']!;
const KIND = column['kind']!;
const FIRST = column['frames']!;
const SUMS = OPERATIONS.columns.slice(FIRST);
/** Where no port is, or it went out. */
const NOWHERE = -1;

/** Bytes of an entry: its sums, its weight, slot, kind and basis. */
export const ENTRY_BYTES = SUMS.reduce((bytes, {type}) => bytes + BYTES_OF_TYPE[type], 0) + 8 + 4 + 2 + 1;

/** Frames that a sample at a nominal rate stands for at a port and side. */
export type WeightOf = (slot: number, side: number, rate: number) => number;

/** What a producer has told of a second or a part of one, by port and kind: as it came, in columns. */
export interface OperationBatch {
  producer: number;
  second: number;
  /** Time that it tells of. */
  seconds: number;
  entries: number;
  /** `NOWHERE` of entries that are not asked for. */
  slot: Int32Array;
  kind: Uint16Array;
  basis: Uint8Array;
  /** Frames that a sample stands for. */
  weight: Float64Array;
  /** In the order of `OperationSum`. */
  sums: readonly ColumnArray[];
}

/** Copies what is told: its memory is that of a whole Partial. */
export function makeBatch(
  {columns, rows}: SectionData,
  locals: readonly (Agent | undefined)[],
  ports: Ports,
  weightOf: WeightOf,
  of: Pick<OperationBatch, 'producer' | 'second' | 'seconds'>,
): OperationBatch {
  const slot = new Int32Array(rows);
  const basis = new Uint8Array(rows);
  const weight = new Float64Array(rows);
  const agents = columns[AGENT] as Uint32Array;
  const ifIndexes = columns[PORT] as Uint32Array;
  const rates = columns[RATE] as Uint32Array;
  const sides = columns[SIDE] as Uint32Array;
  for (let i = 0; i < rows; i++) {
    const agent = locals[agents[i]!];
    const side = sides[i]!;
    const at = agent ? ports.slotOf(agent, ifIndexes[i]!) : NOWHERE;
    slot[i] = (side & 1) === Direction.In ? at : NOWHERE;
    if (slot[i]! < 0) continue;
    basis[i] = side >>> 1;
    weight[i] = weightOf(at, side, rates[i]!);
  }
  // Arrays may be longer than there are rows.
  const sums = SUMS.map((_, sum) => columns[FIRST + sum]!.slice(0, rows));
  return {
    ...of,
    entries: rows,
    slot,
    kind: Uint16Array.from((columns[KIND] as Uint32Array).subarray(0, rows)),
    basis,
    weight,
    sums,
  };
}
