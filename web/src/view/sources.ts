import type {DirectionName} from '../../../src/shared/live.ts';
import type {App} from '../app.ts';
import {pastTable} from '../export/past-table.ts';
import {seriesTable} from '../export/series-table.ts';
import type {ChartSource} from '../export/source.ts';
import type {Page} from '../page.ts';
import {PAST_STEPS} from '../past.ts';
import {wayOf} from '../store.ts';
import {seriesPath} from './past-of.tsx';

const SETTLED_NOTE = 'Prometheus holds the mean of the last settled 2 s in bytes, not single bins.';

/** The route that gives the fabric (`''`) or a link as it is drawn. */
function pathOf(page: Page, id: string, measure: string, direction: DirectionName = 'in'): string {
  const seconds = page.seconds.peek();
  const step = page.isPast.peek() ? `&step=${PAST_STEPS[seconds]}` : '';
  return seriesPath(id, direction, `measure=${measure}&from=-${seconds}s${step}`);
}

/** What directions are called where they are written out. */
const SAID = {in: 'received', out: 'sent'} as const;

const stepText = (page: Page): string =>
  page.isPast.peek()
    ? `in means of ${PAST_STEPS[page.seconds.peek()]! / 1_000} s with the lowest and highest bin`
    : 'in bins of 100 ms';

/** What the menu of the fabric's chart saves and tells. */
export function totalSource({page, store}: App): ChartSource {
  return {
    title: 'Combined fabric-wide telemetry',
    table: () => {
      const {from, to} = page.span();
      const {roce, all} = store.total;
      if (page.isPast.peek()) return pastTable([{name: 'Fabric', past: store.past.get('')}]);
      return seriesTable(
        [
          {name: 'RoCEv2', series: roce},
          {name: 'all traffic', series: all},
        ],
        from,
        to,
      );
    },
    queries: () => {
      const measure = store.measure.peek();
      return [
        {
          what: `The fabric ${stepText(page)}, bit/s`,
          path: pathOf(page, '', measure),
          promql: `8 * tenhertz_fabric_bytes_per_second{traffic="${measure}"}`,
          note: SETTLED_NOTE,
        },
        {
          what: 'Its mean over the settled 2 s, with its 95 % band',
          path: '/api/v1/fabric?window=2s',
          promql: `8 * {__name__=~"tenhertz_fabric_bytes_per_second(_low|_high)?",traffic="${measure}"}`,
        },
      ];
    },
  };
}

/** What the menu of the lanes saves and tells. */
export function linksSource({page, store}: App): ChartSource {
  return {
    title: 'Per link telemetry',
    table: () => {
      const {from, to} = page.span();
      const named = page.links.peek().flatMap((id) =>
        page.directions.peek().map((direction) => {
          const name = store.linkById.peek().get(id)?.name;
          const way = wayOf(id, direction);
          return {
            name: `${name === undefined ? id : `${name} (${id})`} ${SAID[direction]}`,
            ...{series: store.links.get(way) ?? null, past: store.past.get(way)},
          };
        }),
      );
      if (page.isPast.peek()) return pastTable(named);
      return seriesTable(named, from, to);
    },
    queries: () => {
      const measure = store.measure.peek();
      return page.links.peek().flatMap((id) =>
        page.directions.peek().map((direction) => ({
          what: `${store.linkById.peek().get(id)?.name ?? id} ${SAID[direction]}, ${stepText(page)}, bit/s`,
          path: pathOf(page, id, measure, direction),
          promql: `8 * tenhertz_link_bytes_per_second{link="${id}",direction="${direction}",traffic="${measure}"}`,
          note: SETTLED_NOTE,
        })),
      );
    },
  };
}

/** What the menu of the flows saves and tells. */
export function flowsSource({store}: App): ChartSource {
  return {
    title: 'Who is sending',
    hasPicture: false,
    table: () => ({
      columns: [
        ...['source', 'source name', 'destination', 'destination name', 'destination QP', 'DSCP'],
        ...['bit/s', 'low bit/s', 'high bit/s', 'samples', 'operations/s', 'CE share', 'CNP/s', 'links'],
      ],
      rows: (store.flows.peek()?.flows ?? []).map((flow) => [
        ...[flow.source, flow.sourceName ?? null, flow.destination, flow.destinationName ?? null],
        ...[flow.destQp, flow.dscp, flow.bitsPerSecond, flow.low, flow.high, flow.samples],
        ...[flow.operationsPerSecond, flow.ce, flow.cnpPerSecond, flow.links.join(' ')],
      ]),
    }),
    queries: () => [
      {
        what: `The largest RoCEv2 flows of the last ${store.flows.peek()?.window ?? 5} s`,
        path: '/api/v1/flows?top=10',
        promql: null,
      },
    ],
  };
}
