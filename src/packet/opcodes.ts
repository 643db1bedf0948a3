/**
 * InfiniBand transport opcodes, as RoCE carries them (InfiniBand Architecture Specification vol. 1, 9.2; RoCEv2 is
 * annex A17). An opcode is three bits of transport and five bits of operation.
 */

/** UDP destination port of RoCEv2 (annex A17; IANA). */
export const ROCE_V2_PORT = 4791;

/** Transport: opcode >>> 5. */
export const Transport = {
  ReliableConnection: 0,
  UnreliableConnection: 1,
  ReliableDatagram: 2,
  UnreliableDatagram: 3,
  Congestion: 4,
  ExtendedReliable: 5,
} as const;

/** Operation: opcode & 0x1f. */
export const Operation = {
  SendFirst: 0x00,
  SendMiddle: 0x01,
  SendLast: 0x02,
  SendLastImmediate: 0x03,
  SendOnly: 0x04,
  SendOnlyImmediate: 0x05,
  WriteFirst: 0x06,
  WriteMiddle: 0x07,
  WriteLast: 0x08,
  WriteLastImmediate: 0x09,
  WriteOnly: 0x0a,
  WriteOnlyImmediate: 0x0b,
  ReadRequest: 0x0c,
  ReadResponseFirst: 0x0d,
  ReadResponseMiddle: 0x0e,
  ReadResponseLast: 0x0f,
  ReadResponseOnly: 0x10,
  Acknowledge: 0x11,
  AtomicAcknowledge: 0x12,
  CompareSwap: 0x13,
  FetchAdd: 0x14,
  Resync: 0x15,
  SendLastInvalidate: 0x16,
  SendOnlyInvalidate: 0x17,
  Flush: 0x1c,
  AtomicWrite: 0x1d,
} as const;

/** Congestion notification packet of RoCEv2 (annex A17.9.3): the only opcode of its transport group on port 4791. */
export const OPCODE_CNP = 0x81;

/** Next header of a GRH in front of a BTH (vol. 1, 8.3; annex A16). */
export const IBA_TRANSPORT = 0x1b;

/** LNH of the LRH: what follows it (vol. 1, 7.7.5). */
export const LinkNextHeader = {Raw: 0, RawIpv6: 1, Bth: 2, Grh: 3} as const;

/** Header lengths in bytes (vol. 1, 7.7, 8.3 and 9.2-9.3). */
export const HeaderBytes = {
  Lrh: 8,
  Grh: 40,
  Bth: 12,
  Rdeth: 4,
  Deth: 8,
  Xrceth: 4,
  Reth: 16,
  AtomicEth: 28,
  Aeth: 4,
  AtomicAckEth: 8,
  Immediate: 4,
  Invalidate: 4,
  Feth: 4,
  Icrc: 4,
} as const;

/** Bits of `opcodeTraits`: what follows the BTH, and what the packet does. */
export const Trait = {
  /** The opcode is assigned. Never set for the vendor groups. */
  Known: 1,
  Reth: 2,
  Aeth: 4,
  AtomicEth: 8,
  AtomicAckEth: 16,
  Immediate: 32,
  Invalidate: 64,
  Feth: 128,
  Rdeth: 256,
  Deth: 512,
  Xrceth: 1024,
  /** First packet of an operation: First, Only, READ Request, atomics, FLUSH, ATOMIC WRITE. */
  Start: 2048,
  Payload: 4096,
} as const;

const START_RETH = Trait.Known | Trait.Reth | Trait.Start;

