import type {Context} from '../context.ts';
import type {AiReading} from './reading.ts';

/** Figures by their names in the AI Metrics app; null where nothing is known. The largest of several are by their own. */
export type AiValues = Record<string, AiValue>;
export type AiValue = number | null | Readonly<Record<string, number>>;

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

/** The largest five of what has names of its own. */
export interface AiTop {
  name: string;
  scope: AiMetric['scope'];
  unit: string;
  meaning: string;
  /** What Prometheus has it as: a gauge, and the label with the own name. */
  gauge: string;
  label: string;
  values: (reading: AiReading) => Iterable<readonly [name: string, value: number]>;
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
    ...{name: 'rdma_ops', scope: 'EDGE', unit: 'operations/s'},
    meaning: 'RDMA operations that enter: frames with a RETH, over the last 5 s.',
    value: ({operations}) => operations.rdma.operationsPerSecond,
  },
  {
    ...{name: 'rdma_bytes', scope: 'EDGE', unit: 'bytes/operation'},
    meaning: 'Mean length that the RETH of these tells.',
    value: ({operations}) => operations.rdma.bytesPerOperation,
  },
  {
    ...{name: 'aeth_credits_avg', scope: 'EDGE', unit: 'credits/ACK'},
    meaning: 'Mean of the credits in acknowledgements, over the last 5 s; those that tell no limit are left out.',
    value: ({operations}) => operations.credits.average,
  },
  {
    ...{name: 'aeth_credits_min', scope: 'EDGE', unit: 'credits/ACK'},
    meaning: 'The least of them.',
    value: ({operations}) => operations.credits.min,
  },
  {
    ...{name: 'aeth_credits_max', scope: 'EDGE', unit: 'credits/ACK'},
    meaning: 'The most of them.',
    value: ({operations}) => operations.credits.max,
  },
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

/** They have no names without their own: one that is not there is 0. */
export const AI_TOPS: readonly AiTop[] = [
  {
    ...{name: 'top-5-operations', scope: 'EDGE', unit: 'packets/s'},
    meaning: 'RoCEv2 frames that enter by transport and operation, the five most frequent ones, over the last 5 s.',
    ...{gauge: 'sflow_ai_operations', label: 'name'},
    values: ({operations}) =>
      operations.operations
        .filter(({opcode}) => opcode !== null)
        .map(({transport, name, framesPerSecond}) => [operationName(transport, name), framesPerSecond]),
  },
  {
    ...{name: 'top-5-drop-reasons', scope: 'TOPOLOGY', unit: 'packets/s'},
    meaning: 'Dropped packets that switches tell of by reason, the five most frequent ones.',
    ...{gauge: 'sflow_ai_drops', label: 'reason'},
    values: ({drops}) => drops,
  },
];

const MOST = 5;

/** `RC:RDMA_WRITE_ONLY`; a congestion notification is a transport of its own. */
function operationName(transport: string, name: string): string {
  const operation = name.toUpperCase().replaceAll(' ', '_');
  return `${transport === 'CN' ? 'CNP' : transport}:${operation}`;
}

/** All figures of a reading. */
export function aiValues(reading: AiReading, context: AiContext): AiValues {
  const largest = ({values}: AiTop) => [...values(reading)].sort(([, a], [, b]) => b - a).slice(0, MOST);
  return Object.fromEntries<AiValue>([
    ...AI_METRICS.map(({name, value}) => [name, value(reading, context)] as const),
    ...AI_TOPS.map((top) => [top.name, Object.fromEntries(largest(top))] as const),
  ]);
}
