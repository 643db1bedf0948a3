/**
 * The language that the table of record formats is written in. A record is a list of fields in the order of the
 * wire; the same list decodes it, names it in JSON and documents it (docs/sflow-records.md), so a format is added in
 * one place. This is the comfortable way, for `decode` and for views that ask; the hot path reads its few fields by
 * fixed offsets (`flow-sample.ts`, `counter-sample.ts`).
 */

/** Where a sample carries the record: numbers are reused between these name spaces (v5, data_format). */
export type RecordKind = 'flow' | 'counter';

/** XDR types and the forms that values take in JSON. */
export type FieldType =
  | 'u32'
  | 'i32'
  | 'u64'
  | 'f32'
  /** 32 and 64 bits, all ones is "unknown" (v5, counters): null in JSON. */
  | 'counter32'
  | 'counter64'
  /** Hundredths of a percent, -1 unknown (v5, percentage): percent in JSON. */
  | 'pct'
  /** Thousandths and tenths of a degree: degrees Celsius in JSON. */
  | 'milliCelsius'
  | 'deciCelsius'
  | 'mac'
  /** Six bytes without the padding that XDR asks for. */
  | 'mac6'
  | 'ip4'
  | 'ip6'
  /** A type word, then no, 4 or 16 bytes (v5, address). */
  | 'address'
  | 'string'
  /** A length word and bytes: hex in JSON. */
  | 'opaque'
  | 'uuid'
  | 'byte'
  /** 802.1Q tag: TPID and TCI. */
  | 'tag'
  /** MPLS label stack entry (RFC 3032). */
  | 'label'
  /** BGP community (RFC 1997). */
  | 'community'
  /** OUI and cipher type (IEEE 802.11, 9.4.2.24). */
  | 'cipher'
  /** All bytes that are left: hex in JSON. */
  | 'rest'
  /** A count of records, each with its own format and length (extended_80211_aggregation). */
  | 'records';

/** One field, or an array of groups of fields with a count in front. */
export interface Field {
  name: string;
  type: FieldType | 'list';
  /** What the numbers of an enumeration mean; the name stands beside the number in JSON, as `…_name`. */
  names?: Readonly<Record<number, string>>;
  /** Newer or older agents leave it and what follows out. */
  optional?: boolean;
  /** Of a list: the fields of one entry. One nameless field makes a list of plain values. */
  of?: readonly Field[];
}

/** A record format. */
export interface RecordFormat {
  kind: RecordKind;
  enterprise: number;
  format: number;
  /** The standard's name of the structure, as JSON has it. */
  name: string;
  /** Where it is specified. */
  spec: string;
  fields: readonly Field[];
  /** Another layout under the same number, taken when it fits the record's length exactly and `fields` does not. */
  otherLayout?: readonly Field[];
  note?: string;
}

/** The specifications by the short names that the table uses. */
export const SPECIFICATIONS = {
  v5: 'sflow.org/sflow_version_5.txt',
  drops: 'sflow.org/sflow_drops.txt',
  transit: 'sflow.org/sflow_transit.txt',
  tunnels: 'sflow.org/sflow_tunnels.txt',
  host: 'sflow.org/sflow_host.txt',
  hostIp: 'sflow.org/sflow_host_ip.txt',
  http: 'sflow.org/sflow_http.txt',
  application: 'sflow.org/sflow_application.txt',
  jvm: 'sflow.org/sflow_jvm.txt',
  memcache: 'sflow.org/sflow_memcache.txt',
  wlan: 'sflow.org/sflow_80211.txt',
  openflow: 'sflow.org/sflow_openflow.txt',
  lag: 'sflow.org/sflow_lag.txt',
  optics: 'sflow.org/sflow_optics.txt',
  nvml: 'sflow.org/sflow_nvml.txt',
  broadcom: 'sflow.org/bv-sflow.txt',
  tables: 'sflow.org/sflow_broadcom_tables.txt',
  infiniband: 'sflow.org/draft_sflow_infiniband_2.txt',
  structures: 'sflow.org/developers/structures.php',
  hostSflow: 'github.com/sflow/host-sflow (as sent)',
} as const;

const several =
  (type: FieldType) =>
  (...names: string[]): Field[] =>
    names.map((name) => ({name, type}));

export const u32 = several('u32');
export const i32 = several('i32');
export const u64 = several('u64');
export const counter32 = several('counter32');
export const counter64 = several('counter64');
export const pct = several('pct');
export const mac = several('mac');
export const text = several('string');

/** A single field of any type. */
export function field(type: FieldType, name: string): Field {
  return {name, type};
}

/** A number with a name for each value. */
export function enumeration(name: string, names: Readonly<Record<number, string>>): Field {
  return {name, type: 'u32', names};
}

/** Fields that not every agent sends: the record may end in front of any of them. */
export function optional(fields: readonly Field[]): Field[] {
  return fields.map((one) => ({...one, optional: true}));
}

/** An array with its count in front; of one nameless field, an array of values. */
export function list(name: string, of: readonly Field[]): Field {
  return {name, type: 'list', of};
}

/** Gives each row its kind, enterprise and specification. */
export function formats(
  kind: RecordKind,
  enterprise: number,
  spec: string,
  rows: readonly (readonly [number, string, readonly Field[], string?])[],
): RecordFormat[] {
  return rows.map(([format, name, fields, note]) => ({
    kind,
    enterprise,
    format,
    name,
    spec,
    fields,
    ...(note === undefined ? {} : {note}),
  }));
}