/** Traits of the 32 operations on the reliable connection transport. */
function operationTraits(operation: number): number {
  const data = Trait.Known | Trait.Payload;
  switch (operation) {
    case Operation.SendFirst:
    case Operation.SendOnly:
      return data | Trait.Start;
    case Operation.SendMiddle:
    case Operation.SendLast:
    case Operation.WriteMiddle:
    case Operation.WriteLast:
    case Operation.ReadResponseMiddle:
      return data;
    case Operation.SendLastImmediate:
    case Operation.WriteLastImmediate:
      return data | Trait.Immediate;
    case Operation.SendOnlyImmediate:
      return data | Trait.Immediate | Trait.Start;
    case Operation.WriteFirst:
    case Operation.WriteOnly:
    case Operation.AtomicWrite:
      return START_RETH | Trait.Payload;
    case Operation.WriteOnlyImmediate:
      return START_RETH | Trait.Payload | Trait.Immediate;
    case Operation.ReadRequest:
      return START_RETH;
    case Operation.ReadResponseFirst:
    case Operation.ReadResponseLast:
    case Operation.ReadResponseOnly:
      return data | Trait.Aeth;
    case Operation.Acknowledge:
      return Trait.Known | Trait.Aeth;
    case Operation.AtomicAcknowledge:
      return Trait.Known | Trait.Aeth | Trait.AtomicAckEth;
    case Operation.CompareSwap:
    case Operation.FetchAdd:
      return Trait.Known | Trait.AtomicEth | Trait.Start;
    case Operation.SendLastInvalidate:
      return data | Trait.Invalidate;
    case Operation.SendOnlyInvalidate:
      return data | Trait.Invalidate | Trait.Start;
    case Operation.Flush:
      return START_RETH | Trait.Feth;
    default:
      return 0;
  }
}

const isResponse = (operation: number) =>
  operation >= Operation.ReadResponseFirst && operation <= Operation.AtomicAcknowledge;
const isInvalidate = (operation: number) =>
  operation === Operation.SendLastInvalidate || operation === Operation.SendOnlyInvalidate;

function traitsOf(opcode: number): number {
  const operation = opcode & 0x1f;
  const traits = operationTraits(operation);
  switch (opcode >>> 5) {
    case Transport.ReliableConnection:
      return traits;
    case Transport.UnreliableConnection:
      return operation <= Operation.WriteOnlyImmediate ? traits : 0;
    case Transport.ReliableDatagram:
      if (operation === Operation.Resync) return Trait.Known | Trait.Rdeth | Trait.Deth;
      if (traits === 0 || isInvalidate(operation) || operation === Operation.AtomicWrite) return 0;
      if (operation === Operation.Flush) return traits | Trait.Rdeth;
      return traits | Trait.Rdeth | (isResponse(operation) ? 0 : Trait.Deth);
    case Transport.UnreliableDatagram:
      return operation === Operation.SendOnly || operation === Operation.SendOnlyImmediate ? traits | Trait.Deth : 0;
    case Transport.Congestion:
      return opcode === OPCODE_CNP ? Trait.Known : 0;
    case Transport.ExtendedReliable:
      if (traits === 0 || operation === Operation.AtomicWrite) return 0;
      return traits | (isResponse(operation) ? 0 : Trait.Xrceth);
    default:
      return 0;
  }
}

/** `Trait` bits of each of the 256 opcodes; 0 for one that is not assigned. */
export const opcodeTraits: Uint16Array = Uint16Array.from({length: 256}, (_, opcode) => traitsOf(opcode));

/** Bytes of what stands in front of the RETH or AETH, and of everything behind that. */
const FRONT: readonly (readonly [trait: number, bytes: number])[] = [
  [Trait.Rdeth, HeaderBytes.Rdeth],
  [Trait.Deth, HeaderBytes.Deth],
  [Trait.Xrceth, HeaderBytes.Xrceth],
  [Trait.Feth, HeaderBytes.Feth],
];
const BACK: readonly (readonly [trait: number, bytes: number])[] = [
  [Trait.Reth, HeaderBytes.Reth],
  [Trait.Aeth, HeaderBytes.Aeth],
  [Trait.AtomicEth, HeaderBytes.AtomicEth],
  [Trait.AtomicAckEth, HeaderBytes.AtomicAckEth],
  [Trait.Immediate, HeaderBytes.Immediate],
  [Trait.Invalidate, HeaderBytes.Invalidate],
];

const sizeOf = (traits: number, parts: typeof FRONT) =>
  parts.reduce((sum, [trait, bytes]) => ((traits & trait) === 0 ? sum : sum + bytes), 0);

/** Bytes of the extension headers between the BTH and the payload, for each opcode. */
export const extensionBytes: Uint8Array = Uint8Array.from(
  opcodeTraits,
  (traits) => sizeOf(traits, FRONT) + sizeOf(traits, BACK),
);

/** Where the RETH or AETH stands, from the start of the BTH. */
export const operationOffset: Uint8Array = Uint8Array.from(
  opcodeTraits,
  (traits) => HeaderBytes.Bth + sizeOf(traits, FRONT),
);
