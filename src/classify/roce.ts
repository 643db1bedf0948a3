// Hot path: no allocation, no closure, no exception.
import {decodeBth, NO_BTH} from '../packet/bth.ts';
import {hasTransportBehindGrh} from '../packet/grh.ts';
import {HeaderBytes, OPCODE_CNP, Operation, opcodeTraits, ROCE_V2_PORT, Trait} from '../packet/opcodes.ts';
import {Layer, type PacketView} from '../packet/view.ts';

/** What a packet is to RoCEv2. */
export const RoceClass = {
  /** Not RoCEv2. */
  None: 0,
  Send: 1,
  Write: 2,
  ReadRequest: 3,
  ReadResponse: 4,
  Atomic: 5,
  Acknowledge: 6,
  /** Congestion notification packet. */
  Cnp: 7,
  /** A transport of a vendor, or an assigned operation of none of the classes above. */
  Other: 8,
  /** UDP port 4791, but the header was cut in front of the BTH or not sampled at all, so the port is all there is. */
  Unreadable: 9,
} as const;

export type RoceClass = (typeof RoceClass)[keyof typeof RoceClass];

/** Names for people and for labels, by number. */
export const ROCE_CLASS_NAMES: readonly string[] = [
  'none',
  'send',
  'write',
  'read_request',
  'read_response',
  'atomic',
  'acknowledge',
  'cnp',
  'other',
  'unreadable',
];

/** First opcode of the vendors' transports (vol. 1, 9.2.1): their operations are not public, their BTH is. */
const VENDOR_OPCODES = 0xc0;

const classOfOpcode = Uint8Array.from({length: 256}, (_, opcode) => classOf(opcode));

function classOf(opcode: number): RoceClass {
  if (opcode === OPCODE_CNP) return RoceClass.Cnp;
  if (opcode >= VENDOR_OPCODES) return RoceClass.Other;
  if ((opcodeTraits[opcode]! & Trait.Known) === 0) return RoceClass.None;
  const operation = opcode & 0x1f;
  if (operation <= Operation.SendOnlyImmediate) return RoceClass.Send;
  if (operation <= Operation.WriteOnlyImmediate) return RoceClass.Write;
  if (operation === Operation.ReadRequest) return RoceClass.ReadRequest;
  if (operation <= Operation.ReadResponseOnly) return RoceClass.ReadResponse;
  if (operation === Operation.Acknowledge) return RoceClass.Acknowledge;
  if (operation <= Operation.FetchAdd || operation === Operation.AtomicWrite) return RoceClass.Atomic;
  if (operation === Operation.SendLastInvalidate || operation === Operation.SendOnlyInvalidate) return RoceClass.Send;
  return RoceClass.Other;
}

/**
 * Recognises RoCEv2 by UDP destination port 4791 and a sane BTH: transport version 0 and an opcode that is assigned,
 * or a vendor's (annex A17.9). Decodes the BTH into the packet on the way. A port alone proves nothing where the BTH
 * can be read, and TCP on port 4791 is not RoCEv2. Of a packet in a tunnel, the inner one is classified.
 *
 * Some stacks answer to the port that the requester sent from, with 4791 as their own: there the port is the
 * sender's choice, so only an assigned opcode counts.
 */
export function classifyRoce(packet: PacketView, data: DataView, end: number): RoceClass {
  const layers = packet.layers & (Layer.Udp | Layer.Tunnel);
  if (layers === Layer.Udp && packet.destinationPort === ROCE_V2_PORT) return classifyTransport(packet, data, end);
  return (layers & Layer.Udp) === 0 ? RoceClass.None : classifyRare(packet, data, end);
}

/** UDP in a tunnel, and from port 4791. */
function classifyRare(packet: PacketView, data: DataView, end: number): RoceClass {
  if (packet.destinationPort === ROCE_V2_PORT) return classifyTransport(packet, data, readableEnd(packet, end));
  if (packet.sourcePort !== ROCE_V2_PORT) return RoceClass.None;
  const answer = classifyTransport(packet, data, readableEnd(packet, end));
  if (answer === RoceClass.Unreadable || packet.opcode >= VENDOR_OPCODES) return RoceClass.None;
  return answer;
}

/** The same for RoCE version 1, which has an Ethertype and a GRH in place of IP and UDP (annex A16). */
export function classifyRoceV1(packet: PacketView, data: DataView, end: number): RoceClass {
  if (!hasTransportBehindGrh(packet)) return RoceClass.None;
  return classifyTransport(packet, data, readableEnd(packet, end));
}

/** A packet in a tunnel may claim to be longer than the tunnel. */
function readableEnd(packet: PacketView, end: number): number {
  return (packet.layers & Layer.Tunnel) !== 0 && packet.tunnelEnd < end ? packet.tunnelEnd : end;
}

function classifyTransport(packet: PacketView, data: DataView, end: number): RoceClass {
  const offset = packet.payloadOffset;
  // The last four bytes are the invariant CRC, and no header (annex A17.9.1).
  const limit = packet.payloadEnd - HeaderBytes.Icrc;
  if (limit - offset < HeaderBytes.Bth) return RoceClass.None;
  const opcode = decodeBth(packet, data, offset, limit < end ? limit : end);
  if (opcode === NO_BTH) return RoceClass.Unreadable;
  return opcode > 0xff ? RoceClass.None : (classOfOpcode[opcode] as RoceClass);
}

/** Whether the packet is the first of an operation; READ responses and later packets of a message are not. */
export function startsOperation(packet: PacketView): boolean {
  return (packet.layers & Layer.Bth) !== 0 && (opcodeTraits[packet.opcode]! & Trait.Start) !== 0;
}
