import type {CongestionAnswer, DropsAnswer} from '../../../../src/shared/answers.ts';
import {percent, plusMinus, short, THIN, UNKNOWN} from '../../format.ts';
import {WarnIcon} from '../icons.tsx';
import {type Column, Listing} from '../listing.tsx';
import {LinkName} from '../names.tsx';

/** Links shown. */
const MOST = 15;

/** A link that marks, or loses packets. */
interface Row {
  id: string;
  /** The way that marks are of. */
  direction: 'in' | 'out' | null;
  marks: CongestionAnswer['links'][number] | null;
  /** Packets a second that its counters say it discarded, both ways; null where they are not known. */
  discards: number | null;
  /** Packets that it is said to have dropped, in the window of notifications. */
  dropped: number;
}

const share = (value: number | null): string => (value === null ? UNKNOWN : `${percent(value)}${THIN}%`);

const trouble = (value: number | null, text: string) =>
  value !== null && value > 0 ? (
    <span class="warning">
      <WarnIcon /> {text}
    </span>
  ) : (
    text
  );

const COLUMNS: readonly Column<Row>[] = [
  {
    heading: 'Link',
    cell: ({id, direction}) => (
      <>
        <LinkName id={id} /> {direction !== null && <span class="of">{direction}</span>}
      </>
    ),
    value: ({id}) => id,
  },
  {
    heading: 'Drops told',
    fileHeading: 'drop notifications',
    isFigure: true,
    cell: ({dropped}) => trouble(dropped, short(dropped)),
    value: ({dropped}) => dropped,
  },
  {
    heading: 'Discards/s',
    isFigure: true,
    cell: ({discards}) => trouble(discards, discards === null ? UNKNOWN : short(discards)),
    value: ({discards}) => discards,
  },
  {
    heading: 'CE-marked',
    isFigure: true,
    cell: ({marks}) =>
      marks === null ? (
        UNKNOWN
      ) : (
        <>
          {share(marks.ceShare)}{' '}
          <span class="of">± {share(plusMinus(marks.ceShare, marks.ceShareLow, marks.ceShareHigh))}</span>
        </>
      ),
    value: ({marks}) => marks?.ceShare ?? null,
    fileHeading: 'CE share',
  },
  {
    heading: 'CNP/s back',
    isFigure: true,
    cell: ({marks}) => (marks === null ? UNKNOWN : short(marks.cnpPerSecond)),
    value: ({marks}) => marks?.cnpPerSecond ?? null,
  },
  {
    heading: 'Mean load',
    isFigure: true,
    cell: ({marks}) => share(marks?.utilisation ?? null),
    value: ({marks}) => marks?.utilisation ?? null,
    fileHeading: 'load share',
  },
];

/** "Congested links": those that lose packets first, then by the share of their frames that is marked. */
export function CongestedPanel({answer, drops}: {answer: CongestionAnswer; drops: DropsAnswer | null}) {
  return (
    <Listing
      id="congested"
      title="Congested links"
      what={`those that lose packets, then by the share of marked frames, ${answer.window}${THIN}s`}
      columns={COLUMNS}
      rows={rowsOf(answer, drops).slice(0, MOST)}
      keyOf={({id, direction}) => `${id} ${direction}`}
      empty="No link shows marks, notifications, drops or discards. Marks need ECN on the switches' queues."
      queries={() => [
        {what: 'Links by the share of marked frames', path: `/api/v1/congestion?top=${MOST}`, promql: null},
        {what: 'Links by what their counters say they discard', path: '/api/v1/congestion?by=discards', promql: null},
        {what: 'Links that notified of drops, by reason', path: '/api/v1/drops', promql: null},
      ]}
    />
  );
}

function rowsOf({links}: CongestionAnswer, drops: DropsAnswer | null): Row[] {
  const dropped = new Map<string, number>();
  for (const {links: places} of drops?.reasons ?? []) {
    for (const {link, samples} of places) if (link !== null) dropped.set(link, (dropped.get(link) ?? 0) + samples);
  }
  const discards = new Map(
    (drops?.discards ?? []).map(({link, inDiscardsPerSecond, outDiscardsPerSecond}) => [
      link,
      (inDiscardsPerSecond ?? 0) + (outDiscardsPerSecond ?? 0),
    ]),
  );
  const marked = links.map(
    (marks): Row => ({
      ...{id: marks.id, direction: marks.direction, marks, dropped: dropped.get(marks.id) ?? 0},
      discards: discards.get(marks.id) ?? marks.discards?.perSecond ?? null,
    }),
  );
  const known = new Set(links.map(({id}) => id));
  const others = [...new Set([...dropped.keys(), ...discards.keys()])].filter((id) => !known.has(id));
  const unmarked = others.map(
    (id): Row => ({
      ...{id, direction: null, marks: null, dropped: dropped.get(id) ?? 0, discards: discards.get(id) ?? null},
    }),
  );
  return [...marked, ...unmarked].sort(
    (a, b) =>
      b.dropped - a.dropped ||
      (b.discards ?? 0) - (a.discards ?? 0) ||
      (b.marks?.ceShareLow ?? 0) - (a.marks?.ceShareLow ?? 0),
  );
}
