import {useApp} from '../app.ts';
import type {Asked} from '../rest/asking.ts';

/** Says why routes could not be asked; nothing while all answer, or while the server is gone, which is told anyway. */
export function Problems({of}: {of: readonly Asked<unknown>[]}) {
  const {connection} = useApp();
  const problems = [...new Set(of.flatMap(({problem}) => problem.value ?? []))];
  if (problems.length === 0 || connection.status.value === 'lost') return null;
  return (
    <div class="notice bad" role="alert" data-testid="problem">
      <div>
        <strong>Could not ask the server:</strong> {problems.join('; ')}. Trying again.
      </div>
    </div>
  );
}
