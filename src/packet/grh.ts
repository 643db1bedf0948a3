// Hot path: no allocation, no closure, no exception, no read outside [offset, end).
import {HeaderBytes, IBA_TRANSPORT, LinkNextHeader} from './opcodes.ts';
import {Layer, type PacketView} from './view.ts';

/**
 * Global route header (vol. 1, 8.3): the shape of an IPv6 header with GIDs for addresses. In RoCE version 1 it
 * follows the Ethertype and counts its payload from the BTH to the invariant CRC (annex A16).
 */
export function decodeGrh(packet: PacketView, data: DataView, offset: number, end: number): void {
  if (end - offset < HeaderBytes.Grh) {
    packet.layers |= Layer.Clipped;
    return;
  }
  const first = data.getUint16(offset);
  if (first >>> 12 !== 6) return;
  packet.layers |= Layer.Grh;
  const trafficClass = (first >>> 4) & 0xff;
  packet.dscp = trafficClass >>> 2;
  packet.ecn = trafficClass & 3;
  const length = data.getUint16(offset + 4);
  packet.ipLength = length + HeaderBytes.Grh;
  packet.ipProtocol = data.getUint8(offset + 6);
  packet.ttl = data.getUint8(offset + 7);
  packet.source0 = data.getUint32(offset + 8);
  packet.source1 = data.getUint32(offset + 12);
  packet.source2 = data.getUint32(offset + 16);
  packet.source3 = data.getUint32(offset + 20);
  packet.destination0 = data.getUint32(offset + 24);
  packet.destination1 = data.getUint32(offset + 28);
  packet.destination2 = data.getUint32(offset + 32);
  packet.destination3 = data.getUint32(offset + 36);
  packet.payloadOffset = offset + HeaderBytes.Grh;
  packet.payloadEnd = packet.payloadOffset + length;
}

/** Local route header of native InfiniBand (vol. 1, 7.7), which says whether a GRH follows. */
export function decodeLrh(packet: PacketView, data: DataView, offset: number, end: number): void {
  if (end - offset < HeaderBytes.Lrh) {
    packet.layers |= Layer.Clipped;
    return;
  }
  const next = data.getUint8(offset + 1) & 3;
  if (next !== LinkNextHeader.Grh) return;
  decodeGrh(packet, data, offset + HeaderBytes.Lrh, end);
}

/** Whether a GRH was found and a base transport header follows it. */
export function hasTransportBehindGrh(packet: PacketView): boolean {
  return (packet.layers & Layer.Grh) !== 0 && packet.ipProtocol === IBA_TRANSPORT;
}
