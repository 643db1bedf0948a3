import type {Series} from '../series.ts';
import type {Table} from './source.ts';

/** A series with what to call it. */
export interface NamedSeries {
  name: string;
  series: Series | null;
}

/** Bins `from` .. `to - 1` of some series: value, 95 % band and samples of each, and a cell left empty for a gap. */
export function seriesTable(named: readonly NamedSeries[], from: number, to: number): Table {
  const columns = named.flatMap(({name}) => [
    `${name} bit/s`,
    `${name} low bit/s`,
    `${name} high bit/s`,
    `${name} samples`,
  ]);
  const rows = [];
  for (let bin = from; bin < to; bin++) {
    const cells = named.flatMap(({series}): (number | null)[] => {
      const i = series?.indexOf(bin) ?? -1;
      if (series === null || i < 0) return [null, null, null, null];
      return [series.value[i]!, series.low[i]!, series.high[i]!, series.samples[i]!];
    });
    if (cells.some((cell) => cell !== null)) rows.push([new Date(bin * 100).toISOString(), ...cells]);
  }
  return {columns: ['time', ...columns], rows};
}
