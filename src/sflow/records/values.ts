/** Values of fixed size in the forms that JSON shows. */
import {formatHex, formatIpv4, formatIpv6, formatMac, formatUuid} from '../text.ts';
import type {FieldType} from './schema.ts';

/** What JSON can hold. */
export type Value = number | string | null | Value[] | {[name: string]: Value};

/** Bytes that a value of each fixed type takes on the wire. */
export const FIXED_BYTES: Partial<Record<FieldType, number>> = {
  u32: 4,
  i32: 4,
  u64: 8,
  f32: 4,
  counter32: 4,
  counter64: 8,
  pct: 4,
  milliCelsius: 4,
  deciCelsius: 4,
  mac: 8,
  mac6: 6,
  ip4: 4,
  ip6: 16,
  uuid: 16,
  byte: 1,
  tag: 4,
  label: 4,
  community: 4,
  cipher: 4,
};

/** The value of a fixed type that stands at `at`. */
export function fixedValue(data: DataView, type: FieldType, at: number): Value {
  switch (type) {
    case 'i32':
      return data.getInt32(at);
    case 'u64':
      return unsigned64(data, at);
    case 'f32':
      return float(data.getFloat32(at));
    case 'counter32':
      return data.getUint32(at) === 0xffffffff ? null : data.getUint32(at);
    case 'counter64':
      return data.getBigUint64(at) === 0xffffffffffffffffn ? null : unsigned64(data, at);
    case 'pct':
      return data.getInt32(at) === -1 ? null : data.getInt32(at) / 100;
    case 'milliCelsius':
      return data.getInt32(at) / 1_000;
    case 'deciCelsius':
      return data.getInt32(at) / 10;
    case 'mac':
    case 'mac6':
      return formatMac(data, at);
    case 'ip4':
      return formatIpv4(data.getUint32(at));
    case 'ip6':
      return ipv6At(data, at);
    case 'uuid':
      return formatUuid(data, at);
    case 'byte':
      return data.getUint8(at);
    case 'tag':
      return tagAt(data, at);
    case 'label':
      return labelAt(data, at);
    case 'community':
      return `${data.getUint16(at)}:${data.getUint16(at + 2)}`;
    case 'cipher':
      return {oui: formatHex(data, at, at + 3, ':'), type: data.getUint8(at + 3)};
    default:
      return data.getUint32(at);
  }
}

/** A number, or its decimal digits where a JSON number would lose some (past 2^53). */
export function unsigned64(data: DataView, at: number): number | string {
  const value = data.getBigUint64(at);
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString();
}

/** The shortest decimal that is the same single-precision number: 0.47, not 0.4699999988079071. */
function float(value: number): number | null {
  if (!Number.isFinite(value)) return null;
  for (let digits = 6; ; digits++) {
    const short = Number(value.toPrecision(digits));
    // Nine digits tell any two apart, so this ends.
    if (Math.fround(short) === value) return short;
  }
}

/** 16 bytes as an IPv6 address. */
export function ipv6At(data: DataView, at: number): string {
  return formatIpv6(data.getUint32(at), data.getUint32(at + 4), data.getUint32(at + 8), data.getUint32(at + 12));
}

/** IEEE 802.1Q, 9.6. */
function tagAt(data: DataView, at: number): Value {
  const tci = data.getUint16(at + 2);
  const tpid = `0x${data.getUint16(at).toString(16).padStart(4, '0')}`;
  return {tpid, priority: tci >>> 13, dei: (tci >>> 12) & 1, vlan: tci & 0xfff};
}

/** RFC 3032, 2.1. */
function labelAt(data: DataView, at: number): Value {
  const word = data.getUint32(at);
  return {label: word >>> 12, exp: (word >>> 9) & 7, bottom: (word >>> 8) & 1, ttl: word & 0xff};
}
