import {useSignal} from '@preact/signals';
import type {CountersAnswer} from '../../../../src/shared/answers.ts';
import {bySource, type CounterSource, lanesText} from '../../counters.ts';
import {duration, plural} from '../../format.ts';
import {useAnswer} from '../../rest/asking.ts';
import {LinkName} from '../names.tsx';

/** Ports and devices at first, the rest on demand. */
const FIRST = 8;

/** What an agent's counters tell beside traffic: pauses, optical modules, buffers, processor, host and GPUs. */
export function AgentCounters({agent}: {agent: string}) {
  const path = `/api/v1/counters?agent=${encodeURIComponent(agent)}&top=5000`;
  const answer = useAnswer<CountersAnswer>(path, 5_000).value.value;
  const shown = useSignal(FIRST);
  if (answer === null) return null;
  const sources = bySource(answer.counters).sort((a, b) => byName(nameOf(a), nameOf(b)));
  if (sources.length === 0) {
    return <p class="hint">Its counters tell of no pauses, optical modules, buffers, processors or GPUs.</p>;
  }
  return (
    <div class="counters" data-testid="agent-counters">
      <dl>
        {sources.slice(0, shown.value).map((source) => (
          <Source key={source.key} source={source} now={answer.finalBefore} />
        ))}
      </dl>
      {sources.length > shown.value && (
        <button type="button" class="button" onClick={() => (shown.value = sources.length)}>
          Show all {plural(sources.length, 'port or device', 'ports and devices')}
        </button>
      )}
    </div>
  );
}

const byName = new Intl.Collator('en', {numeric: true}).compare;

const nameOf = ({link, device}: CounterSource): string => link ?? device ?? '';

function Source({source, now}: {source: CounterSource; now: number}) {
  const {link, device, time, metrics} = source;
  return (
    <div data-testid="counter-source">
      <dt>
        {link === null ? `device ${device}` : <LinkName id={link} isShort />}
        <span class="of"> {duration(Math.max(0, now - time))} ago</span>
      </dt>
      <dd>
        {[...metrics].map(([metric, values]) => (
          <span key={metric} title={values[0]!.meaning}>
            <span class="of">{metric}</span> {lanesText(values)}
          </span>
        ))}
      </dd>
    </div>
  );
}
