// Hot path: no allocation, no closure, no exception, no read outside [offset, end).
import {extensionBytes, HeaderBytes, OPCODE_CNP, opcodeTraits, operationOffset, Trait} from './opcodes.ts';
import {Layer, type PacketView} from './view.ts';

/** The answer of `decodeBth` where not all twelve bytes are there. */
export const NO_BTH = -1;

/**
 * Decodes an InfiniBand base transport header and the RETH or AETH behind it, in [offset, end) (InfiniBand
 * Architecture Specification vol. 1, 9.2-9.3). Answers with the opcode, plus 256 times the transport version, which
 * is 0 in all that exist; or `NO_BTH`, and then leaves `Layer.Bth` alone.
 */
export function decodeBth(packet: PacketView, data: DataView, offset: number, end: number): number {
  if (end - offset < HeaderBytes.Bth) {
    packet.layers |= Layer.Clipped;
    return NO_BTH;
  }
  packet.layers |= Layer.Bth;
  const first = data.getUint32(offset);
  const opcode = first >>> 24;
  const version = (first >>> 16) & 0xf;
  packet.opcode = opcode;
  packet.padCount = (first >>> 20) & 3;
  packet.transportVersion = version;
  packet.pKey = first & 0xffff;
  const qp = data.getUint32(offset + 4);
  packet.fecn = qp >>> 31;
  packet.becn = (qp >>> 30) & 1;
  packet.destQp = qp & 0xffffff;
  const psn = data.getUint32(offset + 8);
  packet.ackReq = psn >>> 31;
  packet.psn = psn & 0xffffff;
  const traits = opcodeTraits[opcode]!;
  if ((traits & (Trait.Reth | Trait.Aeth)) !== 0) {
    decodeOperation(packet, data, offset + operationOffset[opcode]!, end, traits);
  }
  return (version << 8) | opcode;
}

/** The RETH or AETH, whichever the opcode has. */
function decodeOperation(packet: PacketView, data: DataView, at: number, end: number, traits: number): void {
  if ((traits & Trait.Reth) !== 0) {
    if (end - at < HeaderBytes.Reth) {
      packet.layers |= Layer.Clipped;
      return;
    }
    packet.layers |= Layer.Reth;
    packet.dmaLength = data.getUint32(at + 12);
  } else {
    if (end - at < HeaderBytes.Aeth) {
      packet.layers |= Layer.Clipped;
      return;
    }
    packet.layers |= Layer.Aeth;
    const word = data.getUint32(at);
    packet.syndrome = word >>> 24;
    packet.msn = word & 0xffffff;
  }
}

/** Bytes that a CNP has behind its BTH, reserved (annex A17.9.3). */
const CNP_RESERVED = 16;

/**
 * Bytes of payload that the packet carried on the wire: what its lengths leave between the extension headers and the
 * padding, without the invariant CRC. 0 where a vendor's opcode or lengths that contradict each other leave none.
 */
export function transportPayloadBytes(packet: PacketView): number {
  const traits = opcodeTraits[packet.opcode]!;
  if ((traits & Trait.Known) === 0) return 0;
  const extension = packet.opcode === OPCODE_CNP ? CNP_RESERVED : extensionBytes[packet.opcode]!;
  const around = HeaderBytes.Bth + extension + packet.padCount + HeaderBytes.Icrc;
  const left = packet.payloadEnd - packet.payloadOffset - around;
  return left > 0 ? left : 0;
}
