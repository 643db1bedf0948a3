/**
 * Ultra Ethernet Transport (UEC 1.0.1): the numbers of its packet delivery sublayer. Ports and layouts of code from
 * before 1.0 differ and are not decoded.
 */

/** UDP destination port; the delivery sublayer's header stands at the payload. */
export const UET_PORT = 4793;
/** An experimental IP protocol number, which the reference provider uses for UET without UDP. */
export const UET_NATIVE_PROTOCOL = 253;
/** Entropy value and reserved bytes in front of the delivery header where there is no UDP. */
export const UET_ENTROPY_BYTES = 4;

/** Packet types: upper five bits of the prologue. */
export const PdsType = {
  Secured: 1,
  RudRequest: 2,
  RodRequest: 3,
  RudiRequest: 4,
  RudiResponse: 5,
  UudRequest: 6,
  Ack: 7,
  AckCc: 8,
  AckCcx: 9,
  Nack: 10,
  Control: 11,
  NackCcx: 12,
  RudRequestCc: 13,
  RodRequestCc: 14,
} as const;

/** Names for people, by number. */
export const PDS_TYPE_NAMES: readonly string[] = [
  'reserved',
  'secured',
  'rud_request',
  'rod_request',
  'rudi_request',
  'rudi_response',
  'uud_request',
  'ack',
  'ack_cc',
  'ack_ccx',
  'nack',
  'control',
  'nack_ccx',
  'rud_request_cc',
  'rod_request_cc',
];
