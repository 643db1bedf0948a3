import type {CountersAnswer} from '../../../../src/shared/answers.ts';
import {bySource, type CounterSource, counterText, metricOf} from '../../counters.ts';
import {duration, plural, short, UNKNOWN} from '../../format.ts';
import {WarnIcon} from '../icons.tsx';
import {type Column, Listing} from '../listing.tsx';
import {LinkName} from '../names.tsx';

/** What the panel asks for. */
export const PAUSES_PATH =
  '/api/v1/counters?metric=pfc-pause,pfc-requests,pfc-indications,pfc-storms-detected,port-buffer-out&top=20000';

/** Links shown. */
const MOST = 12;

const figure = (source: CounterSource, metric: string): string => {
  const value = metricOf(source, metric);
  return value === null ? UNKNOWN : short(value);
};

const COLUMNS: readonly Column<CounterSource>[] = [
  {
    heading: 'Link',
    cell: ({link, key}) => (link === null ? key : <LinkName id={link} />),
    value: ({key}) => key,
  },
  {
    heading: 'Paused',
    fileHeading: 'share of time paused, priorities added up',
    isFigure: true,
    cell: (source) => {
      const value = metricOf(source, 'pfc-pause');
      const text = counterText(value, 'ratio');
      return value !== null && value > 0 ? <span class="warning">{text}</span> : text;
    },
    value: (source) => metricOf(source, 'pfc-pause'),
  },
  ...(['requests', 'indications'] as const).map(
    (name): Column<CounterSource> => ({
      heading: `${name[0]!.toUpperCase()}${name.slice(1)}/s`,
      isFigure: true,
      cell: (source) => figure(source, `pfc-${name}`),
      value: (source) => metricOf(source, `pfc-${name}`),
    }),
  ),
  {
    heading: 'Storms/s',
    isFigure: true,
    cell: (source) => {
      const value = metricOf(source, 'pfc-storms-detected');
      if (value === null || value === 0) return figure(source, 'pfc-storms-detected');
      return (
        <span class="warning">
          <WarnIcon /> {short(value)}
        </span>
      );
    },
    value: (source) => metricOf(source, 'pfc-storms-detected'),
  },
  {
    heading: 'Buffer peak',
    fileHeading: 'peak share of the egress buffer',
    isFigure: true,
    cell: (source) => counterText(metricOf(source, 'port-buffer-out'), 'ratio'),
    value: (source) => metricOf(source, 'port-buffer-out'),
  },
];

/** "Pauses": how long links were held still by priority flow control, longest first, and storms of such frames. */
export function PausesPanel({answer}: {answer: CountersAnswer}) {
  const sources = bySource(answer.counters).sort(
    (a, b) =>
      (metricOf(b, 'pfc-storms-detected') ?? 0) - (metricOf(a, 'pfc-storms-detected') ?? 0) ||
      (metricOf(b, 'pfc-pause') ?? 0) - (metricOf(a, 'pfc-pause') ?? 0) ||
      (metricOf(b, 'port-buffer-out') ?? 0) - (metricOf(a, 'port-buffer-out') ?? 0),
  );
  const oldest = Math.min(...sources.slice(0, MOST).map(({time}) => time));
  return (
    <Listing
      id="pauses"
      title="Pauses"
      what="priority flow control, by the ports' own counters"
      columns={COLUMNS}
      rows={sources.slice(0, MOST)}
      keyOf={({key}) => key}
      empty="No switch tells of pauses or buffers. It takes the sFlow counter structures for priority flow control (0:11) or port buffers (4413:2)."
      queries={() => [
        {
          what: 'Pauses, storms and buffers of all ports, the last values of their counters',
          path: PAUSES_PATH,
          promql: null,
        },
      ]}
    >
      {sources.length > 0 && (
        <p class="rest">
          {sources.length > MOST && `and ${plural(sources.length - MOST, 'other link')}, paused for less. `}
          Counters of up to {duration(answer.finalBefore - oldest)} ago. Eight priorities may be paused at once:
          together they count up to 800 %.
        </p>
      )}
    </Listing>
  );
}
