import type {PeriodEngine} from '../../analysis/period/period-engine.ts';
import type {MetricsBuilder} from './builder.ts';

/** Cycles that run now; `rank` 1 is the strongest. */
export function periodMetrics(builder: MetricsBuilder, engine: Pick<PeriodEngine, 'report'>): void {
  const gauge = (name: string, help: string, pick: (period: {periodMs: number; confidence: number}) => number) =>
    builder.gauge(name, help, ['rank'], (set) => {
      engine.report?.periods.forEach((period, index) => {
        set(pick(period), {rank: String(index + 1)});
      });
    });
  gauge('tenhertz_period_seconds', 'Period of a compute and exchange cycle in the RoCEv2 traffic.', (period) => {
    return period.periodMs / 1_000;
  });
  gauge('tenhertz_period_confidence', 'How sure that period is, 0 to 1.', (period) => period.confidence);
}
