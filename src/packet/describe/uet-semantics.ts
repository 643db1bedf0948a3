import type {BitField, Description} from './bit-fields.ts';

/** Next header of the delivery sublayer: which form of the semantic sublayer follows. */
const Form = {None: 0, Small: 1, Medium: 2, Standard: 3, Response: 4, ResponseData: 5, SmallResponseData: 6} as const;

const FLAGS: readonly BitField[] = [
  ['reserved', 2, 'skip'],
  ['opcode', 6],
  ['version', 2],
  ['delivery_complete', 1],
  ['initiator_error', 1],
  ['relative', 1],
  ['header_data_present', 1],
  ['end_of_message', 1],
  ['start_of_message', 1],
];
const JOB: readonly BitField[] = [
  ['generation', 8],
  ['job_id', 24],
  ['reserved', 4, 'skip'],
  ['pid_on_fep', 12],
  ['reserved', 4, 'skip'],
  ['resource_index', 12],
];
const SHORT_LENGTH: readonly BitField[] = [
  ['reserved', 2, 'skip'],
  ['request_length', 14],
];
const BUFFER: readonly BitField[] = [['buffer_offset', 64, 'hex']];
const HEADER_DATA: readonly BitField[] = [['header_data', 64, 'hex']];
const KEY: readonly BitField[] = [
  ['initiator', 32],
  ['memory_key', 64, 'hex'],
];
/** In place of the header data in the packets behind a message's first. */
const CONTINUATION: readonly BitField[] = [
  ['reserved', 18, 'skip'],
  ['payload_length', 14],
  ['message_offset', 32],
];
const RESPONSE: readonly BitField[] = [
  ['list', 2],
  ['opcode', 6],
  ['version', 2],
  ['return_code', 6],
];
const RESPONSE_JOB: readonly BitField[] = [
  ['generation', 8],
  ['job_id', 24],
];
const PAYLOAD_LENGTH: readonly BitField[] = [
  ['reserved', 2, 'skip'],
  ['payload_length', 14],
];
const RESPONSE_DATA: readonly BitField[] = [
  ['modified_length', 32],
  ['message_offset', 32],
];

const words = (text: string): Record<number, string> => ({...text.trim().split(/\s+/)});
const OPCODES = words(`
  noop write read atomic fetching_atomic send rendezvous_send datagram_send deferrable_send tagged_send
  rendezvous_tagged_send deferrable_tagged_send deferrable_rtr tagged_atomic tagged_fetching_atomic message_error
`);
const RESPONSE_OPCODES = words('default response response_with_data none');

/** The semantic sublayer: what is asked of the other side, or answered. */
export function describeSemantics(to: Description, nextHeader: number): void {
  switch (nextHeader) {
    case Form.Small:
      if (!describeRequest(to) || !to.extend(SHORT_LENGTH)) return;
      if (to.extend(JOB)) to.extend(BUFFER);
      return;
    case Form.Medium:
      if (!describeRequest(to) || !to.extend(SHORT_LENGTH) || !to.extend(JOB)) return;
      if (to.extend(to.last['header_data_present'] === 1 ? HEADER_DATA : BUFFER)) to.extend(KEY);
      return;
    case Form.Standard:
      describeStandard(to);
      return;
    case Form.Response:
      if (describeResponse(to) && to.extend([['message_id', 16]]) && to.extend(RESPONSE_JOB)) {
        to.extend([['modified_length', 32]]);
      }
      return;
    case Form.ResponseData:
      if (!describeResponse(to) || !to.extend([['message_id', 16]]) || !to.extend(RESPONSE_JOB)) return;
      if (to.extend([['read_request_message_id', 16]]) && to.extend(PAYLOAD_LENGTH)) to.extend(RESPONSE_DATA);
      return;
    case Form.SmallResponseData:
      if (describeResponse(to) && to.extend(PAYLOAD_LENGTH) && to.extend(RESPONSE_JOB)) {
        to.extend([['original_request_psn', 32]]);
      }
      return;
    case Form.None:
      return;
    default:
      to.layers.push({layer: 'uet_ses', unknown_next_header: nextHeader});
  }
}

function describeRequest(to: Description): boolean {
  if (!to.add('uet_ses', FLAGS)) return false;
  const opcode = to.number('opcode');
  to.last['opcode_name'] = OPCODES[opcode] ?? `opcode_0x${opcode.toString(16)}`;
  return true;
}

function describeStandard(to: Description): void {
  if (!describeRequest(to) || !to.extend([['message_id', 16]]) || !to.extend(JOB)) return;
  if (!to.extend(BUFFER) || !to.extend(KEY)) return;
  if (to.extend(to.last['start_of_message'] === 1 ? HEADER_DATA : CONTINUATION)) to.extend([['request_length', 32]]);
}

function describeResponse(to: Description): boolean {
  if (!to.add('uet_response', RESPONSE)) return false;
  to.last['opcode_name'] = RESPONSE_OPCODES[to.number('opcode')] ?? 'unknown';
  return true;
}
