/** Writes records from the table of formats, with another value in each field; the reader is checked against it. */
import type {Field, RecordFormat} from '../../src/sflow/records/schema.ts';
import {opaque, words} from './datagram-builder.ts';
import {be} from './packet-builder.ts';

/** A field's bytes, and what JSON must show for them. */
interface Written {
  bytes: Buffer;
  // biome-ignore lint/suspicious/noExplicitAny: JSON of any shape.
  value: any;
}

const two = (value: number) => value.toString(16).padStart(2, '0');

/** Hands out values that differ from field to field, so that a field read from another's place shows. */
export class RecordWriter {
  private next = 1;

  record(format: RecordFormat, fields: readonly Field[] = format.fields): Written {
    return this.fields(fields);
  }

  private fields(fields: readonly Field[]): Written {
    const parts: Buffer[] = [];
    // biome-ignore lint/suspicious/noExplicitAny: JSON of any shape.
    const value: any = {};
    for (const field of fields) {
      const written = this.field(field);
      parts.push(written.bytes);
      value[field.name] = written.value;
      if (field.names !== undefined) value[`${field.name}_name`] = field.names[written.value] ?? 'unknown';
    }
    return {bytes: Buffer.concat(parts), value};
  }

  private field(field: Field): Written {
    if (field.type === 'list') {
      const of = field.of!;
      const entries = [1, 2].map(() => (of[0]!.name === '' ? this.field(of[0]!) : this.fields(of)));
      return {
        bytes: Buffer.concat([words(entries.length), ...entries.map(({bytes}) => bytes)]),
        value: entries.map(({value}) => value),
      };
    }
    return this.value(field.type);
  }

  private value(type: Exclude<Field['type'], 'list'>): Written {
    const n = this.next++;
    switch (type) {
      case 'u32':
      case 'counter32':
        return {bytes: words(n), value: n};
      case 'i32':
        return {bytes: words(-n), value: -n};
      case 'u64':
      case 'counter64':
        return {bytes: be([8, BigInt(n) + 2n ** 40n]), value: n + 2 ** 40};
      case 'f32': {
        const bytes = Buffer.alloc(4);
        bytes.writeFloatBE(n + 0.5);
        return {bytes, value: n + 0.5};
      }
      case 'pct':
        return {bytes: words(n), value: n / 100};
      case 'milliCelsius':
        return {bytes: words(-n * 1_000), value: -n};
      case 'deciCelsius':
        return {bytes: words(-n), value: -n / 10};
      case 'mac':
        return {bytes: Buffer.from([0, 1, 2, 3, 4, n, 0, 0]), value: `00:01:02:03:04:${two(n)}`};
      case 'mac6':
        return {bytes: Buffer.from([0, 1, 2, 3, 4, n]), value: `00:01:02:03:04:${two(n)}`};
      case 'ip4':
        return {bytes: Buffer.from([10, 0, 0, n]), value: `10.0.0.${n}`};
      case 'ip6':
        return {bytes: be([8, 0x20010db800000000n], [8, n]), value: `2001:db8::${n.toString(16)}`};
      case 'address':
        return {bytes: Buffer.concat([words(1), Buffer.from([10, 1, 0, n])]), value: `10.1.0.${n}`};
      case 'string':
        return {bytes: opaque(`text ${n}`), value: `text ${n}`};
      case 'opaque':
        return {bytes: opaque(Buffer.from([n, 1, 2])), value: `${two(n)}0102`};
      case 'uuid':
        return {
          bytes: Buffer.concat([Buffer.alloc(15, 0x11), Buffer.from([n])]),
          value: `11111111-1111-1111-1111-1111111111${two(n)}`,
        };
      case 'byte':
        return {bytes: Buffer.from([n]), value: n};
      case 'tag':
        return {bytes: be([2, 0x8100], [2, 0x6000 + n]), value: {tpid: '0x8100', priority: 3, dei: 0, vlan: n}};
      case 'label':
        return {bytes: be([4, n * 4096 + 0x940]), value: {label: n, exp: 4, bottom: 1, ttl: 64}};
      case 'community':
        return {bytes: be([2, 65_000], [2, n]), value: `65000:${n}`};
      case 'cipher':
        return {bytes: Buffer.from([0, 0x0f, 0xac, n]), value: {oui: '00:0f:ac', type: n}};
      case 'rest':
        return {bytes: Buffer.from([1, 2, 3, n]), value: `010203${two(n)}`};
      case 'records': {
        const nested = Buffer.concat([words(1), words(1_036, 4, n)]);
        return {bytes: nested, value: [{record: 'extended_egress_queue', format: '0:1036', queue: n}]};
      }
    }
  }
}
