import {useApp} from '../../app.ts';
import {verdictOf} from '../../health/steps.ts';
import {Notices} from '../notices.tsx';
import {AgentsPanel} from './agents-panel.tsx';
import {EventsPanel} from './events-panel.tsx';
import {FindingsPanel} from './findings-panel.tsx';
import {LevelSign} from './level.tsx';
import {WayPanel} from './way-panel.tsx';

/** "Data health": read top to bottom it says where samples are lost, and what to do. */
export function HealthPage() {
  const {feed, connection} = useApp();
  const health = feed.health.value;
  const problem = feed.problem.value;
  return (
    <main class={`health ${connection.status.value === 'lost' ? 'stale' : ''}`} data-testid="health">
      <h1 class="sr-only">Data health</h1>
      <Notices />
      {problem !== null && connection.status.value !== 'lost' && (
        <div class="notice bad" role="alert" data-testid="health-problem">
          <div>
            <strong>Could not ask the server:</strong> {problem}. Trying again.
          </div>
        </div>
      )}
      {health === null ? (
        problem === null && <p class="lead waiting">Asking the server…</p>
      ) : (
        <>
          <Verdict />
          <WayPanel health={health} />
          <FindingsPanel findings={health.findings} />
          <AgentsPanel />
          <EventsPanel />
        </>
      )}
    </main>
  );
}

function Verdict() {
  const {feed} = useApp();
  const {level, text} = verdictOf(feed.health.value!);
  return (
    <p class={`verdict ${level}`} role="status" data-testid="verdict" data-level={level}>
      <LevelSign level={level} />
      {text}
    </p>
  );
}
