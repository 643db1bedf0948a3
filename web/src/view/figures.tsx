import type {ComponentChildren} from 'preact';
import {useMemo} from 'preact/hooks';
import type {AiValues, PeriodsAnswer} from '../../../src/shared/answers.ts';
import type {Estimate, SummaryTopic} from '../../../src/shared/live.ts';
import {useApp} from '../app.ts';
import {
  cycle,
  duration,
  errorDigits,
  grouped,
  HeldPrefix,
  percent,
  plural,
  plusMinus,
  prefixOf,
  scaled,
  short,
  THIN,
  UNKNOWN,
  unitOf,
} from '../format.ts';
import {AI_METRICS} from '../metrics/model.ts';
import {useAnswer} from '../rest/asking.ts';
import {WarnIcon} from './icons.tsx';

interface FigureProps {
  label: string;
  value: string;
  unit?: string;
  note?: ComponentChildren;
  testId: string;
  class?: string;
}

function Figure(props: FigureProps) {
  return (
    <div class={`figure ${props.class ?? ''}`} data-testid={props.testId}>
      <dt>{props.label}</dt>
      <dd>
        <span class="number">{props.value}</span>
        {props.unit !== undefined && <span class="unit"> {props.unit}</span>}
        {props.note !== undefined && <span class="note">{props.note}</span>}
      </dd>
    </div>
  );
}

/** The line of figures on top. Quiet as long as all is well. */
export function Figures() {
  const {store, page} = useApp();
  void page.tick.value;
  const held = useMemo(() => ({roce: new HeldPrefix(), all: new HeldPrefix(), samples: new HeldPrefix()}), []);
  const summary = store.summary.value;
  if (summary === null) return null;
  const noRoce = store.measure.value === 'all';
  return (
    <dl class="figures" data-testid="figures">
      {noRoce ? (
        <Rate class="main" label="All traffic" estimate={summary.all} held={held.all} testId="figure-fabric">
          no RoCEv2 among it
        </Rate>
      ) : (
        <Rate
          class="main"
          label={`Fabric RoCEv2, entering at ${plural(summary.edgeLinks, 'edge link')}`}
          estimate={summary.roce}
          held={held.roce}
          testId="figure-fabric"
          unknownShare={summary.unknownShare}
        >
          {share(summary)} of all traffic
        </Rate>
      )}
      {!noRoce && <PeriodFigure />}
      <Figure
        label="CE-marked"
        value={percent(summary.ceShare)}
        {...(summary.ceShare === null ? {} : {unit: '%'})}
        note={summary.cnpPerSecond === null ? 'no RoCEv2 seen' : `${short(summary.cnpPerSecond)} CNP/s, ${WINDOW}`}
        testId="figure-ce"
      />
      <Links summary={summary} />
      <Samples summary={summary} held={held.samples} />
      <Dropped />
    </dl>
  );
}

/** What the traffic's figures are means of, as the server takes them. */
const WINDOW = `mean of 2${THIN}s`;

/** A span that need not be exact: `98 s`, `12 min`. */
const spanText = (ms: number): string =>
  ms < 120_000 ? `${Math.round(ms / 1_000)}${THIN}s` : `${Math.round(ms / 60_000)}${THIN}min`;

/** The cycle of compute and exchange: the strongest, with its jitter and how sure it is; others are named. */
function PeriodFigure() {
  const {value} = useAnswer<PeriodsAnswer>('/api/v1/periods', 2_000);
  const answer = value.value;
  const period = answer?.periods[0];
  if (answer === null || period === undefined) {
    const seen = answer?.history ?? null;
    const note = seen === null ? 'not looked for yet' : `none in the last ${duration(seen)}`;
    return <Figure label="Period" value={UNKNOWN} note={note} testId="figure-period" />;
  }
  const others = answer.periods.slice(1, 3).map(({periodMs}) => `${cycle(periodMs).join(THIN)}`);
  return (
    <Figure
      label="Period"
      value={cycle(period.periodMs)[0]}
      unit={cycle(period.periodMs)[1]}
      note={
        <>
          ± {percent(period.jitter)}
          {THIN}% a cycle · {percent(period.confidence)}
          {THIN}% sure{answer.history !== null && ` · last ${spanText(answer.history)}`}
          {others.length > 0 && <span class="others"> · also {others.join(', ')}</span>}
        </>
      }
      testId="figure-period"
    />
  );
}

/** Less than this of the traffic is no news. */
const SHARE_TO_TELL = 0.01;

