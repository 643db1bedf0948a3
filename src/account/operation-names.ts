/** Kinds of packets in words, as the section of operations numbers them. */
import {UET_CLASS_NAMES} from '../classify/uet.ts';
import {nakName, opcodeName} from '../packet/opcode-names.ts';
import {NAK_CODES, UET_KINDS} from './operation-table.ts';

export interface KindName {
  /** `RC`, `UC`, `RD`, `UD`, `XRC`, `CN` (congestion notification), `vendor`, or `UET`. */
  transport: string;
  name: string;
  /** Of the BTH; null where there is none. */
  opcode: number | null;
}

export function kindName(kind: number): KindName {
  if (kind >= UET_KINDS) return {transport: 'UET', name: UET_CLASS_NAMES[kind - UET_KINDS] ?? 'unknown', opcode: null};
  const text = opcodeName(kind);
  const space = text.indexOf(' ');
  if (space < 0) return {transport: 'CN', name: text, opcode: kind};
  return {transport: text.slice(0, space), name: text.slice(space + 1), opcode: kind};
}

/** What NAKs say, by code; the last one stands for all that mean nothing. */
export const NAK_NAMES: readonly string[] = [
  ...Array.from({length: NAK_CODES}, (_, code) => nakName(code)),
  'reserved',
];
