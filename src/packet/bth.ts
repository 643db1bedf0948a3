// Hot path: no allocation, no closure, no exception, no read outside [offset, end).
import {extensionBytes, HeaderBytes, OPCODE_CNP, opcodeTraits, Trait} from './opcodes.ts';
import {Layer, type PacketView} from './view.ts';

/**
 * Decodes an InfiniBand base transport header and the RETH or AETH behind it, in [offset, end) (InfiniBand
 * Architecture Specification vol. 1, 9.2-9.3). Sets `Layer.Bth` only when all twelve bytes are there.
 */
export function decodeBth(packet: PacketView, data: DataView, offset: number, end: number): void {
  if (end - offset < HeaderBytes.Bth) {
    packet.layers |= Layer.Clipped;
    return;
  }
  packet.layers |= Layer.Bth;
  const opcode = data.getUint8(offset);
  const flags = data.getUint8(offset + 1);
  packet.opcode = opcode;
  packet.padCount = (flags >>> 4) & 3;
  packet.transportVersion = flags & 0xf;
  packet.pKey = data.getUint16(offset + 2);
  const qp = data.getUint32(offset + 4);
  packet.fecn = qp >>> 31;
  packet.becn = (qp >>> 30) & 1;
  packet.destQp = qp & 0xffffff;
  const psn = data.getUint32(offset + 8);
  packet.ackReq = psn >>> 31;
  packet.psn = psn & 0xffffff;
  const traits = opcodeTraits[opcode]!;
  if ((traits & (Trait.Reth | Trait.Aeth)) === 0) return;
  // What stands between the BTH and the RETH or AETH: datagram and XRC headers, or the FETH of a FLUSH.
  let at = offset + HeaderBytes.Bth;
  if ((traits & Trait.Rdeth) !== 0) at += HeaderBytes.Rdeth;
  if ((traits & Trait.Deth) !== 0) at += HeaderBytes.Deth;
  if ((traits & Trait.Xrceth) !== 0) at += HeaderBytes.Xrceth;
  if ((traits & Trait.Feth) !== 0) at += HeaderBytes.Feth;
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
