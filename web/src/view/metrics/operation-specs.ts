import type {MetricsModel} from '../../metrics/model.ts';
import type {CardProps} from './card.tsx';

/** Kinds of packets that are drawn. */
const MOST_OPERATIONS = 5;

const NO_HEADERS =
  'No RoCEv2 sampled here in the last seconds. Operations are read from sampled headers: they must reach to the base transport header, 64 bytes at least, better 128.';

/** Codes of refusals that are drawn. */
const MOST_CODES = 6;

/** The path that a scope is asked by: an agent's address, a link's id, or empty for the fabric. */
export function operationsPath(scope: string): string {
  const key = scope.includes('~') ? 'link' : 'agent';
  return `/api/v1/operations${scope === '' ? '' : `?${key}=${encodeURIComponent(scope)}`}`;
}

/** Charts of what the packets do, of the fabric or of one switch or link. */
export function operationCards(model: MetricsModel, scope: string): CardProps[] {
  const of = (name: string) => model.history(`${scope} ${name}`);
  const {names, ...told} = model.operations.value;
  const shown = told.scope === scope ? names.slice(0, MOST_OPERATIONS) : [];
  // Prometheus holds those of the fabric.
  const query = (what: string, promql: string) => () => [
    {what, path: operationsPath(scope), promql: scope === '' ? promql : null},
  ];
  return [
    {
      id: 'operations',
      title: 'Top operations',
      what: 'by transport and name',
      unit: 'frames/s',
      isList: true,
      lines: shown.map((name, i) => ({name, history: of(`operation ${name}`), colour: i})),
      empty: NO_HEADERS,
      queries: query(
        'Frames by transport and operation, with their 95 % bands',
        'tenhertz_operations_frames_per_second',
      ),
    },
    {
      id: 'rdma-ops',
      title: 'RDMA operations',
      what: 'begun, by first packets',
      unit: 'operations/s',
      lines: [{name: 'WRITE, READ, ATOMIC', history: of('rdma_ops'), colour: 0}],
      empty: NO_HEADERS,
      queries: query('Operations begun a second, by packets that carry a RETH', 'tenhertz_rdma_operations_per_second'),
    },
    {
      id: 'rdma-bytes',
      title: 'Bytes an operation',
      what: 'mean length that a RETH tells',
      unit: 'B',
      lines: [{name: 'Mean', history: of('rdma_bytes'), colour: 2}],
      empty:
        'No packet with a RETH sampled in the last seconds: only the first packet of an RDMA operation tells its length.',
      queries: query('Mean length of an operation', 'tenhertz_rdma_bytes_per_operation'),
    },
    {
      id: 'credits',
      title: 'Credits',
      what: 'that acknowledgements tell',
      unit: 'messages',
      lines: [
        {name: 'Most', history: of('credits max'), colour: 3, strength: 0.4},
        {name: 'Average', history: of('credits average'), colour: 3},
        {name: 'Least', history: of('credits min'), colour: 3, strength: 0.4},
      ],
      areas: [{low: 2, high: 0, strength: 0.18}],
      empty:
        'No acknowledgement that tells credits sampled in the last seconds. ACKs are few and small; many cards tell no limit (code 31), which is no figure.',
      queries: query('Credits in acknowledgements: average, least and most', 'tenhertz_aeth_credits'),
    },
  ];
}

/** Refusals by code: what hosts say of loss and of receivers that were not ready. */
export function refusalCard(model: MetricsModel): CardProps {
  return {
    id: 'refusals',
    title: 'Loss and retry',
    what: 'NAKs by code, and RNR',
    unit: 'frames/s',
    isList: true,
    lines: [
      {name: 'receiver_not_ready', history: model.history(' rnr')},
      ...model.naks.value.map((name) => ({name, history: model.history(` nak ${name}`)})),
    ]
      .slice(0, MOST_CODES)
      .map((line, i) => ({...line, colour: i, isTrouble: true})),
    empty: NO_HEADERS,
    queries: () => [
      {
        what: 'Negative acknowledgements by code and answers “receiver not ready”, with their 95 % bands',
        path: '/api/v1/operations',
        promql: 'tenhertz_naks_per_second',
      },
    ],
  };
}
