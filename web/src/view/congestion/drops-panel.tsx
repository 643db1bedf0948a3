import type {DropsAnswer} from '../../../../src/shared/answers.ts';
import {queuePairText} from '../../../../src/shared/queue-pair.ts';
import type {ChartSource} from '../../export/source.ts';
import {grouped, plural} from '../../format.ts';
import {ChartMenu} from '../chart-menu.tsx';
import {timeOf} from '../health/events-panel.tsx';
import {LevelSign} from '../health/level.tsx';
import {HostName, LinkName} from '../names.tsx';

/** "Dropped packets": which flows lost them, where and why, by the notifications of the switches. */
export function DropsPanel({answer}: {answer: DropsAnswer}) {
  const {flows, otherFlows, agents} = answer;
  if (flows.length === 0) return null;
  // A single one stands in the line above.
  const hasReasons = answer.reasons.length > 1;
  const held = agents.reduce((sum, {suppressed}) => sum + suppressed, 0);
  return (
    <section class="panel listing" aria-labelledby="drops-title" data-testid="panel-drops">
      <header>
        <h2 id="drops-title">Dropped packets</h2>
        <p>that switches notified in the last {Math.round(answer.window)} s, by flow: the least that was lost</p>
        <div class="controls">
          <ChartMenu source={dropsSource(answer)} />
        </div>
      </header>
      <ul class="places">
        {answer.reasons.map((reason) => (
          <Place key={reason.code} reason={reason} answer={answer} />
        ))}
      </ul>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              {hasReasons && <th scope="col">Reason</th>}
              <th scope="col">Source → destination</th>
              <th scope="col" class="num">
                QP
              </th>
              <th scope="col">Dropped at</th>
              <th scope="col" class="num">
                Packets
              </th>
              <th scope="col" class="num">
                Last
              </th>
            </tr>
          </thead>
          <tbody>
            {flows.map((flow) => (
              <tr
                key={`${flow.agent} ${flow.link} ${flow.reason} ${flow.source} ${flow.destination} ${flow.destQp}`}
                data-testid="drop-flow"
              >
                {hasReasons && <td>{flow.reason}</td>}
                <td>
                  <HostName address={flow.source ?? 'unknown'} name={flow.sourceName} /> →{' '}
                  <HostName address={flow.destination ?? 'unknown'} name={flow.destinationName} />
                </td>
                <td class="num">
                  {flow.destQp === null ? (flow.isRoce ? '' : 'not RoCEv2') : queuePairText(flow.destQp)}
                </td>
                <td>{flow.link === null ? flow.agent : <LinkName id={flow.link} />}</td>
                <td class="num">{grouped(flow.frames)}</td>
                <td class="num">{timeOf(flow.lastSeen)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="rest">
        {otherFlows > 0 && `${plural(otherFlows, 'other flow')} lost packets too. `}A notification stands for one
        packet, and switches limit how many they send
        {held > 0 ? `: they say that they held back ${grouped(held)} more.` : '.'}{' '}
        {answer.discards.length > 0 && 'How many were lost in all stands in Discards by link.'}
      </p>
    </section>
  );
}

/** One sentence a reason: how many, where, and towards whom. */
function Place({
  reason: {reason, samples, links},
  answer,
}: {
  reason: DropsAnswer['reasons'][number];
  answer: DropsAnswer;
}) {
  const most = links[0];
  const flows = answer.flows.filter((flow) => flow.reason === reason);
  const ends = new Set(flows.map(({destination}) => destination));
  const only = ends.size === 1 ? flows[0] : undefined;
  const which = answer.otherFlows === 0 ? 'all' : `the ${flows.length} largest flows all`;
  return (
    <li data-testid="drop-place">
      <LevelSign level="warning" />
      <strong>{reason}</strong>: {plural(samples, 'packet')}
      {most !== undefined && (
        <>
          {links.length === 1 ? ', all at ' : `, ${grouped(most.samples)} of them at `}
          {most.link === null ? 'no port that was told' : <LinkName id={most.link} />}
          {links.length > 1 && ` and the others at ${plural(links.length - 1, 'other link')}`}
        </>
      )}
      {only?.destination != null && (
        <>
          , {which} to <HostName address={only.destination} name={only.destinationName} />
        </>
      )}
      .
    </li>
  );
}

function dropsSource({flows}: DropsAnswer): ChartSource {
  return {
    title: 'Dropped packets',
    hasPicture: false,
    table: () => ({
      columns: [
        ...['reason', 'source', 'source name', 'destination', 'destination name', 'destination QP', 'agent', 'link'],
        ...['packets', 'last seen'],
      ],
      rows: flows.map((flow) => [
        ...[flow.reason, flow.source, flow.sourceName ?? null, flow.destination, flow.destinationName ?? null],
        ...[flow.destQp, flow.agent, flow.link, flow.frames, new Date(flow.lastSeen).toISOString()],
      ]),
    }),
    queries: () => [
      {
        what: 'Flows that lost packets in the last minute, by the notifications of the switches',
        path: '/api/v1/drops?top=20',
        promql: null,
      },
    ],
  };
}
