import {useMemo} from 'preact/hooks';
import type {FabricAnswer, OperationsAnswer, TrendAnswer} from '../../../../src/shared/answers.ts';
import {useApp} from '../../app.ts';
import {useAnswer} from '../../rest/asking.ts';
import {Notices} from '../notices.tsx';
import {Problems} from '../problems.tsx';
import {Card} from './card.tsx';
import {operationCards, operationsPath} from './operation-specs.ts';
import {ScopeChoice} from './scope-choice.tsx';
import {conditionCards, dropsCard, linkCards} from './specs.ts';
import {TrafficCard} from './traffic-card.tsx';

/** "AI Metrics": a chart for each figure by which operators of such fabrics go, on one axis of time. */
export function MetricsPage() {
  const {metrics, connection, page} = useApp();
  const trendPath = useMemo(() => () => metrics.trendPath, [metrics]);
  const trend = useAnswer<TrendAnswer>(trendPath, 1_000, (answer) => {
    metrics.takeTrend(answer);
  });
  const fabric = useAnswer<FabricAnswer>('/api/v1/fabric?window=2s', 1_000, (answer) => metrics.takeFabric(answer));
  const scope = page.scope.value;
  const operations = useAnswer<OperationsAnswer>(operationsPath(scope), 1_000, (answer) =>
    metrics.takeOperations(scope, answer),
  );
  return (
    <main class={`page ${connection.status.value === 'lost' ? 'stale' : ''}`} data-testid="metrics">
      <h1 class="sr-only">AI Metrics</h1>
      <div class="top">
        <Notices />
        <Problems of={[trend, fabric, operations]} />
        <ScopeChoice />
      </div>
      <div class="cards">
        <TrafficCard />
        {linkCards(metrics).map((card) => (
          <Card key={card.id} {...card} />
        ))}
        {operationCards(metrics, scope).map((card) => (
          <Card key={card.id} {...card} />
        ))}
        {conditionCards(metrics).map((card) => (
          <Card key={card.id} {...card} />
        ))}
        <Card {...dropsCard(metrics)} />
      </div>
    </main>
  );
}
