import {useSignal} from '@preact/signals';
import {useRef} from 'preact/hooks';
import {useApp} from '../app.ts';
import type {Query} from '../export/source.ts';
import {copyText} from './copy.ts';
import {Dialog} from './dialogs.tsx';
import {CheckIcon, CopyIcon} from './icons.tsx';

/** How to ask for what a chart shows: the curl and the PromQL that give the same figures. */
export function QueryDialog() {
  const {page} = useApp();
  const source = page.queried.value;
  if (source === null) return null;
  return (
    <Dialog title={`Query: ${source.title}`} testId="query-dialog">
      <div class="queries">
        {source.queries().map((query) => (
          <Asked key={query.path} query={query} />
        ))}
      </div>
    </Dialog>
  );
}

function Asked({query}: {query: Query}) {
  const {connection} = useApp();
  const base = new URL('.', location.href).href.slice(0, -1);
  const token = 'authorization' in connection.headers() ? `-H "Authorization: Bearer $TENHERTZ_TOKEN" ` : '';
  return (
    <section>
      <h3>{query.what}</h3>
      <Line name="curl" text={`curl -s ${token}'${base}${query.path}'`} />
      {query.promql === null ? (
        <p class="hint">Only REST gives this; it has no series in Prometheus.</p>
      ) : (
        <Line name="PromQL" text={query.promql} />
      )}
      {query.note !== undefined && <p class="hint">{query.note}</p>}
    </section>
  );
}

function Line({name, text}: {name: string; text: string}) {
  const copied = useSignal(false);
  const code = useRef<HTMLElement>(null);
  const copy = async (): Promise<void> => {
    copied.value = await copyText(text, code.current);
  };
  return (
    <div class="query-line">
      <span class="quiet">{name}</span>
      <code ref={code} data-testid={`query-${name.toLowerCase()}`}>
        {text}
      </code>
      <button type="button" class="icon-button" aria-label={`Copy ${name}`} title="Copy" onClick={() => void copy()}>
        {copied.value ? <CheckIcon /> : <CopyIcon />}
      </button>
    </div>
  );
}
