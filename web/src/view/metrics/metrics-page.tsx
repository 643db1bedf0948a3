import {useEffect, useMemo} from 'preact/hooks';
import {useApp} from '../../app.ts';
import type {TrendAnswer} from '../../rest/answers.ts';
import {useAnswer} from '../../rest/asking.ts';
import {Notices} from '../notices.tsx';
import {Card} from './card.tsx';
import {conditionCards, linkCards} from './specs.ts';
import {TrafficCard} from './traffic-card.tsx';

/** "AI Metrics": a chart for each figure by which operators of such fabrics go, on one axis of time. */
export function MetricsPage() {
  const {metrics, connection, store, loop} = useApp();
  const trendPath = useMemo(() => () => metrics.trendPath, [metrics]);
  const {problem} = useAnswer<TrendAnswer>(trendPath, 1_000, (answer) => {
    metrics.takeTrend(answer);
    loop.request();
  });
  useEffect(
    () => store.summary.subscribe((summary) => summary !== null && metrics.takeSummary(summary)),
    [store, metrics],
  );
  const isLost = connection.status.value === 'lost';
  return (
    <main class={`page ${isLost ? 'stale' : ''}`} data-testid="metrics">
      <h1 class="sr-only">AI Metrics</h1>
      <div class="top">
        <Notices />
        {problem.value !== null && !isLost && (
          <div class="notice bad" role="alert" data-testid="metrics-problem">
            <div>
              <strong>Could not ask the server:</strong> {problem.value}. Trying again.
            </div>
          </div>
        )}
      </div>
      <div class="cards">
        <TrafficCard />
        {linkCards(metrics).map((card) => (
          <Card key={card.id} {...card} />
        ))}
        {conditionCards(metrics).map((card) => (
          <Card key={card.id} {...card} />
        ))}
      </div>
    </main>
  );
}
