/** InfiniBand opcodes and acknowledgements in words (vol. 1, 9.2 and 9.7.5). Not for the hot path. */
import {OPCODE_CNP, Operation, opcodeTraits, Trait} from './opcodes.ts';

const TRANSPORTS = ['RC', 'UC', 'RD', 'UD', 'CN', 'XRC', 'vendor', 'vendor'];

const operations: Readonly<Record<number, string>> = {
  [Operation.SendFirst]: 'SEND First',
  [Operation.SendMiddle]: 'SEND Middle',
  [Operation.SendLast]: 'SEND Last',
  [Operation.SendLastImmediate]: 'SEND Last with Immediate',
  [Operation.SendOnly]: 'SEND Only',
  [Operation.SendOnlyImmediate]: 'SEND Only with Immediate',
  [Operation.WriteFirst]: 'RDMA WRITE First',
  [Operation.WriteMiddle]: 'RDMA WRITE Middle',
  [Operation.WriteLast]: 'RDMA WRITE Last',
  [Operation.WriteLastImmediate]: 'RDMA WRITE Last with Immediate',
  [Operation.WriteOnly]: 'RDMA WRITE Only',
  [Operation.WriteOnlyImmediate]: 'RDMA WRITE Only with Immediate',
  [Operation.ReadRequest]: 'RDMA READ Request',
  [Operation.ReadResponseFirst]: 'RDMA READ Response First',
  [Operation.ReadResponseMiddle]: 'RDMA READ Response Middle',
  [Operation.ReadResponseLast]: 'RDMA READ Response Last',
  [Operation.ReadResponseOnly]: 'RDMA READ Response Only',
  [Operation.Acknowledge]: 'Acknowledge',
  [Operation.AtomicAcknowledge]: 'ATOMIC Acknowledge',
  [Operation.CompareSwap]: 'CmpSwap',
  [Operation.FetchAdd]: 'FetchAdd',
  [Operation.Resync]: 'RESYNC',
  [Operation.SendLastInvalidate]: 'SEND Last with Invalidate',
  [Operation.SendOnlyInvalidate]: 'SEND Only with Invalidate',
  [Operation.Flush]: 'FLUSH',
  [Operation.AtomicWrite]: 'ATOMIC WRITE',
};

/** `RC RDMA WRITE First`; a number where the opcode is a vendor's or not assigned. */
export function opcodeName(opcode: number): string {
  if (opcode === OPCODE_CNP) return 'CNP';
  const transport = TRANSPORTS[opcode >>> 5]!;
  const known = (opcodeTraits[opcode]! & Trait.Known) !== 0;
  return known ? `${transport} ${operations[opcode & 0x1f]}` : `${transport} 0x${opcode.toString(16)}`;
}

const KINDS = ['ack', 'rnr_nak', 'reserved', 'nak'] as const;

/** Bits 6 and 5 of an AETH syndrome (vol. 1, 9.7.5.1.2). */
export function aethKind(syndrome: number): (typeof KINDS)[number] {
  return KINDS[(syndrome >>> 5) & 3]!;
}

/**
 * Messages that the responder has room for, from an ACK's credit code; -1 where it does not say (code 31). Codes from
 * 2 on are powers of two, each followed by one and a half times itself (vol. 1, table 46).
 */
export function aethCredits(syndrome: number): number {
  const code = syndrome & 0x1f;
  if (code === 31) return -1;
  if (code < 2) return code;
  return (code & 1) === 0 ? 2 ** (code / 2) : 1.5 * 2 ** ((code - 1) / 2);
}

/** Milliseconds to wait, from the timer code of a "receiver not ready" NAK (vol. 1, table 45). Code 0 is the longest. */
export function aethRnrMs(syndrome: number): number {
  const code = syndrome & 0x1f;
  if (code === 0) return 655.36;
  if (code < 3) return code / 100;
  const hundredths = (code & 1) === 0 ? 2 ** (code / 2) : 1.5 * 2 ** ((code - 1) / 2);
  return hundredths / 100;
}

const NAKS = [
  'psn_sequence_error',
  'invalid_request',
  'remote_access_error',
  'remote_operational_error',
  'invalid_rd_request',
];

/** What a NAK says (vol. 1, table 47). */
export function nakName(syndrome: number): string {
  const code = syndrome & 0x1f;
  return NAKS[code] ?? `reserved_${code}`;
}
