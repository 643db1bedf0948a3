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

type Row = [offset: number, type: FieldType, id: string, unit: string, per: number, meaning: string];

const rows = (record: number, kind: GaugeMetric['kind'], list: Row[], more: Partial<GaugeMetric> = {}): GaugeMetric[] =>
  list.map(([offset, type, id, unit, per, meaning]) => ({
    ...{id, unit, kind, meaning, record, offset, type, per, hasLanes: false, most: Number.POSITIVE_INFINITY},
    ...more,
  }));

/**
 * All of them; a Partial names them by their place, so new ones go to the end.
 *
 * Priority flow control (0:11) as host-sflow sends it: sums over all priorities; which of requests and indications
 * means sent differs between agents.
 */
export const GAUGE_METRICS: readonly GaugeMetric[] = [
  ...rows(Format.Pfc, 'counter', [
    [0, 'u32', 'pfc-requests', 'frames/s', 1, 'PFC requests, all priorities'],
    [4, 'u32', 'pfc-indications', 'frames/s', 1, 'PFC indications, all priorities'],
  ]),
  ...rows(
    Format.Pfc,
    'counter',
    [[8, 'u32', 'pfc-pause', 'ratio', MICRO, 'share of time that was paused, priorities added up']],
    // Eight priorities may be paused at once.
    {most: 8e6},
  ),
  ...rows(Format.Pfc, 'counter', [
    [12, 'u32', 'pfc-storms-detected', 'storms/s', 1, 'times that the watchdog found a storm'],
    [16, 'u32', 'pfc-storms-restored', 'storms/s', 1, 'times that a storm was over'],
  ]),
  ...rows(Format.Optics, 'gauge', [
    [8, 'u32', 'optics-supply', 'volts', MILLI, 'supply voltage of the module'],
    [12, 'i32', 'optics-temperature', 'celsius', MILLI, 'temperature of the module'],
  ]),
  ...rows(
    Format.Optics,
    'gauge',
    [
      [4, 'u32', 'optics-tx-bias', 'amperes', MICRO, 'bias current of the laser'],
      [8, 'u32', 'optics-tx-power', 'watts', MICRO, 'light sent'],
      [24, 'u32', 'optics-rx-power', 'watts', MICRO, 'light received'],
    ],
    {hasLanes: true},
  ),
  ...rows(Format.Gpu, 'gauge', [
    [0, 'u32', 'gpu-installed', 'devices', 1, 'GPUs of the host'],
    [4, 'u32', 'gpu-processes', 'processes', 1, 'processes that use them'],
    [16, 'u64', 'gpu-memory', 'bytes', 1, 'memory of all GPUs'],
    [24, 'u64', 'gpu-memory-free', 'bytes', 1, 'of it, free'],
    [40, 'u32', 'gpu-temperature', 'celsius', 1, 'of the hottest GPU'],
    [44, 'u32', 'gpu-fan', 'ratio', PERCENT, 'speed of the fastest fan'],
  ]),
  ...rows(Format.Gpu, 'counter', [
    [8, 'u32', 'gpu-busy', 'devices', MILLI, 'GPUs that were busy, mean'],
    [12, 'u32', 'gpu-memory-busy', 'devices', MILLI, 'GPUs whose memory was busy, mean'],
    [32, 'u32', 'gpu-ecc-errors', 'errors/s', 1, 'ECC errors of all GPUs'],
    [36, 'u32', 'gpu-power', 'watts', MILLI, 'power of all GPUs, mean'],
  ]),
  ...rows(Format.Processor, 'gauge', [
    [0, 'pct', 'processor-busy', 'ratio', PCT, "the switch's processor, last 5 s"],
    [12, 'u64', 'processor-memory', 'bytes', 1, "the switch's memory"],
    [20, 'u64', 'processor-memory-free', 'bytes', 1, 'of it, free'],
  ]),
  ...rows(Format.HostCpu, 'gauge', [
    [0, 'f32', 'host-load', 'processes', 1, 'load average of one minute'],
    [20, 'u32', 'host-cpus', 'cpus', 1, 'processors of the host'],
  ]),
  ...rows(Format.HostCpu, 'counter', [
    [32, 'u32', 'host-cpu-user', 'cpus', MILLI, 'processors that ran programs, mean'],
    [40, 'u32', 'host-cpu-system', 'cpus', MILLI, 'processors that ran the kernel, mean'],
    [44, 'u32', 'host-cpu-idle', 'cpus', MILLI, 'processors that were idle, mean'],
    [48, 'u32', 'host-cpu-wait', 'cpus', MILLI, 'processors that waited for input or output, mean'],
  ]),
  ...rows(Format.HostMemory, 'gauge', [
    [0, 'u64', 'host-memory', 'bytes', 1, 'memory of the host'],
    [8, 'u64', 'host-memory-free', 'bytes', 1, 'of it, free'],
    [24, 'u64', 'host-memory-buffers', 'bytes', 1, 'of it, buffers'],
    [32, 'u64', 'host-memory-cached', 'bytes', 1, 'of it, cache'],
    [40, 'u64', 'host-swap', 'bytes', 1, 'swap space'],
    [48, 'u64', 'host-swap-free', 'bytes', 1, 'of it, free'],
  ]),
  ...rows(Format.HostDisk, 'gauge', [
    [0, 'u64', 'host-disk', 'bytes', 1, 'size of all disks'],
    [8, 'u64', 'host-disk-free', 'bytes', 1, 'of it, free'],
    [16, 'pct', 'host-partition-used', 'ratio', PCT, 'the fullest partition'],
  ]),
  ...rows(Format.HostDisk, 'counter', [
    [20, 'u32', 'host-disk-reads', 'operations/s', 1, 'reads from disks'],
    [24, 'u64', 'host-disk-read', 'bytes/s', 1, 'read from disks'],
    [36, 'u32', 'host-disk-writes', 'operations/s', 1, 'writes to disks'],
    [40, 'u64', 'host-disk-written', 'bytes/s', 1, 'written to disks'],
  ]),
  ...rows(Format.HostNet, 'counter', [
    [0, 'u64', 'host-net-in', 'bytes/s', 1, 'received by all adapters'],
    [8, 'u32', 'host-net-packets-in', 'packets/s', 1, 'packets received'],
    [12, 'u32', 'host-net-errors-in', 'errors/s', 1, 'errors in receiving'],
    [16, 'u32', 'host-net-drops-in', 'packets/s', 1, 'received packets that were dropped'],
    [20, 'u64', 'host-net-out', 'bytes/s', 1, 'sent by all adapters'],
    [28, 'u32', 'host-net-packets-out', 'packets/s', 1, 'packets sent'],
    [32, 'u32', 'host-net-errors-out', 'errors/s', 1, 'errors in sending'],
    [36, 'u32', 'host-net-drops-out', 'packets/s', 1, 'packets that were dropped in place of being sent'],
  ]),
  ...rows(Format.DeviceBuffers, 'gauge', [
    [0, 'pct', 'device-buffer', 'ratio', PCT, 'peak of unicast in the buffer of the device since its last counters'],
    [4, 'pct', 'device-buffer-multicast', 'ratio', PCT, 'peak of multicast in it'],
  ]),
  ...rows(Format.PortBuffers, 'gauge', [
    [0, 'pct', 'port-buffer-in', 'ratio', PCT, "peak of unicast in the port's ingress buffer since its last counters"],
    [4, 'pct', 'port-buffer-in-multicast', 'ratio', PCT, 'peak of multicast in it'],
    [8, 'pct', 'port-buffer-out', 'ratio', PCT, "peak of unicast in the port's egress buffer"],
    [12, 'pct', 'port-buffer-out-multicast', 'ratio', PCT, 'peak of multicast in it'],
  ]),
];
