import {CounterRecordFormat as Format} from '../sflow/constants.ts';

/** How a field stands in its record. All ones, -1 of a percentage, and what is no number are "unknown". */
export type FieldType = 'u32' | 'u64' | 'i32' | 'f32' | 'pct';

/** One field of a counter record that is followed beside the interface counters. */
export interface GaugeMetric {
  /** As REST names it; Prometheus with underscores, and with the unit behind. */
  id: string;
  /** Of what is served; of a counter's rate a second. Base units. */
  unit: string;
  /** A counter only grows, and is served as a rate; a gauge as it is. */
  kind: 'counter' | 'gauge';
  meaning: string;
  /** data_format of its record; where its field stands in it, or in the part of each lane. */
  record: number;
  offset: number;
  type: FieldType;
  /** So many of what is told are one of what is served. */
  per: number;
  hasLanes: boolean;
  /** No counter grows faster than this, told ones a second: it was reset. */
  most: number;
}

const MICRO = 1e6;
const MILLI = 1e3;
const PERCENT = 100;
/** A percentage is told in hundredths of one. */
const PCT = 1e4;

/** Where the lanes of an optical module start behind their number, and how many bytes each takes (sflow_optics.txt). */
export const LANES_AT = 20;
export const LANE_BYTES = 40;

type Row = [
  offset: number,
  type: FieldType,
  kind: GaugeMetric['kind'],
  id: string,
  unit: string,
  per: number,
  meaning: string,
  more?: Partial<Pick<GaugeMetric, 'hasLanes' | 'most'>>,
];

const record = (format: number, rows: Row[]): GaugeMetric[] =>
  rows.map(([offset, type, kind, id, unit, per, meaning, more]) => ({
    ...{id, unit, kind, meaning, record: format, offset, type, per, hasLanes: false, most: Number.POSITIVE_INFINITY},
    ...more,
  }));

/**
 * All of them; a Partial names them by their place, so new ones go to the end.
 *
 * Priority flow control (0:11) as host-sflow sends it: sums over all priorities; which of requests and indications
 * means sent differs between agents.
 */
