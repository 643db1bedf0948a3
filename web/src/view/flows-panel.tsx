import {useMemo} from 'preact/hooks';
import type {FlowRow, LinkInfo} from '../../../src/shared/live.ts';
import {queuePairText} from '../../../src/shared/queue-pair.ts';
import {useApp} from '../app.ts';
import {bitRate, HeldPrefix, percent, plural, plusMinus, scaled, short, THIN, unitOf} from '../format.ts';
import {ChartMenu} from './chart-menu.tsx';
import {flowsSource} from './sources.ts';

/** Rows shown. */
const MOST_FLOWS = 10;

/** "Who is sending": the largest RoCEv2 flows. */
export function FlowsPanel() {
  const app = useApp();
  const {store} = app;
  const held = useMemo(() => new HeldPrefix(), []);
  const topic = store.flows.value;
  const byId = store.linkById.value;
  if (topic === null) return null;
  const flows = topic.flows.slice(0, MOST_FLOWS);
  const largest = flows[0]?.bitsPerSecond ?? 0;
  const prefix = held.of(largest);
  const rest = topic.other;
  return (
    <section class="panel flows" aria-labelledby="flows-title" data-testid="panel-flows">
      <header>
        <h2 id="flows-title">Who is sending</h2>
        <p>largest RoCEv2 flows of the last {Math.round(topic.window)} s</p>
        <div class="controls">
          <ChartMenu source={flowsSource(app)} />
        </div>
      </header>
      {flows.length === 0 ? (
        <p class="empty">No RoCEv2 flow in the last {Math.round(topic.window)} s.</p>
      ) : (
        <table data-testid="flows">
          <thead>
            <tr>
              <th scope="col" class="pairs">
                Source → destination
              </th>
              <th scope="col" class="num wide qp">
                QP
              </th>
              <th scope="col" class="num wide dscp">
                DSCP
              </th>
              <th scope="col" class="rate">
                {unitOf(prefix, 'bit/s')}
              </th>
              <th scope="col" class="num wide">
                <span title="Operations a second">Ops/s</span>
              </th>
              <th scope="col" class="num">
                CE
              </th>
              <th scope="col" class="num wide">
                CNP/s
              </th>
              <th scope="col" class="wide via">
                Seen on
              </th>
            </tr>
          </thead>
          <tbody>
            {flows.map((flow) => (
              <Row
                key={`${flow.source} ${flow.destination} ${flow.destQp}`}
                flow={flow}
                prefix={prefix}
                largest={largest}
                byId={byId}
              />
            ))}
          </tbody>
        </table>
      )}
      {rest.flows > 0 && (
        <p class="rest">
          and {plural(rest.flows, 'other flow')} with {bitRate(rest.bitsPerSecond)} together
        </p>
      )}
    </section>
  );
}

const called = (name: string | undefined, address: string): string =>
  name === undefined ? address : `${name} (${address})`;

interface RowProps {
  flow: FlowRow;
  prefix: number;
  largest: number;
  byId: ReadonlyMap<string, LinkInfo>;
}

function Row({flow, prefix, largest, byId}: RowProps) {
  const {page} = useApp();
  const first = flow.links[0];
  const {name = first ?? '', agent} = byId.get(first ?? '') ?? {};
  const error = plusMinus(flow.bitsPerSecond, flow.low, flow.high);
  return (
    <tr>
      <th
        scope="row"
        title={`${called(flow.sourceName, flow.source)} → ${called(flow.destinationName, flow.destination)}`}
      >
        <span class="pair">
          <span class="end">{flow.sourceName ?? flow.source}</span> <span class="arrow">→</span>{' '}
          <span class="end">{flow.destinationName ?? flow.destination}</span>
        </span>
      </th>
      <td class="num wide qp">{queuePairText(flow.destQp)}</td>
      <td class="num wide dscp">{flow.dscp}</td>
      <td class="rate">
        <span class="bar" aria-hidden="true">
          <span style={{width: `${(100 * flow.bitsPerSecond) / Math.max(1, largest)}%`}} />
        </span>
        <span class="value">{scaled(flow.bitsPerSecond, prefix)}</span>
        <span class="spread">± {scaled(error, prefix, 2)}</span>
      </td>
      <td class="num wide">{short(flow.operationsPerSecond)}</td>
      <td class="num">
        {percent(flow.ce)}
        {THIN}%
      </td>
      <td class="num wide">{short(flow.cnpPerSecond)}</td>
      <td class="wide via">
        {first !== undefined && (
          <button type="button" class="link-button" title="Add to the lanes" onClick={() => page.add(first)}>
            {name}
          </button>
        )}
        {agent !== undefined && <span class="of"> {agent}</span>}
        {flow.links.length > 1 && <span class="more"> +{flow.links.length - 1}</span>}
      </td>
    </tr>
  );
}
