import {
  counter32,
  counter64,
  enumeration,
  type Field,
  field,
  formats,
  list,
  mac,
  optional,
  pct,
  type RecordFormat,
  SPECIFICATIONS,
  text,
  u32,
} from './schema.ts';

/** sflow_host.txt, machine_type and os_name. */
const numbered = (names: string): Record<number, string> => ({...names.split(' ')});
const MACHINE_TYPES = numbered('unknown other x86 x86_64 ia64 sparc alpha powerpc m68k mips arm hppa s390');
const OS_NAMES = numbered('unknown other linux windows darwin hpux aix dragonfly freebsd netbsd openbsd osf solaris');
/** sflow_host.txt, virt_cpu: the states of a libvirt domain. */
const VIRT_STATES = numbered('nostate running blocked paused shutdown shutoff crashed pmsuspended');

/** sflow_host.txt: -1 where the load is unknown. */
const loads: Field[] = ['load_one', 'load_five', 'load_fifteen'].map((name) => field('f32', name));
const traffic = (...errors: readonly [string, string, string, string, string, string, string, string]): Field[] => [
  ...counter64(errors[0]),
  ...counter32(errors[1], errors[2], errors[3]),
  ...counter64(errors[4]),
  ...counter32(errors[5], errors[6], errors[7]),
];

/** Hosts and virtual hosts. */
export const counterHostFormats: readonly RecordFormat[] = [
  ...formats('counter', 0, SPECIFICATIONS.host, [
    [
      2000,
      'host_descr',
      [
        ...text('hostname'),
        field('uuid', 'uuid'),
        enumeration('machine_type', MACHINE_TYPES),
        enumeration('os_name', OS_NAMES),
        ...text('os_release'),
      ],
    ],
    [2001, 'host_adapters', [list('adapters', [...u32('ifIndex'), list('mac_addresses', mac(''))])]],
    [2002, 'host_parent', u32('container_type', 'container_index')],
    [
      2003,
      'host_cpu',
      [
        ...loads,
        ...counter32('proc_run', 'proc_total', 'cpu_num', 'cpu_speed_MHz', 'uptime_s', 'cpu_user_ms', 'cpu_nice_ms'),
        ...counter32('cpu_system_ms', 'cpu_idle_ms', 'cpu_wio_ms', 'cpu_intr_ms', 'cpu_sintr_ms', 'interrupts'),
        ...counter32('contexts'),
        ...optional(counter32('cpu_steal_ms', 'cpu_guest_ms', 'cpu_guest_nice_ms')),
      ],
    ],
    [
      2004,
      'host_memory',
      [
        ...counter64('mem_total', 'mem_free', 'mem_shared', 'mem_buffers', 'mem_cached', 'swap_total', 'swap_free'),
        ...counter32('page_in', 'page_out', 'swap_in', 'swap_out'),
      ],
    ],
    [
      2005,
      'host_disk_io',
      [
        ...counter64('disk_total', 'disk_free'),
        ...pct('part_max_used'),
        ...counter32('reads'),
        ...counter64('bytes_read'),
        ...counter32('read_time_ms', 'writes'),
        ...counter64('bytes_written'),
        ...counter32('write_time_ms'),
      ],
    ],
    [
      2006,
      'host_net_io',
      traffic('bytes_in', 'pkts_in', 'errs_in', 'drops_in', 'bytes_out', 'pkts_out', 'errs_out', 'drops_out'),
    ],
    [
      2100,
      'virt_node',
      [...counter32('mhz', 'cpus'), ...counter64('memory', 'memory_free'), ...counter32('num_domains')],
    ],
    [2101, 'virt_cpu', [enumeration('state', VIRT_STATES), ...counter32('cpu_time_ms', 'nr_virt_cpu')]],
    [2102, 'virt_memory', counter64('memory', 'max_memory')],
    [
      2103,
      'virt_disk_io',
      [
        ...counter64('capacity', 'allocation', 'physical'),
        ...counter32('rd_req'),
        ...counter64('rd_bytes'),
        ...counter32('wr_req'),
        ...counter64('wr_bytes'),
        ...counter32('errs'),
      ],
    ],
    [
      2104,
      'virt_net_io',
      traffic('rx_bytes', 'rx_packets', 'rx_errs', 'rx_drop', 'tx_bytes', 'tx_packets', 'tx_errs', 'tx_drop'),
    ],
  ]),
  ...formats('counter', 0, SPECIFICATIONS.hostIp, [
    [
      2007,
      'mib2_ip_group',
      [
        ...counter32('ipForwarding', 'ipDefaultTTL', 'ipInReceives', 'ipInHdrErrors', 'ipInAddrErrors'),
        ...counter32('ipForwDatagrams', 'ipInUnknownProtos', 'ipInDiscards', 'ipInDelivers', 'ipOutRequests'),
        ...counter32('ipOutDiscards', 'ipOutNoRoutes', 'ipReasmTimeout', 'ipReasmReqds', 'ipReasmOKs', 'ipReasmFails'),
        ...counter32('ipFragOKs', 'ipFragFails', 'ipFragCreates'),
      ],
    ],
    [
      2008,
      'mib2_icmp_group',
      [
        ...counter32('icmpInMsgs', 'icmpInErrors', 'icmpInDestUnreachs', 'icmpInTimeExcds', 'icmpInParamProbs'),
        ...counter32('icmpInSrcQuenchs', 'icmpInRedirects', 'icmpInEchos', 'icmpInEchoReps', 'icmpInTimestamps'),
        ...counter32('icmpInAddrMasks', 'icmpInAddrMaskReps', 'icmpOutMsgs', 'icmpOutErrors', 'icmpOutDestUnreachs'),
        ...counter32('icmpOutTimeExcds', 'icmpOutParamProbs', 'icmpOutSrcQuenchs', 'icmpOutRedirects', 'icmpOutEchos'),
        ...counter32('icmpOutEchoReps', 'icmpOutTimestamps', 'icmpOutTimestampReps', 'icmpOutAddrMasks'),
        ...counter32('icmpOutAddrMaskReps'),
      ],
    ],
    [
      2009,
      'mib2_tcp_group',
      [
        ...counter32('tcpRtoAlgorithm', 'tcpRtoMin', 'tcpRtoMax', 'tcpMaxConn', 'tcpActiveOpens', 'tcpPassiveOpens'),
        ...counter32('tcpAttemptFails', 'tcpEstabResets', 'tcpCurrEstab', 'tcpInSegs', 'tcpOutSegs', 'tcpRetransSegs'),
        ...counter32('tcpInErrs', 'tcpOutRsts', 'tcpInCsumErrs'),
      ],
    ],
    [
      2010,
      'mib2_udp_group',
      [
        ...counter32('udpInDatagrams', 'udpNoPorts', 'udpInErrors', 'udpOutDatagrams', 'udpRcvbufErrors'),
        ...counter32('udpSndbufErrors', 'udpInCsumErrors'),
      ],
    ],
  ]),
];