export const GAUGE_METRICS: readonly GaugeMetric[] = [
  ...record(Format.Pfc, [
    [0, 'u32', 'counter', 'pfc-requests', 'frames/s', 1, 'PFC requests, all priorities'],
    [4, 'u32', 'counter', 'pfc-indications', 'frames/s', 1, 'PFC indications, all priorities'],
    // Eight priorities may be paused at once.
    [
      8,
      'u32',
      'counter',
      'pfc-pause',
      'ratio',
      MICRO,
      'share of time that was paused, priorities added up',
      {most: 8e6},
    ],
    [12, 'u32', 'counter', 'pfc-storms-detected', 'storms/s', 1, 'times that the watchdog found a storm'],
    [16, 'u32', 'counter', 'pfc-storms-restored', 'storms/s', 1, 'times that a storm was over'],
  ]),
  ...record(Format.Optics, [
    [8, 'u32', 'gauge', 'optics-supply', 'volts', MILLI, 'supply voltage of the module'],
    [12, 'i32', 'gauge', 'optics-temperature', 'celsius', MILLI, 'temperature of the module'],
    [4, 'u32', 'gauge', 'optics-tx-bias', 'amperes', MICRO, 'bias current of the laser', {hasLanes: true}],
    [8, 'u32', 'gauge', 'optics-tx-power', 'watts', MICRO, 'light sent', {hasLanes: true}],
    [24, 'u32', 'gauge', 'optics-rx-power', 'watts', MICRO, 'light received', {hasLanes: true}],
  ]),
  ...record(Format.Gpu, [
    [0, 'u32', 'gauge', 'gpu-installed', 'devices', 1, 'GPUs of the host'],
    [4, 'u32', 'gauge', 'gpu-processes', 'processes', 1, 'processes that use them'],
    [16, 'u64', 'gauge', 'gpu-memory', 'bytes', 1, 'memory of all GPUs'],
    [24, 'u64', 'gauge', 'gpu-memory-free', 'bytes', 1, 'of it, free'],
    [40, 'u32', 'gauge', 'gpu-temperature', 'celsius', 1, 'of the hottest GPU'],
    [44, 'u32', 'gauge', 'gpu-fan', 'ratio', PERCENT, 'speed of the fastest fan'],
    [8, 'u32', 'counter', 'gpu-busy', 'devices', MILLI, 'GPUs that were busy, mean'],
    [12, 'u32', 'counter', 'gpu-memory-busy', 'devices', MILLI, 'GPUs whose memory was busy, mean'],
    [32, 'u32', 'counter', 'gpu-ecc-errors', 'errors/s', 1, 'ECC errors of all GPUs'],
    [36, 'u32', 'counter', 'gpu-power', 'watts', MILLI, 'power of all GPUs, mean'],
  ]),
  ...record(Format.Processor, [
    [0, 'pct', 'gauge', 'processor-busy', 'ratio', PCT, "the switch's processor, last 5 s"],
    [12, 'u64', 'gauge', 'processor-memory', 'bytes', 1, "the switch's memory"],
    [20, 'u64', 'gauge', 'processor-memory-free', 'bytes', 1, 'of it, free'],
  ]),
  ...record(Format.HostCpu, [
    [0, 'f32', 'gauge', 'host-load', 'processes', 1, 'load average of one minute'],
    [20, 'u32', 'gauge', 'host-cpus', 'cpus', 1, 'processors of the host'],
    [32, 'u32', 'counter', 'host-cpu-user', 'cpus', MILLI, 'processors that ran programs, mean'],
    [40, 'u32', 'counter', 'host-cpu-system', 'cpus', MILLI, 'processors that ran the kernel, mean'],
    [44, 'u32', 'counter', 'host-cpu-idle', 'cpus', MILLI, 'processors that were idle, mean'],
    [48, 'u32', 'counter', 'host-cpu-wait', 'cpus', MILLI, 'processors that waited for input or output, mean'],
  ]),
  ...record(Format.HostMemory, [
    [0, 'u64', 'gauge', 'host-memory', 'bytes', 1, 'memory of the host'],
    [8, 'u64', 'gauge', 'host-memory-free', 'bytes', 1, 'of it, free'],
    [24, 'u64', 'gauge', 'host-memory-buffers', 'bytes', 1, 'of it, buffers'],
    [32, 'u64', 'gauge', 'host-memory-cached', 'bytes', 1, 'of it, cache'],
    [40, 'u64', 'gauge', 'host-swap', 'bytes', 1, 'swap space'],
    [48, 'u64', 'gauge', 'host-swap-free', 'bytes', 1, 'of it, free'],
  ]),
  ...record(Format.HostDisk, [
    [0, 'u64', 'gauge', 'host-disk', 'bytes', 1, 'size of all disks'],
    [8, 'u64', 'gauge', 'host-disk-free', 'bytes', 1, 'of it, free'],
    [16, 'pct', 'gauge', 'host-partition-used', 'ratio', PCT, 'the fullest partition'],
    [20, 'u32', 'counter', 'host-disk-reads', 'operations/s', 1, 'reads from disks'],
    [24, 'u64', 'counter', 'host-disk-read', 'bytes/s', 1, 'read from disks'],
    [36, 'u32', 'counter', 'host-disk-writes', 'operations/s', 1, 'writes to disks'],
    [40, 'u64', 'counter', 'host-disk-written', 'bytes/s', 1, 'written to disks'],
  ]),
  ...record(Format.HostNet, [
    [0, 'u64', 'counter', 'host-net-in', 'bytes/s', 1, 'received by all adapters'],
    [8, 'u32', 'counter', 'host-net-packets-in', 'packets/s', 1, 'packets received'],
    [12, 'u32', 'counter', 'host-net-errors-in', 'errors/s', 1, 'errors in receiving'],
    [16, 'u32', 'counter', 'host-net-drops-in', 'packets/s', 1, 'received packets that were dropped'],
    [20, 'u64', 'counter', 'host-net-out', 'bytes/s', 1, 'sent by all adapters'],
    [28, 'u32', 'counter', 'host-net-packets-out', 'packets/s', 1, 'packets sent'],
    [32, 'u32', 'counter', 'host-net-errors-out', 'errors/s', 1, 'errors in sending'],
    [36, 'u32', 'counter', 'host-net-drops-out', 'packets/s', 1, 'packets that were dropped in place of being sent'],
  ]),
  ...record(Format.DeviceBuffers, [
    [
      0,
      'pct',
      'gauge',
      'device-buffer',
      'ratio',
      PCT,
      'peak of unicast in the buffer of the device since its last counters',
    ],
    [4, 'pct', 'gauge', 'device-buffer-multicast', 'ratio', PCT, 'peak of multicast in it'],
  ]),
  ...record(Format.PortBuffers, [
    [
      0,
      'pct',
      'gauge',
      'port-buffer-in',
      'ratio',
      PCT,
      "peak of unicast in the port's ingress buffer since its last counters",
    ],
    [4, 'pct', 'gauge', 'port-buffer-in-multicast', 'ratio', PCT, 'peak of multicast in it'],
    [8, 'pct', 'gauge', 'port-buffer-out', 'ratio', PCT, "peak of unicast in the port's egress buffer"],
    [12, 'pct', 'gauge', 'port-buffer-out-multicast', 'ratio', PCT, 'peak of multicast in it'],
  ]),
];
