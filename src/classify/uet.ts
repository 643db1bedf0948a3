// Hot path: no allocation, no closure, no exception, no read outside the header.
import {PdsType, UET_ENTROPY_BYTES, UET_NATIVE_PROTOCOL, UET_PORT} from '../packet/uet.ts';
import {Layer, type PacketView} from '../packet/view.ts';

/** What a packet is to Ultra Ethernet. */
export const UetClass = {
  /** Not Ultra Ethernet. */
  None: 0,
  /** Encrypted or authenticated by the transport's own security; what is inside cannot be told. */
  Secured: 1,
  Request: 2,
  Response: 3,
  Ack: 4,
  /** Negative acknowledgement; trimmed packets are answered with these. */
  Nack: 5,
  Control: 6,
  /** The port or protocol is Ultra Ethernet's, but the header was cut in front of its first two bytes. */
  Unreadable: 7,
} as const;

export type UetClass = (typeof UetClass)[keyof typeof UetClass];

/** Names for people and for labels, by number. */
export const UET_CLASS_NAMES: readonly string[] = [
  'none',
  'secured',
  'request',
  'response',
  'ack',
  'nack',
  'control',
  'unreadable',
];

const TYPES = 32;
const classOfType = new Uint8Array(TYPES);
classOfType[PdsType.Secured] = UetClass.Secured;
classOfType[PdsType.RudiResponse] = UetClass.Response;
classOfType[PdsType.Control] = UetClass.Control;
for (const type of [PdsType.RudRequest, PdsType.RodRequest, PdsType.RudiRequest, PdsType.UudRequest]) {
  classOfType[type] = UetClass.Request;
}
for (const type of [PdsType.RudRequestCc, PdsType.RodRequestCc]) classOfType[type] = UetClass.Request;
for (const type of [PdsType.Ack, PdsType.AckCc, PdsType.AckCcx]) classOfType[type] = UetClass.Ack;
for (const type of [PdsType.Nack, PdsType.NackCcx]) classOfType[type] = UetClass.Nack;

/**
 * Recognises Ultra Ethernet by UDP port 4793, or directly in IP by `nativeProtocol` (no number is assigned; -1 turns
 * that off), and a packet type that exists.
 */
export function classifyUet(
  packet: PacketView,
  data: DataView,
  end: number,
  nativeProtocol: number = UET_NATIVE_PROTOCOL,
): UetClass {
  const at = deliveryOffset(packet, nativeProtocol);
  if (at < 0) return UetClass.None;
  if (end - at < 2) return UetClass.Unreadable;
  return classOfType[data.getUint8(at) >>> 3] as UetClass;
}

/** Where the delivery sublayer's header stands, -1 in packets that are not Ultra Ethernet's. */
function deliveryOffset(packet: PacketView, nativeProtocol: number): number {
  if ((packet.layers & Layer.Udp) !== 0) return packet.destinationPort === UET_PORT ? packet.payloadOffset : -1;
  if ((packet.layers & (Layer.Ipv4 | Layer.Ipv6)) === 0 || packet.ipProtocol !== nativeProtocol) return -1;
  if ((packet.layers & (Layer.Fragment | Layer.Clipped)) !== 0) return -1;
  return packet.payloadOffset + UET_ENTROPY_BYTES;
}
