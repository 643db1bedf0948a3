import {counter32, counter64, field, formats, list, pct, type RecordFormat, SPECIFICATIONS} from './schema.ts';

const entriesAndMax = (...names: string[]) => counter32(...names.flatMap((name) => [name, `${name}_max`]));

/** Enterprise numbers (IANA) of the structures below. */
export const Enterprise = {Standard: 0, InMon: 4300, Broadcom: 4413, Nvidia: 5703} as const;

/** Broadcom's buffers and tables, NVIDIA's GPUs. */
export const counterVendorFormats: readonly RecordFormat[] = [
  ...formats('counter', Enterprise.Broadcom, SPECIFICATIONS.broadcom, [
    [1, 'bst_device_buffers', pct('uc_pc', 'mc_pc'), 'peaks since the last export'],
    [
      2,
      'bst_port_buffers',
      [
        ...pct('ingress_uc_pc', 'ingress_mc_pc', 'egress_uc_pc', 'egress_mc_pc'),
        list('egress_queue_uc_pc', [field('pct', '')]),
        list('egress_queue_mc_pc', [field('pct', '')]),
      ],
    ],
  ]),
  ...formats('counter', Enterprise.Broadcom, SPECIFICATIONS.tables, [
    [
      3,
      'hw_tables',
      [
        ...entriesAndMax('host_entries', 'ipv4_entries', 'ipv6_entries', 'ipv4_ipv6_entries', 'long_ipv6_entries'),
        ...entriesAndMax('total_routes', 'ecmp_nexthops', 'mac_entries'),
        ...counter32('ipv4_neighbors', 'ipv6_neighbors', 'ipv4_routes', 'ipv6_routes'),
        ...entriesAndMax('acl_ingress_entries', 'acl_ingress_counters', 'acl_ingress_meters', 'acl_ingress_slices'),
        ...entriesAndMax('acl_egress_entries', 'acl_egress_counters', 'acl_egress_meters', 'acl_egress_slices'),
      ],
    ],
  ]),
  ...formats('counter', Enterprise.Nvidia, SPECIFICATIONS.nvml, [
    [
      1,
      'nvidia_gpu',
      [
        ...counter32('device_count', 'processes', 'gpu_time_ms', 'mem_time_ms'),
        ...counter64('mem_total', 'mem_free'),
        ...counter32('ecc_errors', 'energy_mJ', 'temperature_celsius', 'fan_speed_percent'),
      ],
      'sums over the GPUs, except temperature and fan, which are maxima',
    ],
  ]),
];
