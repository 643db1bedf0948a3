import type {Finding, HealthAnswer} from '../../../../src/shared/health.ts';
import type {LiveEvent} from '../../../../src/shared/live.ts';
import type {ChartSource} from '../../export/source.ts';
import type {AgentRow} from '../../health/rows.ts';
import {stepsOf} from '../../health/steps.ts';

/** What the menu of the way of a sample saves and tells. */
export function waySource(health: HealthAnswer): ChartSource {
  return {
    title: 'The way of a sample',
    hasPicture: false,
    table: () => ({
      columns: ['step', 'unit', 'passes a second', 'lost a second', 'passed since the start', 'lost since the start'],
      rows: stepsOf(health).map(({name, unit, now, total}) => [
        ...[name, unit, now.passed, now.lost, total.passed, total.lost],
      ]),
    }),
    queries: () => [
      {
        what: 'What came, passed and was lost at each step, over the last seconds and since the start',
        path: '/api/v1/health',
        promql: 'rate(tenhertz_datagrams_received_total[1m])',
        note: 'Prometheus counts datagrams step by step: received, decoded, duplicate, kernel_dropped, ring_dropped, thinned.',
      },
    ],
  };
}

/** What the menu of the findings saves and tells. */
export function findingsSource(findings: readonly Finding[]): ChartSource {
  return {
    title: 'What was found',
    hasPicture: false,
    table: () => ({
      columns: ['level', 'where', 'what', 'what to do', 'agents'],
      rows: findings.map(({level, where, what, do: advice, agents = []}) => [
        ...[level, where, what, advice, agents.join(' ')],
      ]),
    }),
    queries: () => [{what: 'All findings, with what to do about them', path: '/api/v1/health', promql: null}],
  };
}

/** What the menu of the agents saves and tells: those that are found, in the order of the table. */
export function agentsSource(rows: readonly AgentRow[]): ChartSource {
  return {
    title: 'Agents',
    hasPicture: false,
    table: () => ({
      columns: ['agent', 'trouble', 'datagrams/s', 'samples/s', 'own drops/s'],
      rows: rows.map(({answer, trouble, datagramsPerSecond, samplesPerSecond, dropsPerSecond}) => [
        ...[answer.address, trouble, datagramsPerSecond, samplesPerSecond, dropsPerSecond],
      ]),
    }),
    queries: () => [
      {
        what: 'All agents, with their ledgers, sampling rates and times',
        path: '/api/v1/agents',
        promql: 'rate(tenhertz_agent_flow_samples_total[1m])',
      },
    ],
  };
}

/** What the menu of the events saves and tells. */
export function eventsSource(events: readonly LiveEvent[]): ChartSource {
  return {
    title: 'Events',
    hasPicture: false,
    table: () => ({
      columns: ['time', 'kind', 'level', 'text', 'agent', 'link'],
      rows: events.map(({time, kind, level, text, agent, link}) => [
        ...[new Date(time).toISOString(), kind, level, text, agent ?? null, link ?? null],
      ]),
    }),
    queries: () => [
      {
        what: 'The newest events; `after` with the id of the last one brings what is new',
        path: '/api/v1/events?limit=100',
        promql: 'increase(tenhertz_events_total[1h])',
        note: 'Prometheus counts events by kind; what they say is in REST.',
      },
    ],
  };
}
