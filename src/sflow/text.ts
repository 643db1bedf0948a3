/**
 * Values as people write them. For the API, `decode` and logs; never for the hot path, which keeps numbers.
 */
import {INTERNAL_INTERFACE, InterfaceFormat, SourceClass} from './constants.ts';
import {discardReasonName} from './discard-reasons.ts';

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');

/** Bytes as two hex digits each, in lower case. */
export function formatHex(data: DataView, start: number, end: number, separator = ''): string {
  const parts: string[] = [];
  for (let at = start; at < end; at++) parts.push(hex(data.getUint8(at), 2));
  return parts.join(separator);
}

const utf8 = new TextDecoder();

/** UTF-8, with a replacement character where it is not; text from the wire is only ever shown as text. */
export function decodeText(data: DataView, start: number, end: number): string {
  return utf8.decode(new Uint8Array(data.buffer, data.byteOffset + start, end - start));
}

/** `00:53:00:ab:cd:ef` */
export function formatMac(data: DataView, at: number): string {
  return formatHex(data, at, at + 6, ':');
}

/** Dotted decimal. */
export function formatIpv4(address: number): string {
  return `${address >>> 24}.${(address >>> 16) & 0xff}.${(address >>> 8) & 0xff}.${address & 0xff}`;
}

/** RFC 5952: lower case, the longest run of zeros of at least two groups shortened, IPv4-mapped in dotted decimal. */
export function formatIpv6(a: number, b: number, c: number, d: number): string {
  if (a === 0 && b === 0 && c === 0xffff) return `::ffff:${formatIpv4(d)}`;
  const groups: number[] = [];
  for (const word of [a, b, c, d]) groups.push(word >>> 16, word & 0xffff);
  let start = -1;
  let length = 1;
  for (let i = 0; i < 8; i++) {
    let run = 0;
    while (i + run < 8 && groups[i + run] === 0) run++;
    if (run > length) {
      start = i;
      length = run;
    }
    i += run;
  }
  const texts = groups.map((group) => group.toString(16));
  if (start < 0) return texts.join(':');
  return `${texts.slice(0, start).join(':')}::${texts.slice(start + length).join(':')}`;
}

/** An address of four words as the views keep them: IPv4 where it is mapped, 0.0.0.0 where there is none. */
export function formatAddress(a: number, b: number, c: number, d: number): string {
  if (a === 0 && b === 0 && (c === 0xffff || (c === 0 && d === 0))) return formatIpv4(d);
  return formatIpv6(a, b, c, d);
}

/** 16 bytes in the form of RFC 9562. */
export function formatUuid(data: DataView, at: number): string {
  const all = formatHex(data, at, at + 16);
  return [all.slice(0, 8), all.slice(8, 12), all.slice(12, 16), all.slice(16, 20), all.slice(20)].join('-');
}

const SOURCE_CLASSES: Readonly<Record<number, string>> = {
  [SourceClass.Interface]: 'interface',
  [SourceClass.Vlan]: 'vlan',
  [SourceClass.Entity]: 'physical_entity',
  [SourceClass.Logical]: 'logical_entity',
};

/** v5, sflow_data_source. */
export function sourceClassName(sourceClass: number): string {
  return SOURCE_CLASSES[sourceClass] ?? `class_${sourceClass}`;
}

/** An interface word of a flow sample in words and numbers (v5, interface). */
export interface InterfaceText {
  format: 'single' | 'internal' | 'unknown' | 'discarded' | 'multiple' | 'undefined';
  ifIndex?: number;
  /** Number and name of the reason of a discard. */
  reason?: number;
  reason_name?: string;
  /** How many interfaces, 0 where the agent does not know. */
  count?: number;
  value?: number;
}

/** What an interface word says; format 3 is not defined, and keeps its value as it is. */
export function interfaceText(format: number, value: number): InterfaceText {
  switch (format) {
    case InterfaceFormat.Single:
      if (value === 0) return {format: 'unknown', ifIndex: 0};
      return value === INTERNAL_INTERFACE ? {format: 'internal', ifIndex: value} : {format: 'single', ifIndex: value};
    case InterfaceFormat.Discarded:
      return {format: 'discarded', reason: value, reason_name: discardReasonName(value)};
    case InterfaceFormat.Multiple:
      return {format: 'multiple', count: value};
    default:
      return {format: 'undefined', value};
  }
}
