import type {IncastEngine} from '../../analysis/congestion/incast-engine.ts';
import type {MetricsBuilder} from './builder.ts';

/** Incasts past this bound are left out, those of fewest sources first. */
const MOST_INCASTS = 100;

/** Ports that many hosts send to at once, again and again. */
export function incastMetrics(builder: MetricsBuilder, engine: Pick<IncastEngine, 'report'>): void {
  builder.gauge(
    'tenhertz_incast_sources',
    'Hosts that at once send more than an edge port takes, of incasts of the last minute.',
    ['link'],
    (set) => {
      for (const {link, sources} of engine.report.slice(0, MOST_INCASTS)) set(sources, {link});
    },
  );
}
