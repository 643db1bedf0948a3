import type {Percentiles, QueuesAnswer} from '../../../../src/shared/answers.ts';
import {delay, plural, short, UNKNOWN} from '../../format.ts';
import {type Column, Listing} from '../listing.tsx';
import {LinkName} from '../names.tsx';

/** Queues shown. */
const MOST = 15;

type Row = QueuesAnswer['ports'][number];

const depthText = (values: Percentiles | null, pick: 'p50' | 'p99' | 'max'): string =>
  values === null ? UNKNOWN : `${short(values[pick])}B`;

const delayText = (values: Percentiles | null, pick: 'p50' | 'p99' | 'max'): string =>
  values === null ? UNKNOWN : delay(values[pick]);

const COLUMNS: readonly Column<Row>[] = [
  {heading: 'Port', cell: ({link}) => <LinkName id={link} />, value: ({link}) => link},
  {heading: 'Queue', isFigure: true, cell: ({queue}) => queue ?? UNKNOWN, value: ({queue}) => queue},
  ...(['p50', 'p99', 'max'] as const).map(
    (pick): Column<Row> => ({
      heading: `Depth ${pick}`,
      fileHeading: `depth ${pick} B`,
      isFigure: true,
      cell: (row) => depthText(row.depth, pick),
      value: (row) => row.depth?.[pick] ?? null,
    }),
  ),
  ...(['p50', 'p99'] as const).map(
    (pick): Column<Row> => ({
      heading: `Delay ${pick}`,
      fileHeading: `delay ${pick} ns`,
      isFigure: true,
      cell: (row) => delayText(row.delay, pick),
      value: (row) => row.delay?.[pick] ?? null,
    }),
  ),
];

/** "Queues": how full packets found them and how long they took, where switches tell. */
export function QueuesPanel({answer}: {answer: QueuesAnswer}) {
  const others = answer.otherPorts + Math.max(0, answer.ports.length - MOST);
  return (
    <Listing
      id="queues"
      title="Queues"
      what={`as sampled packets found them, ${answer.window} s`}
      columns={COLUMNS}
      rows={answer.ports.slice(0, MOST)}
      keyOf={({link, queue}) => `${link} ${queue}`}
      empty="No switch tells of queues. It takes egress sampling with the sFlow structures for queue depth and transit delay (0:1036, 0:1039, 0:1040)."
      queries={() => [
        {what: 'Depth and delay of queues, over packets', path: `/api/v1/queues?top=${MOST}`, promql: null},
      ]}
    >
      {others > 0 && <p class="rest">and {plural(others, 'other queue')}, less full</p>}
    </Listing>
  );
}
