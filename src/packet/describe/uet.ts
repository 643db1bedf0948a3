import {PDS_TYPE_NAMES, PdsType} from '../uet.ts';
import type {BitField, Description} from './bit-fields.ts';
import {describeSemantics} from './uet-semantics.ts';

const PROLOGUE: readonly BitField[] = [
  ['type', 5],
  ['next_header', 4],
  ['flags', 7],
];
/** Bits of the prologue's flags. In acknowledgements 0x04 and 0x02 are a request. */
const Flag = {Syn: 0x04, AckClosing: 0x40} as const;

const SECURED: readonly BitField[] = [
  ['type', 5],
  ['has_source', 1],
  ['reserved', 1, 'skip'],
  ['association', 1],
  ['domain', 24],
];
const EPOCH: readonly BitField[] = [
  ['epoch', 16],
  ['counter', 48],
];
const REQUEST: readonly BitField[] = [
  ['clear_psn_offset', 16, 'signed'],
  ['psn', 32],
  ['source_pdcid', 16],
];
const DESTINATION: readonly BitField[] = [['destination_pdcid', 16]];
/** In place of the destination while the context is being made. */
const SYN: readonly BitField[] = [
  ['use_reserved_pdc', 1],
  ['reserved', 3, 'skip'],
  ['psn_offset', 12],
];
const REQUEST_CC: readonly BitField[] = [
  ['ccc_id', 8],
  ['credit_target', 24],
];
const RUDI: readonly BitField[] = [
  ['reserved', 16, 'skip'],
  ['packet_id', 32],
];
const UUD: readonly BitField[] = [['reserved', 16, 'skip']];
const ACK: readonly BitField[] = [
  ['ack_psn_offset', 16, 'signed'],
  ['cumulative_psn', 32],
  ['source_pdcid', 16],
  ['destination_pdcid', 16],
];
const ACK_CC: readonly BitField[] = [
  ['cc_type', 4],
  ['cc_flags', 4],
  ['mpr', 8],
  ['sack_offset', 16, 'signed'],
  ['sack_bitmap', 64, 'hex'],
];
const NSCC: readonly BitField[] = [
  ['service_time', 16],
  ['restore', 1],
  ['penalty', 7],
  ['received_bytes', 24],
  ['out_of_order_count', 16],
];
const CREDIT: readonly BitField[] = [
  ['credit', 24],
  ['reserved', 24, 'skip'],
  ['out_of_order_count', 16],
];
const NACK: readonly BitField[] = [
  ['code', 8],
  ['vendor_code', 8],
  ['psn', 32],
  ['source_pdcid', 16],
  ['destination_pdcid', 16],
  ['payload', 32],
];
const NACK_CCX: readonly BitField[] = [
  ['nccx_type', 4],
  ['nccx_state_high', 60],
  ['nccx_state_low', 64, 'hex'],
];
const CONTROL: readonly BitField[] = [
  ['probe_opaque', 16],
  ['psn', 32],
  ['source_pdcid', 16],
];

const names = (text: string): Record<number, string> => ({...text.trim().split(/\s+/)});
const CONTROL_TYPES = names(
  'noop ack_request clear clear_request close close_request probe credit credit_request negotiation',
);
const NACK_CODES: Readonly<Record<number, string>> = names(`
  reserved trimmed trimmed_last_hop trimmed_ack no_pdc no_ccc no_bitmap no_packet_buffer no_guaranteed_delivery
  no_message no_resource psn_out_of_window reserved_12 rod_out_of_order invalid_dpdcid pdc_header_mismatch closing
  closing_in_error packet_not_received response_unavailable ack_with_data invalid_syn mode_mismatch new_start_psn
  ses_processing unexpected_event receiver_inferred_loss
`);

/** The delivery sublayer's header, then what it says comes next. */
export function describeUet(to: Description): void {
  if (to.left >= 1 && to.data.getUint8(to.at) >>> 3 === PdsType.Secured) {
    describeSecured(to);
    return;
  }
  if (!to.add('uet_pds', PROLOGUE)) return;
  const type = to.number('type');
  to.last['type_name'] = PDS_TYPE_NAMES[type] ?? 'unknown';
  const next = to.number('next_header');
  // A control packet has its own type where others name the next header, and nothing behind it.
  if (describeDelivery(to, type) && type !== PdsType.Control) describeSemantics(to, next);
}

/** What follows is encrypted or not, and nothing here says which; so it is left alone. */
function describeSecured(to: Description): void {
  if (!to.add('uet_tss', SECURED)) return;
  if (to.last['has_source'] === 1 && !to.extend([['source', 32]])) return;
  to.extend(EPOCH);
}

/** Answers true where the whole header was there. */
function describeDelivery(to: Description, type: number): boolean {
  const flags = to.number('flags');
  switch (type) {
    case PdsType.RudRequest:
    case PdsType.RodRequest:
      return describeRequest(to, REQUEST, flags);
    case PdsType.RudRequestCc:
    case PdsType.RodRequestCc:
      return describeRequest(to, REQUEST, flags) && to.extend(REQUEST_CC);
    case PdsType.RudiRequest:
    case PdsType.RudiResponse:
      return to.extend(RUDI);
    case PdsType.UudRequest:
      return to.extend(UUD);
    case PdsType.Ack:
      return to.extend(ACK) && ((flags & Flag.AckClosing) === 0 || to.extend([['closing', 32, 'hex']]));
    case PdsType.AckCc:
      return to.extend(ACK) && to.extend(ACK_CC) && describeCongestion(to);
    case PdsType.AckCcx:
      return to.extend(ACK) && to.extend(ACK_CC) && to.extend([['ccx_state', 128, 'hex']]);
    case PdsType.Nack:
    case PdsType.NackCcx:
      return describeNack(to, type);
    case PdsType.Control: {
      const control = to.number('next_header');
      delete to.last['next_header'];
      to.last['control_type'] = control;
      to.last['control_name'] = CONTROL_TYPES[control] ?? 'unknown';
      return describeRequest(to, CONTROL, flags) && to.extend([['payload', 32]]);
    }
    default:
      return false;
  }
}

function describeRequest(to: Description, fields: readonly BitField[], flags: number): boolean {
  return to.extend(fields) && to.extend((flags & Flag.Syn) === 0 ? DESTINATION : SYN);
}

function describeCongestion(to: Description): boolean {
  if (to.last['cc_type'] === 0) return to.extend(NSCC);
  return to.extend(to.last['cc_type'] === 1 ? CREDIT : [['cc_state', 64, 'hex']]);
}

function describeNack(to: Description, type: number): boolean {
  const whole = to.extend(NACK);
  const code = to.last['code'];
  if (code !== undefined) to.last['code_name'] = NACK_CODES[code as number] ?? `code_${code}`;
  return whole && (type === PdsType.Nack || to.extend(NACK_CCX));
}
