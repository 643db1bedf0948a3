import type {History} from '../metrics/history.ts';
import type {Table} from './source.ts';

/** A history with what to call it. */
export interface NamedHistory {
  name: string;
  history: History;
}

/** Points of some histories in a stretch of bins, one row an instant: value of each, and its 95 % band where it has one. */
export function historyTable(
  named: readonly NamedHistory[],
  unit: string,
  {from, to}: {from: number; to: number},
): Table {
  const hasBand = named.map(({history}) => history.low.some((low) => !Number.isNaN(low)));
  const columns = named.flatMap(({name}, i) =>
    hasBand[i] ? [`${name} ${unit}`, `${name} low ${unit}`, `${name} high ${unit}`] : [`${name} ${unit}`],
  );
  const times = [...new Set(named.flatMap(({history}) => history.times))]
    .filter((time) => time >= from * 100 && time < to * 100)
    .sort((a, b) => a - b);
  const rows = times.map((time) => [
    new Date(time).toISOString(),
    ...named.flatMap(({history}, i): (number | null)[] => {
      const at = history.times.indexOf(time);
      const cells = hasBand[i] ? [history.values, history.low, history.high] : [history.values];
      return cells.map((column) => (at < 0 || Number.isNaN(column[at]!) ? null : column[at]!));
    }),
  ]);
  return {columns: ['time', ...columns], rows};
}
