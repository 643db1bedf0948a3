import {aethCredits, aethKind, aethRnrMs, nakName, opcodeName} from '../opcode-names.ts';
import {HeaderBytes, IBA_TRANSPORT, LinkNextHeader, OPCODE_CNP, opcodeTraits, Trait} from '../opcodes.ts';
import type {BitField, Description} from './bit-fields.ts';

const LRH: readonly BitField[] = [
  ['virtual_lane', 4],
  ['link_version', 4],
  ['service_level', 4],
  ['reserved', 2, 'skip'],
  ['next_header', 2],
  ['destination_lid', 16],
  ['reserved', 5, 'skip'],
  ['length_words', 11],
  ['source_lid', 16],
];
const GRH: readonly BitField[] = [
  ['version', 4],
  ['dscp', 6],
  ['ecn', 2],
  ['flow_label', 20],
  ['payload_length', 16],
  ['next_header', 8],
  ['hop_limit', 8],
  ['source_gid', 128, 'ip6'],
  ['destination_gid', 128, 'ip6'],
];
const BTH: readonly BitField[] = [
  ['opcode', 8],
  ['solicited_event', 1],
  ['migration', 1],
  ['pad_count', 2],
  ['transport_version', 4],
  ['p_key', 16],
  ['fecn', 1],
  ['becn', 1],
  ['reserved', 6],
  ['dest_qp', 24],
  ['ack_req', 1],
  ['reserved_7', 7, 'skip'],
  ['psn', 24],
];

/** Extension headers in the order in which they follow the BTH (vol. 1, 9.2, table 35; FLUSH is annex A19). */
const EXTENSIONS: readonly (readonly [trait: number, layer: string, fields: readonly BitField[]])[] = [
  [
    Trait.Rdeth,
    'rdeth',
    [
      ['reserved', 8, 'skip'],
      ['ee_context', 24],
    ],
  ],
  [
    Trait.Deth,
    'deth',
    [
      ['q_key', 32],
      ['reserved', 8, 'skip'],
      ['source_qp', 24],
    ],
  ],
  [
    Trait.Xrceth,
    'xrceth',
    [
      ['reserved', 8, 'skip'],
      ['xrcsrq', 24],
    ],
  ],
  [
    Trait.Feth,
    'feth',
    [
      ['reserved', 26, 'skip'],
      ['selectivity', 2],
      ['placement_type', 4],
    ],
  ],
  [
    Trait.Reth,
    'reth',
    [
      ['virtual_address', 64, 'hex'],
      ['r_key', 32, 'hex'],
      ['dma_length', 32],
    ],
  ],
  [
    Trait.AtomicEth,
    'atomic_eth',
    [
      ['virtual_address', 64, 'hex'],
      ['r_key', 32, 'hex'],
      ['swap_or_add', 64],
      ['compare', 64],
    ],
  ],
  [
    Trait.Aeth,
    'aeth',
    [
      ['syndrome', 8],
      ['msn', 24],
    ],
  ],
  [Trait.AtomicAckEth, 'atomic_ack_eth', [['original_data', 64]]],
  [Trait.Immediate, 'immediate', [['data', 32, 'hex']]],
  [Trait.Invalidate, 'ieth', [['r_key', 32, 'hex']]],
];

/** Native InfiniBand: LRH, perhaps a GRH, BTH. */
export function describeLrh(to: Description): void {
  const start = to.at;
  if (!to.add('lrh', LRH)) return;
  const next = to.number('next_header');
  // The LRH counts words up to the invariant CRC, with itself; the variant CRC of two bytes is behind that.
  const wireEnd = start + to.number('length_words') * 4;
  if (next === LinkNextHeader.Grh) describeGrh(to);
  else if (next === LinkNextHeader.Bth) describeBth(to, wireEnd);
}

/** A GRH and, if it says so, a BTH: RoCE version 1. */
export function describeGrh(to: Description): void {
  if (!to.add('grh', GRH)) return;
  const wireEnd = to.at + to.number('payload_length');
  if (to.last['version'] === 6 && to.last['next_header'] === IBA_TRANSPORT) describeBth(to, wireEnd);
}

/**
 * A BTH, its extension headers, and how much payload there was. `wireEnd` is where the packet ended on the wire: the
 * four bytes in front of that are the invariant CRC and neither header nor payload.
 */
export function describeBth(to: Description, wireEnd: number): void {
  const present = to.end;
  to.end = Math.min(present, wireEnd - HeaderBytes.Icrc);
  if (!to.add('bth', BTH)) return;
  const opcode = to.number('opcode');
  const pad = to.number('pad_count');
  to.last['opcode_name'] = opcodeName(opcode);
  if (to.last['transport_version'] !== 0) return;
  if (opcode === OPCODE_CNP) to.skip(16);
  const traits = opcodeTraits[opcode]!;
  for (const [trait, layer, fields] of EXTENSIONS) {
    if ((traits & trait) === 0) continue;
    if (!to.add(layer, fields)) return;
    if (trait === Trait.Aeth) describeSyndrome(to);
  }
  if ((traits & Trait.Known) === 0) return;
  const payload = wireEnd - HeaderBytes.Icrc - pad - to.at;
  if ((traits & Trait.Payload) !== 0) to.layers.push({layer: 'roce_payload', bytes: Math.max(0, payload), pad});
  if (present >= wireEnd && wireEnd - HeaderBytes.Icrc >= to.at) {
    const icrc = to.forms.hex(to.data, wireEnd - HeaderBytes.Icrc, wireEnd);
    to.layers.push({layer: 'icrc', value: `0x${icrc}`});
  }
}

function describeSyndrome(to: Description): void {
  const syndrome = to.number('syndrome');
  const kind = aethKind(syndrome);
  to.last['kind'] = kind;
  if (kind === 'ack') {
    const credits = aethCredits(syndrome);
    if (credits >= 0) to.last['credits'] = credits;
  } else if (kind === 'rnr_nak') {
    to.last['timer_ms'] = aethRnrMs(syndrome);
  } else if (kind === 'nak') {
    to.last['nak'] = nakName(syndrome);
  }
}
