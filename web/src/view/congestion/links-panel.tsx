import type {CongestionAnswer} from '../../../../src/shared/answers.ts';
import {percent, plusMinus, short, THIN, UNKNOWN} from '../../format.ts';
import {type Column, Listing} from '../listing.tsx';
import {LinkName} from '../names.tsx';

/** Links shown. */
const MOST = 15;

type Row = CongestionAnswer['links'][number];

const share = (value: number | null): string => (value === null ? UNKNOWN : `${percent(value)}${THIN}%`);

const COLUMNS: readonly Column<Row>[] = [
  {
    heading: 'Link',
    cell: ({id, direction}) => (
      <>
        <LinkName id={id} /> <span class="of">{direction}</span>
      </>
    ),
    value: ({id}) => id,
  },
  {
    heading: 'CE-marked',
    isFigure: true,
    cell: ({ceShare, ceShareLow, ceShareHigh}) => (
      <>
        {share(ceShare)} <span class="of">± {share(plusMinus(ceShare, ceShareLow, ceShareHigh))}</span>
      </>
    ),
    value: ({ceShare}) => ceShare,
    fileHeading: 'CE share',
  },
  {
    heading: 'CNP/s back',
    isFigure: true,
    cell: ({cnpPerSecond}) => short(cnpPerSecond),
    value: ({cnpPerSecond}) => cnpPerSecond,
  },
  {
    heading: 'Load',
    isFigure: true,
    cell: ({utilisation}) => share(utilisation),
    value: ({utilisation}) => utilisation,
    fileHeading: 'load share',
  },
  {
    heading: 'Discards/s',
    isFigure: true,
    cell: ({discards}) => (discards === null ? UNKNOWN : short(discards.perSecond)),
    value: ({discards}) => discards?.perSecond ?? null,
  },
];

/** "Congested links": by the share of their frames that is marked. */
export function CongestedPanel({answer}: {answer: CongestionAnswer}) {
  return (
    <Listing
      id="congested"
      title="Congested links"
      what={`by the share of marked frames, ${answer.window} s`}
      columns={COLUMNS}
      rows={answer.links.slice(0, MOST)}
      keyOf={({id, direction}) => `${id} ${direction}`}
      empty="No link shows marks, notifications or discards. Marks need ECN on the switches' queues."
      queries={() => [
        {what: 'Links by the share of marked frames', path: `/api/v1/congestion?top=${MOST}`, promql: null},
      ]}
    />
  );
}
