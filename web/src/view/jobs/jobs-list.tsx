import type {Job, JobsAnswer, Straggler} from '../../../../src/shared/answers.ts';
import {useApp} from '../../app.ts';
import {bitRate, cycle, grouped, percent, plural, plusMinus, short, THIN, UNKNOWN} from '../../format.ts';
import {timeOf} from '../health/events-panel.tsx';
import {WarnIcon} from '../icons.tsx';
import {type Column, Listing} from '../listing.tsx';
import {PageLink} from '../page-link.tsx';
import {nameOf} from './job-name.tsx';

const share = (value: number | null): string => (value === null ? UNKNOWN : `${percent(value)}${THIN}%`);

const COLUMNS: readonly Column<Job>[] = [
  {
    heading: 'Job',
    cell: (job) => (
      <>
        <PageLink to={{place: 'jobs', job: job.id}} testId="job-link">
          {nameOf(job)}
        </PageLink>
        {job.until !== null && <span class="of"> ended {timeOf(job.until)}</span>}
        {job.probable && job.until === null && (
          <span class="of" title={job.why}>
            {' '}
            probable
          </span>
        )}
      </>
    ),
    value: nameOf,
  },
  {heading: 'Hosts', isFigure: true, cell: ({hosts}) => grouped(hosts.length), value: ({hosts}) => hosts.length},
  {
    heading: 'Rate',
    fileHeading: 'traffic bit/s',
    isFigure: true,
    cell: ({roce}) => (
      <>
        {bitRate(roce.bitsPerSecond)}{' '}
        <span class="of">± {short(plusMinus(roce.bitsPerSecond, roce.low, roce.high), 2)}</span>
      </>
    ),
    value: ({roce}) => roce.bitsPerSecond,
  },
  {
    heading: 'Period',
    fileHeading: 'period ms',
    isFigure: true,
    cell: ({period}) =>
      period === null ? (
        UNKNOWN
      ) : (
        <>
          {cycle(period.periodMs).join(THIN)} <span class="of">{share(period.confidence)} sure</span>
        </>
      ),
    value: ({period}) => period?.periodMs ?? null,
  },
  {
    heading: 'Pattern',
    cell: ({pattern}) =>
      pattern === null ? (
        UNKNOWN
      ) : (
        <span title={pattern.why}>
          {pattern.kind} <span class="of">{share(pattern.confidence)} sure</span>
        </span>
      ),
    value: ({pattern}) => pattern?.kind ?? null,
  },
  {
    heading: 'CE-marked',
    fileHeading: 'CE share',
    isFigure: true,
    cell: ({congestion}) => share(congestion.ceShare),
    value: ({congestion}) => congestion.ceShare,
  },
  {
    heading: 'Traffic since',
    isFigure: true,
    cell: ({since}) => timeOf(since),
    value: ({since}) => new Date(since).toISOString(),
  },
];

/** "Jobs": groups of hosts that work together, most traffic first. */
export function JobsList({answer, stragglers}: {answer: JobsAnswer; stragglers: readonly Straggler[] | null}) {
  void useApp().page.tick.value;
  const {jobs, services, small} = answer;
  const late = (job: Job): number => (stragglers ?? []).filter((one) => one.job === job.id).length;
  const outOfStep: Column<Job> = {
    heading: 'Out of step',
    isFigure: true,
    cell: (job) =>
      stragglers === null ? (
        UNKNOWN
      ) : late(job) === 0 ? (
        'none'
      ) : (
        <span class="warning">
          <WarnIcon /> {late(job)}
        </span>
      ),
    value: (job) => (stragglers === null ? null : late(job)),
  };
  return (
    <Listing
      id="jobs"
      title="Jobs"
      what={`found from who sends RoCEv2 to whom${answer.window === null ? '' : `, last ${Math.round(answer.window)} s`}`}
      columns={[...COLUMNS, outOfStep]}
      rows={jobs}
      keyOf={({id}) => id}
      empty="No job found: it takes some seconds of RoCEv2 between at least four hosts. Storage and stray traffic make none."
      queries={() => [
        {what: 'All jobs with hosts, links, traffic, period and pattern', path: '/api/v1/jobs', promql: null},
      ]}
    >
      {services.length > 0 && (
        <p class="rest">
          Services that many talk to:{' '}
          {services
            .slice(0, 6)
            .map(
              ({address, name, partners, bitsPerSecond}) =>
                `${name ?? address} (${plural(partners, 'host')}, ${bitRate(bitsPerSecond)})`,
            )
            .join(', ')}
          {services.length > 6 && ` and ${services.length - 6} more`}.
        </p>
      )}
      {small.length > 0 && (
        <p class="rest">
          Too small for a job: {plural(small.length, 'group')} with{' '}
          {bitRate(small.reduce((sum, group) => sum + group.bitsPerSecond, 0))} together.
        </p>
      )}
    </Listing>
  );
}
