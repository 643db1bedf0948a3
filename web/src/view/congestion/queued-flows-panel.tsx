import type {QueuesAnswer} from '../../../../src/shared/answers.ts';
import {queuePairText} from '../../../../src/shared/queue-pair.ts';
import {grouped, plural, short, UNKNOWN} from '../../format.ts';
import {type Column, Listing} from '../listing.tsx';
import {HostName, LinkName} from '../names.tsx';

type Row = QueuesAnswer['flows'][number];

const COLUMNS: readonly Column<Row>[] = [
  {
    heading: 'Source → destination',
    cell: ({source, sourceName, destination, destinationName}) => (
      <>
        <HostName address={source} name={sourceName} /> → <HostName address={destination} name={destinationName} />
      </>
    ),
    value: ({source, destination}) => `${source} > ${destination}`,
  },
  {
    heading: 'QP',
    isFigure: true,
    cell: ({destQp, isRoce}) => (destQp === null ? (isRoce ? UNKNOWN : 'not RoCEv2') : queuePairText(destQp)),
    value: ({destQp}) => destQp,
  },
  {heading: 'Stood at', cell: ({link}) => <LinkName id={link} />, value: ({link}) => link},
  {heading: 'Queue', isFigure: true, cell: ({queue}) => queue ?? UNKNOWN, value: ({queue}) => queue},
  {
    heading: 'Found before it',
    fileHeading: 'mean depth B',
    isFigure: true,
    cell: ({meanDepth}) => `${short(meanDepth)}B`,
    value: ({meanDepth}) => meanDepth,
  },
  {heading: 'Samples', isFigure: true, cell: ({samples}) => grouped(samples), value: ({samples}) => samples},
];

/** "Flows in queues": whose packets found queues filled; nothing where no switch tells. */
export function QueuedFlowsPanel({answer, path}: {answer: QueuesAnswer; path: string}) {
  if (answer.flows.length === 0) return null;
  return (
    <Listing
      id="queued-flows"
      title="Flows in queues"
      what={`whose packets found a queue filled, ${answer.window} s`}
      columns={COLUMNS}
      rows={answer.flows}
      keyOf={({link, queue, source, destination, destQp}) => `${link} ${queue} ${source} ${destination} ${destQp}`}
      empty=""
      queries={() => [{what: 'Flows that stood in queues', path, promql: null}]}
    >
      {answer.otherFlows > 0 && <p class="rest">and {plural(answer.otherFlows, 'other flow')} with fewer samples</p>}
    </Listing>
  );
}
