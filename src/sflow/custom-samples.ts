/**
 * Samples of enterprise 4300, which say themselves what they hold: a list of names, types and values (as sFlow-RT
 * and sflowtool exchange them). Metrics are numbers of a host or a switch, flows are keys and values of a packet.
 */

import {unsigned64, type Value} from './records/values.ts';
import {decodeText, formatIpv4, formatIpv6, formatMac} from './text.ts';

const RT_METRIC = 0x010cc3ea;
const RT_FLOW = 0x010cc3eb;

type Type = 'string' | 'u32' | 'u64' | 'f32' | 'f64' | 'mac' | 'ip4' | 'ip6';

/** Types by their number on the wire. */
const METRIC_TYPES: readonly (readonly [string, Type])[] = [
  ['string', 'string'],
  ['counter32', 'u32'],
  ['counter64', 'u64'],
  ['gauge32', 'u32'],
  ['gauge64', 'u64'],
  ['gauge_float', 'f32'],
  ['gauge_double', 'f64'],
];
const FLOW_TYPES: readonly (readonly [string, Type])[] = [
  ['string', 'string'],
  ['mac', 'mac'],
  ['ip', 'ip4'],
  ['ip6', 'ip6'],
  ['int32', 'u32'],
  ['int64', 'u64'],
  ['float', 'f32'],
  ['double', 'f64'],
];
const SIZES: Readonly<Record<Exclude<Type, 'string'>, number>> = {
  u32: 4,
  u64: 8,
  f32: 4,
  f64: 8,
  mac: 6,
  ip4: 4,
  ip6: 16,
};

/** An object for an rtmetric or rtflow sample that stands in [start, end); null for any other. */
export function describeCustomSample(
  data: DataView,
  dataFormat: number,
  start: number,
  end: number,
): {[name: string]: Value} | null {
  if (dataFormat !== RT_METRIC && dataFormat !== RT_FLOW) return null;
  const isFlow = dataFormat === RT_FLOW;
  const reader = new Reader(data, start, end);
  const result: {[name: string]: Value} = {
    sample: isFlow ? 'rtflow' : 'rtmetric',
    format: isFlow ? '4300:1003' : '4300:1002',
    data_source: reader.text(),
  };
  if (isFlow) {
    result['sampling_rate'] = reader.u32();
    result['sample_pool'] = reader.u32();
  }
  const types = isFlow ? FLOW_TYPES : METRIC_TYPES;
  const values: Value[] = [];
  for (let left = reader.u32() ?? 0; left > 0 && !reader.cut; left--) {
    const name = reader.text();
    const type = reader.u32();
    if (type === null) break;
    const known = types[type];
    // The length of a value follows from its type, so behind an unknown one nothing can be found.
    if (known === undefined) {
      values.push({name, type: `type_${type}`});
      reader.cut = true;
    } else {
      values.push({name, type: known[0], value: reader.value(known[1])});
    }
  }
  result[isFlow ? 'fields' : 'metrics'] = values;
  if (reader.cut) result['truncated'] = 'the sample ends inside its values';
  return result;
}

class Reader {
  private readonly data: DataView;
  private at: number;
  private readonly end: number;
  cut = false;

  constructor(data: DataView, start: number, end: number) {
    this.data = data;
    this.at = start;
    this.end = end;
  }

  u32(): number | null {
    const at = this.take(4);
    return at < 0 ? null : this.data.getUint32(at);
  }

  text(): string | null {
    const length = this.u32();
    if (length === null) return null;
    const start = this.at;
    const end = this.take(length + (-length & 3)) < 0 ? this.end : start + length;
    return decodeText(this.data, start, end);
  }

  value(type: Type): Value {
    if (type === 'string') return this.text();
    const {data} = this;
    const at = this.take(SIZES[type]);
    if (at < 0) return null;
    switch (type) {
      case 'u32':
        return data.getUint32(at);
      case 'u64':
        return unsigned64(data, at);
      case 'f32':
        return data.getFloat32(at);
      case 'f64':
        return data.getFloat64(at);
      case 'mac':
        return formatMac(data, at);
      case 'ip4':
        return formatIpv4(data.getUint32(at));
      default:
        return formatIpv6(data.getUint32(at), data.getUint32(at + 4), data.getUint32(at + 8), data.getUint32(at + 12));
    }
  }

  private take(bytes: number): number {
    if (bytes > this.end - this.at) {
      this.cut = true;
      return -1;
    }
    const start = this.at;
    this.at += bytes;
    return start;
  }
}
