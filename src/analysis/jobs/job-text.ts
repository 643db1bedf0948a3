import type {Job} from './job-engine.ts';
import type {JobPart} from './job-work.ts';

const called = ({id, name}: Job) => (name === undefined ? `job ${id}` : `job ${id} (${name})`);

/** From so long before on it is said that traffic began before an event's own time. */
const BEFORE_MS = 1_000;

/** `time`: when it is told, epoch ms. */
export function appearedText(job: Job, time: number): string {
  const {hosts, pattern} = job;
  const how = pattern && pattern.kind !== 'unknown' ? `: ${pattern.kind}` : '';
  const ms = time - job.since;
  const begun = ms < BEFORE_MS ? '' : `; its traffic began ${(ms / 1_000).toFixed(0)} s before`;
  return `${called(job)} of ${hosts.length} hosts has appeared${how}${begun}`;
}

export function endedText(job: Job): string {
  return `${called(job)} of ${job.hosts.length} hosts has ended`;
}

/** Ids that are named in one text. */
const MOST_NAMED = 16;

export function joinedText(ids: readonly string[], {cycles, off}: {cycles: number; off: number}): string {
  const more = ids.length > MOST_NAMED ? ` and ${ids.length - MOST_NAMED} more` : '';
  const named = ids.slice(0, MOST_NAMED).join(', ') + more;
  return `jobs ${named} are probably one: they have kept one phase to ${(100 * off).toFixed(1)} % for ${cycles} cycles`;
}

const inMs = (periods: readonly number[]) => periods.map((ms) => `${ms.toFixed(0)} ms`).join(' and ');

/** Why one of several jobs on the same hosts is one. */
export function partText({periodMs, others, hasDrift}: JobPart): string {
  const own = `its queue pairs send together, every ${inMs([periodMs])}`;
  const apart = hasDrift ? 'their phases go apart' : 'the periods do not go together';
  return `${own}, and others on hosts of it every ${inMs(others)}: ${apart}`;
}

/** Why a group of hosts may be several jobs. */
export function mixedText(periods: readonly number[]): string {
  const what = `periods of ${inMs(periods)}, which do not go together`;
  return `its hosts talk to each other with ${what}: several jobs that overlap, and no queue pair tells them apart`;
}
