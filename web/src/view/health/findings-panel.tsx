import type {Finding, Stage} from '../../../../src/shared/health.ts';
import {ChartMenu} from '../chart-menu.tsx';
import {PageLink} from '../page-link.tsx';
import {LevelSign} from './level.tsx';
import {findingsSource} from './sources.ts';

const NAMES: Readonly<Record<Stage, string>> = {
  agents: 'Switches',
  sampling: 'Sampling',
  network: 'Network',
  kernel: 'Kernel',
  ring: 'Receiver',
  decoder: 'Decoder',
  tables: 'Tables',
  time: 'Time',
};

/** "What to do": a line a finding, in the order of the way. */
export function FindingsPanel({findings}: {findings: readonly Finding[]}) {
  return (
    <section class="panel findings" aria-labelledby="findings-title" data-testid="panel-findings">
      <header>
        <h2 id="findings-title">What was found</h2>
        <p>stage by stage, and what to do about it</p>
        <div class="controls">
          <ChartMenu source={findingsSource(findings)} />
        </div>
      </header>
      <ol>
        {findings.map((finding) => (
          <Line key={`${finding.where} ${finding.what}`} finding={finding} />
        ))}
      </ol>
    </section>
  );
}

function Line({finding: {level, where, what, do: advice, agents = []}}: {finding: Finding}) {
  return (
    <li class={level} data-testid="finding" data-where={where} data-level={level}>
      <LevelSign level={level} />
      <span class="where">{NAMES[where]}</span>
      <div>
        <p class="what">{sentence(what)}</p>
        {advice !== '' && <p class="do">{advice}</p>}
        {agents.length > 0 && (
          <p class="about">
            {agents.map((agent) => (
              <PageLink key={agent} to={{agent, find: agents.length === 1 ? agent : ''}}>
                {agent}
              </PageLink>
            ))}
          </p>
        )}
      </div>
    </li>
  );
}

/** Begins with a capital and ends with a full stop; a name that comes first stays as it is written. */
export function sentence(text: string): string {
  const first = /^[a-z]+(?= |$)/.test(text) ? text[0]!.toUpperCase() + text.slice(1) : text;
  return first.endsWith('.') ? first : `${first}.`;
}
