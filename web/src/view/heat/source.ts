import type {App} from '../../app.ts';
import type {ChartSource, Table} from '../../export/source.ts';
import type {MapModel} from './model.ts';

/** What the menu of the map saves and tells: the share of line rate of each link that is shown, bin by bin. */
export function heatSource(app: App, model: MapModel): ChartSource {
  const {page, store} = app;
  return {
    title: 'Every link',
    table: (): Table => {
      const {heat} = store;
      const {links} = model.rows.peek();
      const {from, to} = page.span();
      const rows = [];
      for (let bin = from; bin < to; bin++) {
        const offset = heat.offsetOf(bin);
        if (offset < 0) continue;
        const cells = links.map(({slot}) => heat.cells[offset + slot]!);
        rows.push([new Date(bin * 100).toISOString(), ...cells.map((cell) => (cell === 0 ? null : (cell - 1) / 254))]);
      }
      return {columns: ['time', ...links.map(({name, id}) => `${name} (${id}) share of line rate`)], rows};
    },
    queries: () => {
      const link = model.hovered.peek()?.id ?? model.rows.peek().links[0]?.id ?? '{agent}~{ifIndex}';
      const measure = store.measure.peek();
      return [
        {
          what: `One row: ${link} in bins of 100 ms, bit/s; divided by its speed it is the share of line rate`,
          path: `/api/v1/links/${encodeURIComponent(link)}/series?measure=${measure}&from=-${page.seconds.peek()}s`,
          promql: `8 * tenhertz_link_bytes_per_second{link="${link}",direction="in",traffic="${measure}"}`,
          note: 'Prometheus holds the mean of the last settled 2 s, not single bins.',
        },
        {
          what: 'All rows: every link with its traffic and speed, mean of the settled 2 s',
          path: '/api/v1/links?window=2s',
          promql: `8 * tenhertz_link_bytes_per_second{direction="in",traffic="${measure}"}`,
        },
      ];
    },
  };
}
