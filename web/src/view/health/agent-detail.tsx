import {useSignal} from '@preact/signals';
import type {AgentAnswer, LinkAnswer} from '../../../../src/shared/health.ts';
import {useApp} from '../../app.ts';
import {duration, grouped, plural, short, UNKNOWN} from '../../format.ts';
import {AgentCounters} from './agent-counters.tsx';
import {ratioText} from './agent-row.tsx';
import {timeOf} from './events-panel.tsx';
import {sentence} from './findings-panel.tsx';

/** Ports at first, the rest on demand: a chassis has hundreds. */
const PORTS = 16;

const byName = new Intl.Collator('en', {numeric: true}).compare;

/** All that is known of one agent. */
export function AgentDetail({answer}: {answer: AgentAnswer}) {
  const {advice, effectiveRates, samples, samplesVersusCounters: counters} = answer;
  return (
    <div class="agent-detail" data-testid="agent-detail">
      {advice.text !== '' && (
        <p class="advice" data-testid="advice">
          {sentence(advice.text)}
        </p>
      )}
      <dl class="facts">
        <Fact name="Last heard">{timeOf(answer.lastSeen)}</Fact>
        <Fact name="Samples since the start">
          {grouped(samples.received)} received, {grouped(samples.missing)} missing, {grouped(samples.agentDrops)} not
          taken by the agent
        </Fact>
        <Fact name="Sampling now">
          {orUnknown(advice.samplesPerSecond)} samples/s; {orUnknown(advice.samplesPerSecondAtLineRate)}/s with all
          ports at line rate
        </Fact>
        <Fact name="Samples over counters">
          {counters.ratio === null
            ? 'cannot be compared yet'
            : `${ratioText(counters)} over ${duration(counters.seconds * 1_000)}`}
          {counters.suggestedRate !== null && `; 1-in-${grouped(counters.suggestedRate)} would fit`}
        </Fact>
        {effectiveRates.length > 0 && (
          <Fact name="Rates in effect">
            {effectiveRates
              .slice(0, 8)
              .map((rate) => `${rate.dataSource}: 1-in-${grouped(rate.effective)} not ${grouped(rate.nominal)}`)
              .join('; ')}
            {effectiveRates.length > 8 && `; and ${effectiveRates.length - 8} more`} ({effectiveRates[0]!.reason})
          </Fact>
        )}
      </dl>
      <SubAgents answer={answer} />
      <Ports agent={answer.address} />
      <AgentCounters agent={answer.address} />
    </div>
  );
}

function Fact({name, children}: {name: string; children: preact.ComponentChildren}) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function SubAgents({answer}: {answer: AgentAnswer}) {
  return (
    <div class="scroll">
      <table class="sub" aria-label="Sub-agents">
        <thead>
          <tr>
            <th scope="col">Sub-agent</th>
            <th scope="col">Datagrams</th>
            <th scope="col">Missing</th>
            <th scope="col">Late</th>
            <th scope="col">Duplicates</th>
            <th scope="col">Restarts</th>
            <th scope="col">Up for</th>
          </tr>
        </thead>
        <tbody>
          {answer.subAgents.map((stream) => (
            <tr key={stream.id} data-testid="sub-agent">
              <th scope="row">{stream.id}</th>
              <td>{grouped(stream.received)}</td>
              <td>{grouped(stream.missing)}</td>
              <td>{grouped(stream.late)}</td>
              <td>{grouped(stream.duplicates)}</td>
              <td>{grouped(stream.restarts)}</td>
              <td>{duration(stream.uptimeMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Ports({agent}: {agent: string}) {
  const {feed} = useApp();
  const shown = useSignal(PORTS);
  const held = feed.links.value;
  if (held === null || held.agent !== agent) return <p class="hint">Asking for its ports…</p>;
  const all = [...held.links].sort((a, b) => byName(a.name, b.name));
  const ports = all.slice(0, shown.value);
  if (ports.length === 0) return <p class="hint">No ports are known of it.</p>;
  return (
    <div class="scroll">
      <table class="sub" aria-label="Ports">
        <thead>
          <tr>
            <th scope="col">Port</th>
            <th scope="col">Role</th>
            <th scope="col">Samples/counters in</th>
            <th scope="col">out</th>
            <th scope="col">Counters’ age</th>
            <th scope="col">Discards/s</th>
            <th scope="col">Errors/s</th>
          </tr>
        </thead>
        <tbody>
          {ports.map((link) => (
            <PortLine key={link.id} link={link} />
          ))}
        </tbody>
      </table>
      {all.length > ports.length && (
        <button type="button" class="button" onClick={() => (shown.value = all.length)}>
          Show all {plural(all.length, 'port')}
        </button>
      )}
    </div>
  );
}

const orUnknown = (value: number | null | undefined): string =>
  value === null || value === undefined ? UNKNOWN : short(value);

function PortLine({link}: {link: LinkAnswer}) {
  const {counters, samplesVersusCounters: ratio} = link;
  return (
    <tr data-testid="port-line">
      <th scope="row" title={link.id}>
        {link.name}
      </th>
      <td>{link.role}</td>
      <td>{ratioText(ratio.in)}</td>
      <td>{ratioText(ratio.out)}</td>
      <td>{counters === null ? UNKNOWN : duration(counters.ageMs)}</td>
      <td>{orUnknown(counters?.inDiscardsPerSecond)}</td>
      <td>{orUnknown(counters?.inErrorsPerSecond)}</td>
    </tr>
  );
}
