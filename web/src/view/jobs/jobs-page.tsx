import type {JobsAnswer, StragglersAnswer} from '../../../../src/shared/answers.ts';
import {useApp} from '../../app.ts';
import {useAnswer} from '../../rest/asking.ts';
import {Notices} from '../notices.tsx';
import {PageLink} from '../page-link.tsx';
import {Problems} from '../problems.tsx';
import {JobDetail} from './job-detail.tsx';
import {nameOf} from './job-name.tsx';
import {JobsList} from './jobs-list.tsx';
import {StepsCard} from './steps-card.tsx';
import {StragglersPanel} from './stragglers-panel.tsx';

/** Jobs whose steps stand below the list; of the others a click away. */
const MOST_STEPS = 2;

/** "Jobs": who works together and who holds them up, or one job with its steps and hosts. */
export function JobsPage() {
  const {page, connection} = useApp();
  const id = page.job.value;
  const jobs = useAnswer<JobsAnswer>('/api/v1/jobs', 2_000);
  const stragglers = useAnswer<StragglersAnswer>(
    `/api/v1/stragglers${id === '' ? '' : `?job=${encodeURIComponent(id)}`}`,
    2_000,
  );
  const answer = jobs.value.value;
  const late = stragglers.value.value;
  const job = answer?.jobs.find((one) => one.id === id);
  return (
    <main class={`page ${connection.status.value === 'lost' ? 'stale' : ''}`} data-testid="jobs">
      {id === '' && <h1 class="sr-only">Jobs</h1>}
      <div class="top">
        <Notices />
        <Problems of={[jobs, stragglers]} />
      </div>
      {answer === null ? (
        jobs.problem.value === null && <p class="quiet">Asking the server…</p>
      ) : id === '' ? (
        <>
          <JobsList answer={answer} stragglers={late?.stragglers ?? null} />
          {late !== null && <StragglersPanel answer={late} jobs={answer.jobs} job="" />}
          {answer.jobs
            .filter(({steps, until}) => steps !== null && until === null)
            .slice(0, MOST_STEPS)
            .map((one) => (
              <StepsCard key={one.id} job={one} title={`Step time of ${nameOf(one)}`} testId={`steps-${one.id}`} />
            ))}
        </>
      ) : job === undefined ? (
        <p class="empty" data-testid="no-job">
          There is no job {id}: it has ended, or the server was started anew.{' '}
          <PageLink to={{place: 'jobs', job: ''}}>All jobs</PageLink>
        </p>
      ) : (
        <JobDetail key={job.id} job={job} jobs={answer.jobs} stragglers={late} window={answer.window} />
      )}
    </main>
  );
}
