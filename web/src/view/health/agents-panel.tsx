import {useSignal} from '@preact/signals';
import {useMemo} from 'preact/hooks';
import {useApp} from '../../app.ts';
import {grouped, plural} from '../../format.ts';
import {arrange} from '../../health/rows.ts';
import type {AgentColumn} from '../../url.ts';
import {ChartMenu} from '../chart-menu.tsx';
import {AgentLines} from './agent-row.tsx';
import {agentsSource} from './sources.ts';

/** Lines at first, and so many more at a time: thousands of them would hold up the page. */
const PAGE = 50;

interface Heading {
  column: AgentColumn;
  label: string;
  title: string;
  class: string;
}

const HEADINGS: readonly Heading[] = [
  {column: 'name', label: 'Agent', title: 'name, or agent address', class: 'agent'},
  {column: 'state', label: 'State', title: 'what is wrong with it, the worst', class: 'state'},
  {column: 'datagrams', label: 'Datagrams/s', title: 'over the last 10 s', class: 'num wide'},
  {column: 'samples', label: 'Samples/s', title: 'over the last 10 s', class: 'num'},
  {column: 'missing', label: 'Missing', title: 'share of its samples that got lost, last 10 s', class: 'num'},
  {column: 'drops', label: 'Own drops/s', title: 'samples that it could not take', class: 'num wide'},
  {column: 'rate', label: 'Sampling 1-in-', title: 'in effect, where it is not as claimed', class: 'num wider'},
  {column: 'resolution', label: 'Time', title: 'how exactly the time of its samples is known', class: 'num wide'},
  {
    column: 'ratio',
    label: 'Samples/counters',
    title: "its estimates over its interfaces' counters",
    class: 'num wider',
  },
];

/** "Agents": everybody who reports, sorted and searched; a line opens to all that is known. */
export function AgentsPanel() {
  const {feed, page} = useApp();
  const shown = useSignal(PAGE);
  const all = feed.agents.value;
  const find = page.find.value;
  const order = page.order.value;
  const rows = useMemo(() => arrange(all, find, order), [all, find, order]);
  const opened = page.agent.value;
  // One that is opened by a link is shown wherever it stands in the order.
  const ahead = rows.slice(0, shown.value);
  const behind = rows.slice(shown.value).filter(({answer}) => answer.address === opened);
  return (
    <section class="panel agents" aria-labelledby="agents-title" data-testid="panel-agents">
      <header>
        <h2 id="agents-title">Agents</h2>
        <p role="status">
          {find === '' ? plural(all.length, 'switch or host', 'switches and hosts') : `${grouped(rows.length)} found`}
        </p>
        <div class="controls">
          <input
            class="search"
            type="search"
            id="agent-search"
            placeholder="Name, address or state"
            aria-label="Find an agent by name, address or state"
            spellcheck={false}
            value={find}
            onInput={(event) => (page.find.value = event.currentTarget.value)}
          />
          <ChartMenu source={agentsSource(rows)} />
        </div>
      </header>
      <table data-testid="agents">
        <thead>
          <tr>
            {HEADINGS.map((heading) => (
              <SortHeading key={heading.column} {...heading} />
            ))}
          </tr>
        </thead>
        <tbody>
          {[...ahead, ...behind].map((row) => (
            <AgentLines key={row.answer.address} row={row} isOpen={row.answer.address === opened} />
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <p class="empty">{all.length === 0 ? 'No agent yet.' : 'No agent is called that.'}</p>}
      {rows.length > shown.value && (
        <button type="button" class="button more" onClick={() => (shown.value += PAGE)}>
          Show {grouped(Math.min(PAGE, rows.length - shown.value))} more of {grouped(rows.length)}
        </button>
      )}
    </section>
  );
}

function SortHeading({column, label, title, ...rest}: Heading) {
  const {page} = useApp();
  const order = page.order.value;
  const isUp = order === column;
  const isDown = order === `-${column}`;
  // Names read from A on, figures from the largest.
  const first = column === 'name' ? column : (`-${column}` as const);
  const second = column === 'name' ? (`-${column}` as const) : column;
  return (
    <th scope="col" class={rest.class} aria-sort={isUp ? 'ascending' : isDown ? 'descending' : 'none'}>
      <button type="button" title={title} onClick={() => (page.order.value = order === first ? second : first)}>
        {label}
        <span aria-hidden="true">{isUp ? ' ↑' : isDown ? ' ↓' : ''}</span>
      </button>
    </th>
  );
}
