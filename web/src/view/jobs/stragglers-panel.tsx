import type {Job, Straggler, StragglersAnswer} from '../../../../src/shared/answers.ts';
import {useApp} from '../../app.ts';
import {percent, plural, THIN} from '../../format.ts';
import {timeOf} from '../health/events-panel.tsx';
import {LevelSign} from '../health/level.tsx';
import {type Column, Listing} from '../listing.tsx';
import {HostName, LinkName} from '../names.tsx';
import {PageLink} from '../page-link.tsx';
import {nameOf} from './job-name.tsx';

const KINDS: Readonly<Record<Straggler['kind'], string>> = {
  late: 'begins late',
  slow: 'is slow',
  'finishes-late': 'finishes late',
  'agent-late': 'whole switch late',
};

interface StragglersPanelProps {
  answer: StragglersAnswer;
  jobs: readonly Job[];
  /** Id of the job that it is about, empty for all. */
  job: string;
}

/** "Stragglers": hosts that hold up their job, the surest first; how long it takes to be sure where there are none. */
export function StragglersPanel({answer, jobs, job}: StragglersPanelProps) {
  void useApp().page.tick.value;
  const called = new Map(jobs.map((one) => [one.id, nameOf(one)]));
  const columns: Column<Straggler>[] = [
    {
      heading: 'Host',
      cell: ({host, name, certainty}) => (
        <>
          <LevelSign level={certainty === 'named' ? 'warning' : 'info'} /> <HostName address={host} name={name} />
        </>
      ),
      value: ({host}) => host,
    },
    {heading: 'Link', cell: ({link}) => (link === null ? '' : <LinkName id={link} />), value: ({link}) => link},
    {
      heading: 'What',
      cell: ({kind, certainty}) => (
        <>
          {KINDS[kind]}
          {certainty === 'suspected' && <span class="of"> suspected</span>}
        </>
      ),
      value: ({kind}) => kind,
    },
    {
      heading: 'By',
      fileHeading: 'effect ms',
      isFigure: true,
      cell: ({effectMs, shareOfPeriod, certainty}) => (
        <span class={certainty === 'named' ? 'warning' : ''}>
          {effectMs.toFixed(0)}
          {THIN}ms, {percent(shareOfPeriod)}
          {THIN}% of a cycle
        </span>
      ),
      value: ({effectMs}) => effectMs,
    },
    {
      heading: '95 % interval',
      fileHeading: 'low ms',
      isFigure: true,
      cell: ({effectLowMs, effectHighMs}) => `${effectLowMs.toFixed(0)} to ${effectHighMs.toFixed(0)}${THIN}ms`,
      value: ({effectLowMs}) => effectLowMs,
    },
    {
      heading: 'How sure',
      fileHeading: 'deviations',
      isFigure: true,
      cell: ({z, cycles}) => (
        <>
          {z.toFixed(1)}
          {THIN}σ <span class="of">over {cycles} cycles</span>
        </>
      ),
      value: ({z}) => z,
    },
    {
      heading: 'First seen',
      isFigure: true,
      cell: ({since}) => timeOf(since),
      value: ({since}) => new Date(since).toISOString(),
    },
  ];
  if (job === '') {
    columns.push({
      heading: 'Job',
      cell: (straggler) => (
        <PageLink to={{place: 'jobs', job: straggler.job}}>{called.get(straggler.job) ?? straggler.job}</PageLink>
      ),
      value: (straggler) => straggler.job,
    });
  }
  return (
    <Listing
      id="stragglers"
      title="Out of step"
      what="hosts late or slow against the others of their job"
      columns={columns}
      rows={answer.stragglers}
      keyOf={(straggler) => `${straggler.job} ${straggler.host} ${straggler.kind}`}
      empty={emptyText(jobs)}
      queries={() => [
        {
          what: 'Hosts that are late or slow, the surest first',
          path: `/api/v1/stragglers${job === '' ? '' : `?job=${encodeURIComponent(job)}`}`,
          promql: null,
        },
      ]}
    >
      {answer.waits.map((wait) => (
        <p key={wait.job} class="rest" data-testid="straggler-wait">
          {called.get(wait.job) ?? wait.job}:{' '}
          {wait.cycles === null || wait.seconds === null
            ? wait.why
            : `a host late by 5${THIN}% of a cycle is named within ${plural(wait.cycles, 'cycle')}, ${plural(Math.ceil(wait.seconds), 'second')}.`}
        </p>
      ))}
    </Listing>
  );
}

/** Why nobody is named. */
function emptyText(jobs: readonly Job[]): string {
  if (jobs.length === 0) return 'No job, so nobody who could be out of step.';
  if (jobs.every(({period}) => period === null))
    return 'Not known: no job has a cycle that is known, so none can be late.';
  return 'Nobody: all hosts keep step within what sampling can tell.';
}
