import {NAK_NAMES} from '../../../fabric/operations.ts';
import {type MetricRow, metricRows} from '../threshold-metric.ts';

const ENTERS = 'what enters at edge links, or at the links of the agent';

/** `nak-psn-sequence-error-per-second`. */
const nakRow = (name: string, code: number): MetricRow => [
  `nak-${name.replaceAll('_', '-')}-per-second`,
  '1/s',
  'fabric agent',
  `negative acknowledgements "${name}", estimated, over 5 s: ${ENTERS}`,
  (from, of) => from.operations.rate(of, ({naks}) => naks[code]!),
];

/** What packets do, and answers that complain. */
export const OPERATION_METRICS = metricRows([
  [
    'rdma-operations-per-second',
    '1/s',
    'fabric agent',
    `RDMA operations begun, estimated, over 5 s: ${ENTERS}`,
    (from, of) => from.operations.rate(of, ({rdma}) => rdma),
  ],
  [
    'rnr-per-second',
    '1/s',
    'fabric agent',
    `answers that a receiver is not ready, estimated, over 5 s: ${ENTERS}`,
    (from, of) => from.operations.rate(of, ({rnr}) => rnr),
  ],
  [
    'naks-per-second',
    '1/s',
    'fabric agent',
    `negative acknowledgements of all codes, estimated, over 5 s: ${ENTERS}`,
    (from, of) => from.operations.allNaks(of),
  ],
  ...NAK_NAMES.map(nakRow),
  [
    'rdma-bytes-per-operation',
    'bytes',
    'fabric agent',
    `mean length that RETHs tell, over 5 s: ${ENTERS}`,
    (from, of) => from.operations.bytesPerOperation(of),
  ],
  [
    'aeth-credits',
    'count',
    'fabric agent',
    `messages that responders have room for, mean over 5 s: ${ENTERS}`,
    (from, of) => from.operations.credits(of),
  ],
]);
