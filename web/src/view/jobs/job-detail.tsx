import {useSignal} from '@preact/signals';
import type {ComponentChildren} from 'preact';
import type {Job, Straggler, StragglersAnswer} from '../../../../src/shared/answers.ts';
import {useApp} from '../../app.ts';
import {bitRate, cycle, grouped, percent, plural, plusMinus, short, THIN, UNKNOWN} from '../../format.ts';
import {MOST_LINKS} from '../../url.ts';
import {timeOf} from '../health/events-panel.tsx';
import {LevelSign} from '../health/level.tsx';
import {Listing} from '../listing.tsx';
import {HostName, LinkName} from '../names.tsx';
import {PageLink} from '../page-link.tsx';
import {JobName, nameOf} from './job-name.tsx';
import {StepsCard} from './steps-card.tsx';
import {StragglersPanel} from './stragglers-panel.tsx';

const collator = new Intl.Collator('en', {numeric: true});

/** Hosts at first, and so many more at a time. */
const PAGE = 32;

interface JobDetailProps {
  /** Seconds that its rates are taken over; null before they are known. */
  window: number | null;
  job: Job;
  jobs: readonly Job[];
  stragglers: StragglersAnswer | null;
}

/** One job: figures, step times, who is out of step, hosts with their links. */
export function JobDetail({job, jobs, stragglers, window}: JobDetailProps) {
  void useApp().page.tick.value;
  return (
    <>
      <p class="crumbs">
        <PageLink to={{place: 'jobs', job: ''}}>All jobs</PageLink>
      </p>
      <JobName job={job} />
      <Facts job={job} jobs={jobs} window={window} />
      <StepsCard job={job} />
      <div class="listings">
        {stragglers !== null && <StragglersPanel answer={stragglers} jobs={jobs} job={job.id} />}
        <Hosts job={job} stragglers={stragglers?.stragglers ?? []} />
      </div>
    </>
  );
}

function Facts({job, jobs, window}: Omit<JobDetailProps, 'stragglers'>) {
  const {hosts, links, roce, period, congestion, pattern, overlaps} = job;
  const over = window === null ? '' : ` · mean of ${Math.round(window)}${THIN}s`;
  const others = overlaps.map((id) => jobs.find((one) => one.id === id) ?? {id, name: null});
  const ceError = plusMinus(congestion.ceShare ?? Number.NaN, congestion.ceShareLow, congestion.ceShareHigh);
  return (
    <dl class="figures job-facts" data-testid="job-facts">
      <Fact label="RoCEv2 sent" value={short(roce.bitsPerSecond)} unit="bit/s">
        ± {bitRate(plusMinus(roce.bitsPerSecond, roce.low, roce.high), 2)}
        {over}
      </Fact>
      <Fact
        label="Period"
        value={period === null ? UNKNOWN : cycle(period.periodMs)[0]}
        unit={period === null ? '' : cycle(period.periodMs)[1]}
      >
        {period === null ? (
          'none found: steady, too slow or too few samples'
        ) : (
          <>
            {percent(period.confidence)}
            {THIN}% sure · {percent(period.duty)}
            {THIN}% exchange
          </>
        )}
      </Fact>
      <Fact label="Hosts" value={grouped(hosts.length)}>
        on {plural(links.length, 'link')} ·{' '}
        <PageLink to={{place: 'fabric', links: links.slice(0, MOST_LINKS), pins: []}}>lanes</PageLink> ·{' '}
        <PageLink to={{place: 'heatmap', sort: 'job'}}>map</PageLink>
      </Fact>
      <Fact label="Pattern" value={pattern?.kind ?? UNKNOWN}>
        {pattern === null ? (
          'too few samples between its hosts'
        ) : (
          <span
            title={pattern.why}
          >{`${percent(pattern.confidence)}${THIN}% sure${pattern.degree === null ? '' : `, ${short(pattern.degree, 2)} partners a host`}`}</span>
        )}
      </Fact>
      <Fact label="CE-marked" value={percent(congestion.ceShare)} unit={congestion.ceShare === null ? '' : '%'}>
        {Number.isNaN(ceError) ? '' : `± ${percent(ceError)}${THIN}% · `}
        {short(congestion.cnpPerSecond ?? Number.NaN)} CNP/s{over}
      </Fact>
      <Fact label={job.until === null ? 'Since' : 'Ended'} value={timeOf(job.until ?? job.since)}>
        <span title={job.why}>
          {job.probable ? 'probable: groups that keep step' : 'its hosts talk to each other'}
          {others.length > 0 && ` · shares hosts with ${others.map(nameOf).join(', ')}`}
        </span>
      </Fact>
    </dl>
  );
}

function Fact({
  label,
  value,
  unit,
  children,
}: {
  label: string;
  value: string;
  unit?: string;
  children: ComponentChildren;
}) {
  return (
    <div class="figure">
      <dt>{label}</dt>
      <dd>
        <span class="number">{value}</span>
        {unit !== undefined && unit !== '' && <span class="unit"> {unit}</span>}
        <span class="note">{children}</span>
      </dd>
    </div>
  );
}

function Hosts({job, stragglers}: {job: Job; stragglers: readonly Straggler[]}) {
  const shown = useSignal(PAGE);
  const trouble = new Map(stragglers.map((straggler) => [straggler.host, straggler]));
  const hosts = [...job.hosts].sort(
    (a, b) => Number(trouble.has(b.address)) - Number(trouble.has(a.address)) || collator.compare(a.address, b.address),
  );
  return (
    <Listing
      id="hosts"
      title="Hosts"
      what={plural(job.hosts.length, 'host')}
      columns={[
        {
          heading: 'Host',
          cell: ({address, name}) => <HostName address={address} name={name} />,
          value: ({address}) => address,
        },
        {
          heading: 'Link',
          cell: ({link}) => (link === null ? 'not seen at an edge port' : <LinkName id={link} />),
          value: ({link}) => link,
        },
        {
          heading: 'State',
          cell: ({address}) => {
            const straggler = trouble.get(address);
            if (straggler === undefined) return <span class="of">{job.period === null ? UNKNOWN : 'in step'}</span>;
            return (
              <span class="warning">
                <LevelSign level="warning" /> {straggler.text}
              </span>
            );
          },
          value: ({address}) => trouble.get(address)?.text ?? (job.period === null ? null : 'in step'),
        },
      ]}
      rows={hosts.slice(0, shown.value)}
      keyOf={({address}) => address}
      empty="None."
      queries={() => [
        {what: 'The job with all its hosts', path: `/api/v1/jobs/${encodeURIComponent(job.id)}`, promql: null},
      ]}
    >
      {hosts.length > shown.value && (
        <button type="button" class="button more" onClick={() => (shown.value += PAGE)}>
          Show {grouped(Math.min(PAGE, hosts.length - shown.value))} more of {grouped(hosts.length)}
        </button>
      )}
    </Listing>
  );
}
