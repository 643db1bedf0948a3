import {useSignal} from '@preact/signals';
import type {Job} from '../../../../src/shared/answers.ts';
import {useApp} from '../../app.ts';
import {put} from '../../rest/put.ts';

/** What a job is called: the name that was given, or its number. */
export const nameOf = ({id, name}: Pick<Job, 'id' | 'name'>): string => name ?? `job ${id}`;

/** The name of a job, and the way to give it another one. */
export function JobName({job}: {job: Job}) {
  const {connection, page} = useApp();
  const text = useSignal<string | null>(null);
  const problem = useSignal<string | null>(null);
  const save = async (): Promise<void> => {
    try {
      await put(`/api/v1/jobs/${encodeURIComponent(job.id)}/name`, {name: text.value ?? ''}, connection.headers());
      text.value = problem.value = null;
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error);
    }
  };
  if (text.value === null) {
    return (
      <h1 class="job-name">
        {nameOf(job)}{' '}
        {!page.kiosk.value && (
          <button type="button" class="button" data-testid="rename" onClick={() => (text.value = job.name ?? '')}>
            Rename
          </button>
        )}
      </h1>
    );
  }
  return (
    <form
      class="job-name"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <input
        class="search"
        aria-label="Name of the job"
        data-testid="job-name-input"
        maxLength={64}
        value={text.value}
        onInput={(event) => (text.value = event.currentTarget.value)}
      />
      <button type="submit" class="button strong">
        Save
      </button>
      <button type="button" class="button" onClick={() => (text.value = problem.value = null)}>
        Cancel
      </button>
      {problem.value !== null && <span class="warning">{problem.value}</span>}
    </form>
  );
}