interface RateProps {
  label: string;
  estimate: Estimate;
  held: HeldPrefix;
  testId: string;
  class?: string;
  /** Share of the traffic that enters where the role is unknown, and is left out. */
  unknownShare?: number;
  children?: ComponentChildren;
}

function Rate(props: RateProps) {
  const {bitsPerSecond: value, low, high} = props.estimate;
  const prefix = props.held.of(value ?? Number.NaN);
  const error = value === null ? Number.NaN : plusMinus(value, low, high);
  const main = props.class === 'main';
  const note = (
    <>
      <span class="error">
        ± {errorDigits(error, prefix)} {unitOf(prefix, 'bit/s')}
      </span>
      <span> · {WINDOW}</span>
      {props.children !== undefined && <span> · {props.children}</span>}
      {props.unknownShare !== undefined && props.unknownShare >= SHARE_TO_TELL && (
        <span class="warning" data-testid="unknown-roles">
          <WarnIcon /> {percent(props.unknownShare)} % of the traffic enters at links of unknown role and is left out.
        </span>
      )}
    </>
  );
  return (
    <Figure
      class={props.class ?? ''}
      label={props.label}
      value={value === null ? UNKNOWN : scaled(value, prefix, main ? 4 : 3)}
      unit={unitOf(prefix, 'bit/s')}
      note={note}
      testId={props.testId}
    />
  );
}

function share(summary: SummaryTopic): string {
  const {roce, all} = summary;
  if (roce.bitsPerSecond === null || !all.bitsPerSecond) return UNKNOWN;
  return `${percent(Math.min(1, roce.bitsPerSecond / all.bitsPerSecond))} %`;
}

function Links({summary}: {summary: SummaryTopic}) {
  const missing = summary.agentsMissing.length;
  return (
    <Figure
      label="Links"
      value={grouped(summary.links)}
      note={
        missing === 0 ? (
          `on ${plural(summary.agents, 'switch', 'switches')}`
        ) : (
          <span class="warning" title={summary.agentsMissing.join(', ')}>
            <WarnIcon /> {missing} of {plural(summary.agents, 'switch', 'switches')} silent
          </span>
        )
      }
      testId="figure-links"
    />
  );
}

/** What comes from the switches, and what of it was lost on its way here: reports, not packets of the fabric. */
function Samples({summary, held}: {summary: SummaryTopic; held: HeldPrefix}) {
  const prefix = held.of(summary.flowSamplesPerSecond);
  const {kernelDropped, ringDropped, missing, rejected} = summary.totals;
  const total = kernelDropped + ringDropped + missing + rejected;
  const parts = [
    kernelDropped > 0 ? `${grouped(kernelDropped)} kernel` : '',
    ringDropped > 0 ? `${grouped(ringDropped)} ring` : '',
    missing > 0 ? `${grouped(missing)} missing` : '',
    rejected > 0 ? `${grouped(rejected)} rejected` : '',
  ].filter((part) => part !== '');
  return (
    <Figure
      label="sFlow samples"
      value={scaled(summary.flowSamplesPerSecond, prefix)}
      unit={unitOf(prefix, '/s')}
      note={
        <>
          in {short(summary.datagramsPerSecond)} datagrams/s, mean of 5{THIN}s
          <span class="others" data-testid="figure-lost">
            {total === 0 ? (
              ' · no datagram lost on the way here'
            ) : (
              <span class="warning">
                <WarnIcon /> {plural(total, 'datagram')} lost on the way here since the start: {parts.join(' · ')}
              </span>
            )}
          </span>
        </>
      }
      testId="figure-samples"
    />
  );
}

/** Packets that the fabric's switches dropped, as their counters have it. */
function Dropped() {
  const {value} = useAnswer<AiValues>(`${AI_METRICS}/metric/json`, 2_000);
  const {discards_in: received = null, discards_out: sent = null} = value.value ?? {};
  if (received === null && sent === null) {
    return <Figure label="Packets dropped" value={UNKNOWN} note="no interface counters now" testId="figure-dropped" />;
  }
  const total = (received ?? 0) + (sent ?? 0);
  const text = 'by the fabric: counters of 20 to 30 s';
  if (total === 0) {
    return <Figure label="Packets dropped" value="0" unit="/s" note={text} testId="figure-dropped" class="quiet" />;
  }
  const note = (
    <span class="warning">
      <WarnIcon /> {text}
    </span>
  );
  const prefix = prefixOf(total);
  return (
    <Figure
      label="Packets dropped"
      value={scaled(total, prefix)}
      unit={unitOf(prefix, '/s')}
      note={note}
      testId="figure-dropped"
      class="warn"
    />
  );
}
