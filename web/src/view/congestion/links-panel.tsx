import type {CongestionAnswer, DropsAnswer, ImbalanceAnswer} from '../../../../src/shared/answers.ts';
import {useApp} from '../../app.ts';
import {percent, plusMinus, short, THIN, UNKNOWN} from '../../format.ts';
import {WarnIcon} from '../icons.tsx';
import {type Column, Listing} from '../listing.tsx';
import {LinkName} from '../names.tsx';

/** What the two counts of dropped packets are, said where both are shown. */
const TWO_COUNTS =
  'Two counts of dropped packets, which never agree: notifications come at once and name packet, flow and reason, but ' +
  'switches limit how many they send, so that they are the least that was lost; interface counters hold every discard, ' +
  'without saying of whom, as a mean of the time between two of them, mostly 20 to 30 s.';

/** Links shown. */
const MOST = 15;

/** One direction of a link that marks, or loses packets. */
interface Row {
  id: string;
  /** Of all its figures; null of packets dropped of which it is not told where they were to leave, or came in. */
  direction: 'in' | 'out' | null;
  marks: CongestionAnswer['links'][number] | null;
  /** Packets a second that the interface's counters say it discarded this way; null where they are not known. */
  discards: number | null;
  /** Packets dropped this way that switches notified, in the window of notifications. */
  dropped: number;
  /** Part of its speed that it carries; null where that is not known. */
  load: number | null;
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
    cell: ({id}) => <LinkName id={id} />,
    value: ({id}) => id,
  },
  {
    heading: 'Direction',
    cell: ({direction}) => (direction === null ? UNKNOWN : direction === 'in' ? 'received' : 'sent'),
    value: ({direction}) => direction,
  },
  {
    heading: 'Notified',
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
    fileHeading: 'CNP/s the other way',
    isFigure: true,
    cell: ({marks}) => (marks === null ? UNKNOWN : short(marks.cnpPerSecond)),
    value: ({marks}) => marks?.cnpPerSecond ?? null,
  },
  {
    heading: 'Load',
    isFigure: true,
    cell: ({load}) => share(load),
    value: ({load}) => load,
    fileHeading: 'load share',
  },
];

/** "Congested links": those that lose packets first, then by the share of their frames that is marked. */
export function CongestedPanel({
  answer,
  drops,
  imbalance,
}: {
  answer: CongestionAnswer;
  drops: DropsAnswer | null;
  imbalance: ImbalanceAnswer | null;
}) {
  const byId = useApp().store.linkById.value;
  const sent = imbalance === null ? undefined : sentLoads(imbalance, (id) => byId.get(id)?.speed ?? null);
  const rows = rowsOf(answer, drops, sent).slice(0, MOST);
  return (
    <Listing
      id="congested"
      title="Congested links"
      what={`each direction by itself: losses, then marks over ${answer.window}${THIN}s`}
      columns={COLUMNS}
      rows={rows}
      keyOf={({id, direction}) => `${id} ${direction}`}
      empty="No link shows marks, notifications, drops or discards. Marks need ECN on the switches' queues."
      queries={() => [
        {what: 'Links by the share of marked frames', path: `/api/v1/congestion?top=${MOST}`, promql: null},
        {what: 'Links by what their counters say they discard', path: '/api/v1/congestion?by=discards', promql: null},
        {what: 'Links that notified of drops, by reason', path: '/api/v1/drops', promql: null},
      ]}
    >
      {rows.some(({dropped, discards}) => dropped > 0 || (discards ?? 0) > 0) && <p class="rest">{TWO_COUNTS}</p>}
    </Listing>
  );
}

/** Parts of their speed that parallel links send, by id: of links that mark nothing, no other answer tells it. */
export function sentLoads(
  {groups}: {groups: readonly {links: readonly {id: string; bitsPerSecond: number}[]}[]},
  speedOf: (id: string) => number | null,
): Map<string, number> {
  const loads = new Map<string, number>();
  for (const {links} of groups) {
    for (const {id, bitsPerSecond} of links) {
      const speed = speedOf(id);
      if (speed !== null && speed > 0) loads.set(id, bitsPerSecond / speed);
    }
  }
  return loads;
}

/** What is known of each direction of each link, worst first; `sent` holds loads of links that may not be among them. */
export function rowsOf(
  {links}: Pick<CongestionAnswer, 'links'>,
  drops: Pick<DropsAnswer, 'flows' | 'reasons' | 'discards'> | null,
  sent: ReadonlyMap<string, number> = new Map(),
): Row[] {
  const rows = new Map<string, Row>();
  const row = (id: string, direction: Row['direction']): Row => {
    const key = `${id} ${direction}`;
    const known = rows.get(key) ?? {id, direction, marks: null, discards: null, dropped: 0, load: null};
    rows.set(key, known);
    return known;
  };
  for (const marks of links) {
    const known = row(marks.id, marks.direction);
    known.marks = marks;
    // Of both directions together: what it is of this one is known where it is none.
    if (marks.discards?.perSecond === 0) known.discards = 0;
  }
  for (const {link, inDiscardsPerSecond, outDiscardsPerSecond} of drops?.discards ?? []) {
    const ways = {in: inDiscardsPerSecond, out: outDiscardsPerSecond} as const;
    for (const way of ['in', 'out'] as const) if ((ways[way] ?? 0) > 0) row(link, way).discards = ways[way];
    for (const way of ['in', 'out'] as const) {
      const known = rows.get(`${link} ${way}`);
      if (known !== undefined) known.discards = ways[way];
    }
  }
  for (const [id, dropped] of droppedAt(drops)) row(id, wayOf(id, drops)).dropped = dropped;
  for (const one of rows.values()) {
    one.load = one.marks?.utilisation ?? (one.direction === 'out' ? (sent.get(one.id) ?? null) : null);
  }
  return [...rows.values()].sort(
    (a, b) =>
      b.dropped - a.dropped ||
      (b.discards ?? 0) - (a.discards ?? 0) ||
      (b.marks?.ceShareLow ?? 0) - (a.marks?.ceShareLow ?? 0),
  );
}

/** Notifications by link, for all reasons. */
function droppedAt(drops: Pick<DropsAnswer, 'reasons'> | null): Map<string, number> {
  const dropped = new Map<string, number>();
  for (const {links: places} of drops?.reasons ?? []) {
    for (const {link, samples} of places) if (link !== null) dropped.set(link, (dropped.get(link) ?? 0) + samples);
  }
  return dropped;
}

/** Which way packets went that a link dropped: its flows tell, where they agree. */
function wayOf(id: string, drops: Pick<DropsAnswer, 'flows'> | null): Row['direction'] {
  const ways = new Set<Row['direction']>();
  for (const {link, output} of drops?.flows ?? []) if (link === id) ways.add(output === id ? 'out' : 'in');
  return ways.size === 1 ? [...ways][0]! : null;
}
