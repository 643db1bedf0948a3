import type {Context} from '../context.ts';
import {type AiReading, readFabric} from './reading.ts';

/** Figures by their names in the AI Metrics app; null where nothing is known. */
export type AiValues = Record<string, number | null>;

/** One figure of the AI Metrics app. */
export interface AiMetric {
  name: string;
  /** Ports that it is taken over: EDGE counts a packet once, TOPOLOGY on every hop. */
  scope: 'EDGE' | 'CORE' | 'TOPOLOGY';
  unit: string;
  /** One sentence; also Prometheus's help. */
  meaning: string;
  value: (reading: AiReading, context: AiContext) => number | null;
}

/** What the figures are read from. */
export type AiContext = Pick<Context, 'fabric' | 'periods'>;

const QUARTILES = [
  ['min', 'min', 'Least'],
  ['q1', 'q1', 'First quartile'],
  ['med', 'median', 'Median'],
  ['q3', 'q3', 'Third quartile'],
  ['max', 'max', 'Most'],
] as const;

function quartileMetrics(role: 'edge' | 'core', scope: 'EDGE' | 'CORE', links: string): AiMetric[] {
  return QUARTILES.map(([name, quartile, words]) => ({
    name: `${role}_${name}_bps`,
    ...{scope, unit: 'bit/s', meaning: `${words} of what comes in at ${links}, all traffic.`},
    value: ({quartiles}) => quartiles[role]?.[quartile] ?? null,
  }));
}

/** Rates are means over the last settled 2 s. In the order in which they are told. */
export const AI_METRICS: readonly AiMetric[] = [
  {
    ...{name: 'bps', scope: 'EDGE', unit: 'bit/s', meaning: 'All traffic that enters at edge links.'},
    value: ({all}) => all.bitsPerSecond,
  },
  ...quartileMetrics('edge', 'EDGE', 'edge links'),
  ...quartileMetrics('core', 'CORE', 'links between switches'),
  {
    ...{name: 'ecn_pps', scope: 'TOPOLOGY', unit: 'packets/s'},
    meaning: 'RoCEv2 frames that come in marked congestion experienced, once for each hop.',
    value: ({cePerSecond}) => cePerSecond,
  },
  {
    ...{name: 'cnp_pps', scope: 'TOPOLOGY', unit: 'packets/s'},
    meaning: 'Congestion notification packets that come in, once for each hop.',
    value: ({cnpPerSecond}) => cnpPerSecond,
  },
  {
    ...{name: 'trim_pps', scope: 'TOPOLOGY', unit: 'packets/s'},
    meaning: 'Packets that a switch trimmed, by the DSCP that it gave them, once for each hop that they come in at.',
    value: ({trimmedPerSecond}) => trimmedPerSecond,
  },
  {
    ...{name: 'errors_in', scope: 'TOPOLOGY', unit: 'packets/s'},
    meaning: "Received packets with errors, by the interfaces' counters.",
    value: ({counters}) => counters.inErrors,
  },
  {
    ...{name: 'errors_out', scope: 'TOPOLOGY', unit: 'packets/s'},
    meaning: "Packets that could not be sent for errors, by the interfaces' counters.",
    value: ({counters}) => counters.outErrors,
  },
  {
    ...{name: 'discards_in', scope: 'TOPOLOGY', unit: 'packets/s'},
    meaning: "Received packets that were discarded, by the interfaces' counters.",
    value: ({counters}) => counters.inDiscards,
  },
  {
    ...{name: 'discards_out', scope: 'TOPOLOGY', unit: 'packets/s'},
    meaning: "Packets that were discarded before they could be sent, by the interfaces' counters.",
    value: ({counters}) => counters.outDiscards,
  },
  {
    ...{name: 'period', scope: 'EDGE', unit: 's'},
    meaning: 'Period of the strongest compute and exchange cycle; 0 where none is found.',
    value: (_, {periods}) => (periods?.report?.periods[0]?.periodMs ?? 0) / 1_000,
  },
];

/** All figures as of a bin: those before it are final. */
export function aiValues(context: AiContext, end: number): AiValues {
  const reading = readFabric(context.fabric, end);
  return Object.fromEntries(AI_METRICS.map(({name, value}) => [name, value(reading, context)]));
}
