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
