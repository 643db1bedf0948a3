import type {App} from '../../app.ts';
import type {ChartSource, Table} from '../../export/source.ts';
import {seriesPath} from '../past-of.tsx';
import type {MapModel} from './model.ts';

/** What a cell of the map tells of. */
export const HEAT_WAYS = {both: 'the larger of received and sent', in: 'received', out: 'sent'} as const;

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
      return {
        columns: [
          'time',
          ...links.map(({name, id}) => `${name} (${id}) share of line rate ${HEAT_WAYS[page.way.peek()]}`),
        ],
        rows,
      };
    },
    queries: () => {
      const link = model.hovered.peek()?.id ?? model.rows.peek().links[0]?.id ?? '{agent}~{ifIndex}';
      const measure = store.measure.peek();
      const way = page.way.peek();
      const rates = (labels: string): string => `tenhertz_link_bytes_per_second{${labels}traffic="${measure}"}`;
      return [
        ...page.directions.peek().map((direction) => ({
          what: `One row: what ${link} ${direction === 'in' ? 'received' : 'sent'} in bins of 100 ms, bit/s; divided by its speed it is the share of line rate`,
          path: seriesPath(link, direction, `measure=${measure}&from=-${page.seconds.peek()}s`),
          promql: `8 * ${rates(`link="${link}",direction="${direction}",`)}`,
          note: 'Prometheus holds the mean of the last settled 2 s, not single bins.',
        })),
        {
          what: 'All rows: every link with its traffic and speed, mean of the settled 2 s',
          path: '/api/v1/links?window=2s',
          promql: way === 'both' ? `8 * max without (direction) (${rates('')})` : `8 * ${rates(`direction="${way}",`)}`,
        },
      ];
    },
  };
}
