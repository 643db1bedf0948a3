import type {Job} from '../../src/shared/answers.ts';
import type {LiveEvent} from '../../src/shared/live.ts';
import type {Attention} from './attention.ts';
import {clock, cycle, duration, percent, plural, THIN} from './format.ts';

/** How long what happened at an instant is told as news, ms; what lasts is told until its end. */
export const RECENT_MS = 300_000;

/** What ends a warning that lasts; of one that is not here it is told that it happened. */
const ENDS: Readonly<Record<string, string>> = {
  'loss-began': 'loss-ended',
  'sampling-rate-wrong': 'sampling-rate-right',
  'threshold-crossed': 'threshold-cleared',
  'steps-slower': 'steps-faster',
  'pfc-storm': 'pfc-storm',
};

/** Events of what answers tell as it is now: what lines about it begin with. */
const ANSWERED: Readonly<Record<string, readonly string[]>> = {
  'straggler-named': ['straggler'],
  incast: ['incast'],
  'elephants-collide': ['collision'],
  'links-imbalanced': ['uneven', 'collision'],
  'drops-began': ['drop ', 'discards '],
  'agent-silent': ['silent'],
};

const OVER = {past: 'over'} as const;
const DOUBTFUL = {past: 'doubtful'} as const;

const SLOW = new Set(['step-slow', 'steps-slower']);

/** What an event is about: its end is about the same. */
const aboutOf = ({kind, agent, link, place, threshold, job}: LiveEvent): string =>
  // One source's wrong rate is told of an agent, and the end of it once all are right.
  [agent, kind.startsWith('sampling-rate') ? '' : link, place, threshold, job].join(' ').trim();

/** Warnings that events tell and answers do not, and how many of the last minutes are over. */
export interface Warnings {
  attentions: readonly Attention[];
  /** Warnings of the last minutes that no line tells, and when the newest was, epoch ms; null without any. */
  over: {count: number; newest: number} | null;
}

/**
 * What `events`, newest first, warn of at `now`, beside what `told` tells already: so that "what needs a look" never calls
 * calm what the line of events warns of. Slow steps at a time that `disturbedAt` has a word for are in doubt.
 */
export function warningsOf(
  events: readonly LiveEvent[],
  told: readonly string[],
  jobs: readonly Pick<Job, 'id' | 'name'>[],
  now: number,
  disturbedAt: (time: number) => string | null = () => null,
): Warnings {
  const ended = new Set<string>();
  const seen = new Map<string, {events: LiveEvent[]; why: string | null; past: Pick<Attention, 'past'>}>();
  let count = 0;
  let newest = 0;
  for (const event of events) {
    const {kind, level, time} = event;
    if (level === 'good') {
      for (const [begin, end] of Object.entries(ENDS)) if (end === kind) ended.add(`${begin} ${aboutOf(event)}`);
    }
    if (kind === 'job-ended') for (const slow of SLOW) ended.add(`${slow} ${aboutOf(event)}`);
    if (level !== 'warning') continue;
    const key = `${kind} ${aboutOf(event)}`;
    const isRecent = time > now - RECENT_MS;
    const answered = ANSWERED[kind];
    const isOver =
      answered === undefined ? ended.has(key) : !answered.some((one) => told.some((k) => k.startsWith(one)));
    if (isOver && isRecent) {
      count++;
      newest = Math.max(newest, time);
    }
    const lasts = ENDS[kind] !== undefined && aboutOf(event) !== '' && kind !== 'steps-slower';
    if (isOver || answered !== undefined || !(isRecent || lasts)) continue;
    const why = kind === 'step-slow' ? disturbedAt(time) : null;
    const [id, past] = why === null ? [key, lasts || kind === 'steps-slower' ? {} : OVER] : [`${key} ${why}`, DOUBTFUL];
    const alike = seen.get(id);
    if (alike) alike.events.push(event);
    else seen.set(id, {events: [event], why, past});
  }
  const attentions = [...seen].map(([key, {events: alike, why, past}]) => {
    const line = {...lineOf(key, alike, jobs, now), ...past};
    return why === null ? line : {...line, isSure: false, howSure: `${line.howSure} (${why})`};
  });
  attentions.sort((a, b) => Number(b.to.place === 'jobs') - Number(a.to.place === 'jobs'));
  return {attentions, over: count === 0 ? null : {count, newest}};
}

/** One line of events that are alike, newest first. */
function lineOf(
  key: string,
  alike: readonly LiveEvent[],
  jobs: readonly Pick<Job, 'id' | 'name'>[],
  now: number,
): Attention {
  const last = alike[0]!;
  const {kind, figures = {}, job} = last;
  const since = alike.at(-1)!.time;
  const isSure = true;
  if (SLOW.has(kind) && job !== undefined) {
    const name = jobs.find(({id}) => id === job)?.name ?? null;
    const [host, to] = [name ?? `Job ${job}`, {place: 'jobs', job} as const];
    const line = {key, isSure, host, link: null, to, page: 'Jobs'};
    const ms = (value: number | undefined): string => cycle(value ?? Number.NaN).join(THIN);
    if (kind === 'steps-slower') {
      const {fromMs, toMs} = figures;
      return {
        ...{...line, what: 'has longer steps'},
        howMuch: `${ms(toMs)}, ${percent((toMs ?? Number.NaN) / (fromMs ?? Number.NaN) - 1)}${THIN}% more than before (${ms(fromMs)})`,
        howSure: `since ${clock(since, false)}, ${duration(now - since)} ago`,
      };
    }
    const worst = alike.reduce((most, one) =>
      (one.figures?.['share'] ?? 0) > (most.figures?.['share'] ?? 0) ? one : most,
    );
    const {ms: length, usualMs, share} = worst.figures ?? {};
    return {
      ...{...line, what: alike.length === 1 ? 'had a slow step' : 'had slow steps'},
      howMuch: `${ms(length)}, ${percent(share ?? Number.NaN)}${THIN}% longer than usual (${ms(usualMs)})`,
      howSure:
        alike.length === 1
          ? `at ${clock(since, false)}, ${duration(now - since)} ago`
          : `${plural(alike.length, 'such event')} since ${clock(since, false)}, the last ${duration(now - last.time)} ago`,
    };
  }
  return {
    ...{key, isSure, host: null, link: null, what: last.text, howMuch: ''},
    howSure: `${ENDS[kind] === undefined ? 'at' : 'since'} ${clock(since, false)}`,
    to: {place: 'health'},
    page: 'Data health',
  };
}
