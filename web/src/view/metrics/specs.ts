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
      what: 'of the strongest cycle',
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
    congestionCard(model),
    {
      id: 'errors',
      title: 'Errors',
      what: 'by interface counters',
      unit: 'packets/s',
      least: 1,
      lines: [
        {name: 'Received', history: model.history('errors_in'), colour: 0, isTrouble: true},
        {name: 'Sent', history: model.history('errors_out'), colour: 1, isTrouble: true},
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
      what: 'all packets, counted by interfaces',
      unit: 'packets/s',
      least: 1,
      lines: [
        {name: 'Received', history: model.history('discards_in'), colour: 0, isTrouble: true},
        {name: 'Sent', history: model.history('discards_out'), colour: 1, isTrouble: true},
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

/** Marks of congestion: as they leave the fabric, each packet once, and beside them as sFlow-RT counts them. */
export function congestionCard(model: MetricsModel): CardProps {
  return {
    id: 'congestion',
    title: 'Congestion',
    what: 'marked and trimmed',
    unit: 'frames/s',
    least: 10,
    isList: true,
    lines: [
      {name: 'CE', history: model.history('ce_once'), colour: 1},
      {name: 'CNP', history: model.history('cnp_once'), colour: 0},
      {name: 'Trimmed', history: model.history('trimmed_once'), colour: 3, isTrouble: true},
      {name: 'CE, each hop', history: model.history('ecn_pps'), colour: 1, strength: 0.5},
      {name: 'CNP, each hop', history: model.history('cnp_pps'), colour: 0, strength: 0.5},
      {name: 'Trimmed, each hop', history: model.history('trim_pps'), colour: 3, strength: 0.5},
    ],
    empty: 'No RoCEv2 sampled yet: marks and notifications are counted among its samples.',
    queries: () => [
      {
        what: 'Marked, notified and trimmed frames that left the fabric, each once, with their 95 % bands',
        path: '/api/v1/fabric?window=2s',
        promql: 'tenhertz_fabric_marked_frames_per_second',
      },
      sflow('Frames that come in marked congestion experienced, once for each hop', 'ecn_pps'),
      sflow('Congestion notification packets, once for each hop', 'cnp_pps'),
      sflow('Trimmed packets, once for each hop', 'trim_pps'),
    ],
  };
}

/** Reasons that are drawn. */
const MOST_REASONS = 5;

/** Packets that switches say they dropped, by reason. */
export function dropsCard(model: MetricsModel): CardProps {
  return {
    id: 'drops',
    title: 'Drop reasons',
    what: 'notified: the least lost',
    unit: 'packets/s',
    isList: true,
    lines: model.dropReasons.value.slice(0, MOST_REASONS).map((reason, i) => ({
      name: reason,
      history: model.history(`drop ${reason}`),
      colour: i,
      isTrouble: true,
    })),
    empty: NO_NOTIFICATIONS,
    queries: () => [
      {
        what: 'Dropped packets by reason, link and flow over the last minute: a lower bound, for switches limit what they tell',
        path: '/api/v1/drops',
        promql: 'rate(tenhertz_drop_notifications_total[1m])',
      },
      sflow('By reason over the last five minutes', 'drops'),
    ],
  };
}

/** Why there is nothing, and how to have it. */
export const NO_NOTIFICATIONS =
  'No drop notifications received. Discards that interfaces count stand on the page Congestion; for which packets and why, the switches must tell: on Arista EOS configure “flow tracking mirror-on-drop” with an exporter of format sflow, on Cumulus Linux “nv set system sflow dropmon hw”, on hosts and SONiC “dropmon { start=on }” in hsflowd.conf.';
