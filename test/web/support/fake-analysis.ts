import type {FakeFabric} from './fake-fabric.ts';

/** What the routes of analysis answer of a fake fabric; undefined where there is none. `route` is below `/api/v1/`. */
export function fakeAnalysis(route: string, fabric: FakeFabric, finalBefore: number): unknown {
  const {receiving, roce, cycleMs, exchange} = fabric.scenario;
  const isOn = receiving && roce;
  switch (route) {
    case 'periods':
      return {
        ...{finalBefore, scope: 'fabric', time: finalBefore, history: 120_000},
        ...{shortest: 60, longest: 75_000, resolution: 10},
        periods: isOn ? [{periodMs: cycleMs, confidence: 0.98, jitter: 0.012, duty: exchange, ambiguous: false}] : [],
      };
    default:
      return undefined;
  }
}

const TREND_NAMES = [
  ...['bps', 'edge_min_bps', 'edge_q1_bps', 'edge_med_bps', 'edge_q3_bps', 'edge_max_bps'],
  ...['core_min_bps', 'core_q1_bps', 'core_med_bps', 'core_q3_bps', 'core_max_bps'],
  ...['ecn_pps', 'cnp_pps', 'errors_in', 'errors_out', 'discards_in', 'discards_out', 'period'],
];

/** Five minutes of the figures of the AI Metrics app, later than `after`; this fabric has neither core links nor counters. */
export function fakeTrend(fabric: FakeFabric, finalBefore: number, after: number): unknown {
  const last = Math.floor(finalBefore / 1_000);
  const seconds = Array.from({length: 300}, (_, i) => last - 299 + i).filter((second) => second * 1_000 > after);
  const value = (name: string, second: number): number | null => {
    if (/^core|^errors|^discards/.test(name)) return null;
    if (name === 'period') return fabric.scenario.cycleMs / 1_000;
    return (1 + TREND_NAMES.indexOf(name)) * 1e9 + (second % 7) * 1e7;
  };
  const trends = TREND_NAMES.map((name) => [name, seconds.map((second) => value(name, second))]);
  return {
    trend: {maxPoints: 300, times: seconds.map((second) => second * 1_000), trends: Object.fromEntries(trends)},
  };
}
