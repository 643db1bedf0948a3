import type {Job} from './job-engine.ts';

const called = ({id, name}: Job) => (name === undefined ? `job ${id}` : `job ${id} (${name})`);

export function appearedText(job: Job): string {
  const {hosts, pattern} = job;
  const how = pattern && pattern.kind !== 'unknown' ? `: ${pattern.kind}` : '';
  return `${called(job)} of ${hosts.length} hosts has appeared${how}`;
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
