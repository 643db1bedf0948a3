import {isKnown, type Past} from '../past.ts';
import type {Table} from './source.ts';

/** A past with what to call it. */
export interface NamedPast {
  name: string;
  past: Past | undefined;
}

/** Steps of some pasts, one row an instant: mean, 95 % band, lowest and highest bin, and samples of each. */
export function pastTable(named: readonly NamedPast[]): Table {
  const columns = named.flatMap(({name}) =>
    ['', ' low', ' high', ' least bin', ' highest bin'].map((of) => `${name}${of} bit/s`).concat(`${name} samples`),
  );
  const times = [
    ...new Set(named.flatMap(({past}) => past?.values.map((_, i) => past.start + i * past.step) ?? [])),
  ].sort((a, b) => a - b);
  const rows = times.map((time) => [
    new Date(time).toISOString(),
    ...named.flatMap(({past}): (number | null)[] => {
      const i = past === undefined ? -1 : Math.round((time - past.start) / past.step);
      if (past === undefined || !isKnown(past, i)) return [null, null, null, null, null, null];
      return [past.values, past.low, past.high, past.min, past.max, past.samples].map((column) => column[i] ?? null);
    }),
  ]);
  return {columns: ['time', ...columns], rows: rows.filter((row) => row.some((cell, i) => i > 0 && cell !== null))};
}
