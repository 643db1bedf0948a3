import type {
  CongestionAnswer,
  DropsAnswer,
  ImbalanceAnswer,
  Job,
  JobsAnswer,
  StragglersAnswer,
} from '../../../src/shared/answers.ts';
import {useApp} from '../app.ts';
import {type Attention, attentionsOf, byWeight, type Findings, mostTelling} from '../attention.ts';
import {bitRate, cycle, percent, plural, THIN} from '../format.ts';
import {disturbedAt} from '../late.ts';
import {useAnswer} from '../rest/asking.ts';
import {RECENT_MS, type Warnings, warningsOf} from '../warnings.ts';
import {timeOf} from './health/events-panel.tsx';
import {LevelSign} from './health/level.tsx';
import {nameOf} from './jobs/job-name.tsx';
import {LinkName} from './names.tsx';
import {PageLink} from './page-link.tsx';

/** Lines shown; the others are counted, and stand on their pages. */
const MOST = 5;

/** Jobs shown. */
const MOST_JOBS = 3;

/** "What needs a look": what stands out now and how sure that is, and the jobs that run, each a link to its page. */
export function AttentionPanel() {
  const {page, store} = useApp();
  void page.tick.value;
  const stragglers = useAnswer<StragglersAnswer>('/api/v1/stragglers', 2_000);
  const congestion = useAnswer<CongestionAnswer>('/api/v1/congestion?top=1', 2_000);
  const drops = useAnswer<DropsAnswer>('/api/v1/drops?top=10', 4_000);
  const imbalance = useAnswer<ImbalanceAnswer>('/api/v1/imbalance', 4_000);
  const jobs = useAnswer<JobsAnswer>('/api/v1/jobs', 5_000);
  const findings: Findings = {
    stragglers: stragglers.value.value,
    congestion: congestion.value.value,
    drops: drops.value.value,
    imbalance: imbalance.value.value,
  };
  const isAsked = Object.values(findings).every((answer) => answer !== null);
  const byId = store.linkById.value;
  const found = attentionsOf(findings, (link) => byId.get(link)?.name ?? link);
  const known = jobs.value.value?.jobs ?? [];
  const silent = (store.summary.value?.agentsMissing.length ?? 0) > 0 ? ['silent'] : [];
  const told = [...silent, ...found.map(({key}) => key)];
  const events = store.events.value;
  const warnings = warningsOf(events, told, known, store.newestBin * 100, (time) =>
    disturbedAt(time, store.total.all, store.capacity.value, events),
  );
  const all = byWeight([...found, ...warnings.attentions]);
  const running = known.filter(({until}) => until === null);
  const window = jobs.value.value?.window ?? null;
  return (
    <section class="panel attention" aria-labelledby="attention-title" data-testid="panel-attention">
      <h2 id="attention-title">What needs a look</h2>
      {all.length === 0 ? (
        <p class="calm" data-testid="attention-none">
          {isAsked ? (
            <>
              <LevelSign level="ok" /> {calmText(running)}
              {isAsked && <Over over={warnings.over} />}
            </>
          ) : (
            'Asking the server…'
          )}
        </p>
      ) : (
        <ul class="lines">
          {mostTelling(all, MOST).map((attention) => (
            <Line key={attention.key} attention={attention} />
          ))}
          {all.length > MOST && (
            <li class="rest" data-testid="attention-rest">
              and {all.length - MOST} more
            </li>
          )}
          {warnings.over !== null && (
            <li class="rest">
              <Over over={warnings.over} />
            </li>
          )}
        </ul>
      )}
      <p class="jobs" data-testid="attention-jobs">
        {running.slice(0, MOST_JOBS).map((job) => (
          <JobChip key={job.id} job={job} window={window} />
        ))}
        {running.length > MOST_JOBS && (
          <PageLink to={{place: 'jobs', job: ''}}>{plural(running.length - MOST_JOBS, 'other job')}</PageLink>
        )}
        {running.length === 0 && jobs.value.value !== null && (
          <span class="of">{known.length > 0 ? 'No job runs now.' : 'No job found yet.'}</span>
        )}
      </p>
    </section>
  );
}

/** Warnings of the last minutes that are over: the line of events may still show them. */
function Over({over}: {over: Warnings['over']}) {
  if (over === null) return null;
  return (
    <span data-testid="attention-over">
      {' '}
      {plural(over.count, 'warning')} of the last {RECENT_MS / 60_000} min {over.count === 1 ? 'is' : 'are'} over, the
      newest of {timeOf(over.newest)}.
    </span>
  );
}

function Line({attention: {isSure, what, host, link, howMuch, howSure, to, page}}: {attention: Attention}) {
  return (
    <li data-testid="attention" class={howMuch === '' ? 'told' : ''}>
      <LevelSign level={isSure ? 'warning' : 'info'} />
      <span class="who">
        {host !== null && <strong>{host}</strong>}
        {host !== null && link !== null && ' at '}
        {link !== null && <LinkName id={link} />} <span class={isSure ? 'warning' : ''}>{what}</span>
      </span>
      {howMuch !== '' && <span class="much">{howMuch}</span>}
      <span class="sure">{howSure}</span>
      <PageLink to={to}>{page}</PageLink>
    </li>
  );
}

/** A job in a few words. */
function JobChip({job, window}: {job: Job; window: number | null}) {
  const {id, hosts, roce, period, pattern} = job;
  return (
    <span class="job-chip">
      <PageLink to={{place: 'jobs', job: id}} testId="attention-job">
        {nameOf(job)}
      </PageLink>{' '}
      <span class="of">
        {plural(hosts.length, 'host')} · {bitRate(roce.bitsPerSecond)}
        {window !== null && `, mean of ${Math.round(window)}${THIN}s`}
        {period !== null && ` · cycle ${cycle(period.periodMs).join(THIN)}, ${percent(period.confidence)}${THIN}% sure`}
        {pattern !== null && pattern.kind !== 'unknown' && ` · ${pattern.kind}`}
      </span>
    </span>
  );
}

/** What is said where nothing stands out: only what is known. */
function calmText(running: readonly Job[]): string {
  const calm = 'no drops, no incast, no links that share badly';
  if (running.some(({period}) => period !== null)) return `Nothing: no host out of step, ${calm}.`;
  const why = running.length === 0 ? 'no job is known' : 'no job has a cycle that is known';
  return `Nothing: ${calm}. Whether hosts keep step cannot be told: ${why}.`;
}
