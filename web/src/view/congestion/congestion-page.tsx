import {useMemo} from 'preact/hooks';
import type {
  CongestionAnswer,
  CountersAnswer,
  DropsAnswer,
  FabricAnswer,
  ImbalanceAnswer,
  OperationsAnswer,
  QueuesAnswer,
  TrendAnswer,
} from '../../../../src/shared/answers.ts';
import {useApp} from '../../app.ts';
import {useAnswer} from '../../rest/asking.ts';
import {Card} from '../metrics/card.tsx';
import {refusalCard} from '../metrics/operation-specs.ts';
import {conditionCards, congestionCard, dropsCard} from '../metrics/specs.ts';
import {Notices} from '../notices.tsx';
import {Problems} from '../problems.tsx';
import {DiscardsPanel} from './discards-panel.tsx';
import {DropsPanel} from './drops-panel.tsx';
import {ImbalancePanel} from './imbalance-panel.tsx';
import {IncastsPanel} from './incasts-panel.tsx';
import {CongestedPanel} from './links-panel.tsx';
import {PAUSES_PATH, PausesPanel} from './pauses-panel.tsx';
import {QueuedFlowsPanel} from './queued-flows-panel.tsx';
import {QueuesPanel} from './queues-panel.tsx';

const QUEUES_PATH = '/api/v1/queues?top=15';

/** "Congestion": marks, drops and discards over time, then which flows and links they are of. */
export function CongestionPage() {
  const {metrics, connection} = useApp();
  const trendPath = useMemo(() => () => metrics.trendPath, [metrics]);
  const trend = useAnswer<TrendAnswer>(trendPath, 1_000, (answer) => metrics.takeTrend(answer));
  const fabric = useAnswer<FabricAnswer>('/api/v1/fabric?window=2s', 1_000, (answer) => metrics.takeFabric(answer));
  const drops = useAnswer<DropsAnswer>('/api/v1/drops', 1_000);
  const operations = useAnswer<OperationsAnswer>('/api/v1/operations', 1_000, (answer) =>
    metrics.takeOperations('', answer),
  );
  const imbalance = useAnswer<ImbalanceAnswer>('/api/v1/imbalance', 2_000);
  const congestion = useAnswer<CongestionAnswer>('/api/v1/congestion?top=100', 2_000);
  const queues = useAnswer<QueuesAnswer>(QUEUES_PATH, 2_000);
  const pauses = useAnswer<CountersAnswer>(PAUSES_PATH, 4_000);
  return (
    <main class={`page ${connection.status.value === 'lost' ? 'stale' : ''}`} data-testid="congestion">
      <h1 class="sr-only">Congestion and drops</h1>
      <div class="top">
        <Notices />
        <Problems of={[trend, fabric, drops, operations, imbalance, congestion, queues, pauses]} />
      </div>
      <div class="cards short">
        <Card {...congestionCard(metrics)} />
        <Card {...dropsCard(metrics)} />
        <Card {...refusalCard(metrics)} />
        {conditionCards(metrics)
          .filter(({id}) => id === 'discards')
          .map((card) => (
            <Card key={card.id} {...card} />
          ))}
      </div>
      <div class="listings">
        {congestion.value.value !== null && <IncastsPanel answer={congestion.value.value} />}
        {drops.value.value !== null && <DropsPanel answer={drops.value.value} />}
        {imbalance.value.value !== null && <ImbalancePanel answer={imbalance.value.value} />}
        {congestion.value.value !== null && (
          <CongestedPanel answer={congestion.value.value} drops={drops.value.value} imbalance={imbalance.value.value} />
        )}
        {drops.value.value !== null && <DiscardsPanel answer={drops.value.value} />}
        {queues.value.value !== null && <QueuesPanel answer={queues.value.value} />}
        {queues.value.value !== null && <QueuedFlowsPanel answer={queues.value.value} path={QUEUES_PATH} />}
        {pauses.value.value !== null && <PausesPanel answer={pauses.value.value} />}
      </div>
    </main>
  );
}
