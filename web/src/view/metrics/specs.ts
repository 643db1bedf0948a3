import type {Query} from '../../export/source.ts';
import {AI_METRICS, type MetricsModel} from '../../metrics/model.ts';
import type {CardProps} from './card.tsx';

/** Where sFlow-RT's names can be scraped from. */
const SFLOW_NOTE = `Prometheus scrapes it from ${AI_METRICS}/prometheus/txt.`;

const NO_COUNTERS =
  'No interface counters received yet. Switches send them every 20 to 30 s where counter polling is on: sflow polling-interval 20.';

const sflow = (what: string, name: string): Query => ({
  what,
  path: `${AI_METRICS}/trend/json`,
  promql: `sflow_ai_${name}`,
  note: SFLOW_NOTE,
});

function quartiles(model: MetricsModel, role: 'edge' | 'core', title: string, empty: string): CardProps {
  const lines = (['max', 'q3', 'med', 'q1', 'min'] as const).map((name) => ({
    name: {max: 'Max', q3: 'Q3', med: 'Median', q1: 'Q1', min: 'Min'}[name],
    history: model.history(`${role}_${name}_bps`),
    colour: 0,
    strength: name === 'med' ? 1 : 0.4,
  }));
  return {
    id: `${role}-links`,
    title,
    what: 'quartiles of what comes in, all traffic',
    unit: 'bit/s',
    lines,
    areas: [
      {low: 4, high: 0, strength: 0.13},
      {low: 3, high: 1, strength: 0.28},
    ],
    empty,
    queries: () => [
      {
        what: `Quartiles over the ${role} links, mean of the settled 2 s`,
        path: '/api/v1/fabric?window=2s',
        promql: `8 * tenhertz_fabric_link_bytes_per_second{role="${role}"}`,
      },
      sflow('The same over the last five minutes', `${role}_med_bps`),
    ],
  };
}

/** Charts of what links carry. */
export function linkCards(model: MetricsModel): CardProps[] {
  return [
    quartiles(
      model,
      'edge',
      'Edge links',
      'No edge link known yet: roles are inferred from who is heard where, within seconds of traffic, or given by a topology.',
    ),
    quartiles(
      model,
      'core',
      'Core links',
      'No link between switches known: a single switch has none; of several both ends must be sampled.',
    ),
  ];
}

/** Charts of the cycle, of congestion and of what counters say. */
export function conditionCards(model: MetricsModel): CardProps[] {
  return [
    {
      id: 'period',
      title: 'Period',
      what: 'of the strongest compute and exchange cycle',
      unit: 's',
      digits: 4,
      lines: [{name: 'Period', history: model.history('period'), colour: 0}],
      empty: 'No period found: a look needs eight cycles of a beat, from 60 ms to a minute. Steady traffic has none.',
      queries: () => [
        {
          what: 'The cycles that run now, each with confidence, jitter and duty',
          path: '/api/v1/periods',
          promql: 'tenhertz_period_seconds{rank="1"}',
        },
        sflow('The strongest over the last five minutes', 'period'),
      ],
    },
    {
      id: 'congestion',
      title: 'Congestion',
      what: 'RoCEv2 frames',
      unit: 'frames/s',
      least: 10,
      lines: [
        {name: 'CE, each hop', history: model.history('ecn_pps'), colour: 1},
        {name: 'CNP, each hop', history: model.history('cnp_pps'), colour: 4},
        {name: 'CNP, once a packet', history: model.history('cnp'), colour: 0},
      ],
      empty: 'No RoCEv2 sampled yet: marks and notifications are counted among its samples.',
      queries: () => [
        sflow('Frames that come in marked congestion experienced, once for each hop', 'ecn_pps'),
        sflow('Congestion notification packets, once for each hop', 'cnp_pps'),
        {
          what: 'Notifications that entered at edge links: each once',
          path: '/api/v1/fabric?window=2s',
          promql: 'rate(tenhertz_fabric_cnp_frames_total[10s])',
        },
      ],
    },
    {
      id: 'errors',
      title: 'Errors',
      what: 'by interface counters, all ports',
      unit: 'packets/s',
      least: 1,
      lines: [
        {name: 'Received', history: model.history('errors_in'), colour: 0},
        {name: 'Sent', history: model.history('errors_out'), colour: 1},
      ],
      empty: NO_COUNTERS,
      queries: () => [
        sflow('Received with errors', 'errors_in'),
        sflow('Could not be sent for errors', 'errors_out'),
        {what: 'Link by link, with the age of its counters', path: '/api/v1/links', promql: null},
      ],
    },
    {
      id: 'discards',
      title: 'Discards',
      what: 'by interface counters, all ports',
      unit: 'packets/s',
      least: 1,
      lines: [
        {name: 'Received', history: model.history('discards_in'), colour: 0},
        {name: 'Sent', history: model.history('discards_out'), colour: 1},
      ],
      empty: NO_COUNTERS,
      queries: () => [
        sflow('Discarded as they came in', 'discards_in'),
        sflow('Discarded before they were sent', 'discards_out'),
        {what: 'Link by link, with the age of its counters', path: '/api/v1/links', promql: null},
      ],
    },
  ];
}
