import {APPLICATION_STATUS} from './flow-application.ts';
import {counter32, counter64, formats, optional, type RecordFormat, SPECIFICATIONS, text} from './schema.ts';

const statuses = Object.values(APPLICATION_STATUS);

/** Applications and what runs them. */
export const counterApplicationFormats: readonly RecordFormat[] = [
  ...formats('counter', 0, SPECIFICATIONS.jvm, [
    [2105, 'jvm_runtime', text('vm_name', 'vm_vendor', 'vm_version')],
    [
      2106,
      'jvm_statistics',
      [
        ...counter64('heap_initial', 'heap_used', 'heap_committed', 'heap_max'),
        ...counter64('non_heap_initial', 'non_heap_used', 'non_heap_committed', 'non_heap_max'),
        ...counter32('gc_count', 'gc_time_ms', 'classes_loaded', 'classes_total', 'classes_unloaded'),
        ...counter32('compilation_time_ms', 'thread_num_live', 'thread_num_daemon', 'thread_num_started'),
        ...optional(counter32('fd_open_count', 'fd_max_count')),
      ],
    ],
  ]),
  ...formats('counter', 0, SPECIFICATIONS.memcache, [
    [
      2200,
      'memcache_counters_v1',
      [
        ...counter32('uptime_s', 'rusage_user_ms', 'rusage_system_ms', 'curr_connections', 'total_connections'),
        ...counter32('connection_structures', 'cmd_get', 'cmd_set', 'cmd_flush', 'get_hits', 'get_misses'),
        ...counter32('delete_misses', 'delete_hits', 'incr_misses', 'incr_hits', 'decr_misses', 'decr_hits'),
        ...counter32('cas_misses', 'cas_hits', 'cas_badval', 'auth_cmds', 'auth_errors'),
        ...counter64('bytes_read', 'bytes_written'),
        ...counter32('limit_maxbytes', 'accepting_conns', 'listen_disabled_num', 'threads', 'conn_yields'),
        ...counter64('bytes'),
        ...counter32('curr_items', 'total_items', 'evictions'),
      ],
      'superseded by 2204',
    ],
    [
      2204,
      'memcache_counters',
      [
        ...counter32('cmd_set', 'cmd_touch', 'cmd_flush', 'get_hits', 'get_misses', 'delete_hits', 'delete_misses'),
        ...counter32('incr_hits', 'incr_misses', 'decr_hits', 'decr_misses', 'cas_hits', 'cas_misses', 'cas_badval'),
        ...counter32('auth_cmds', 'auth_errors', 'threads', 'conn_yields', 'listen_disabled_num', 'curr_connections'),
        ...counter32('rejected_connections', 'total_connections', 'connection_structures', 'evictions', 'reclaimed'),
        ...counter32('curr_items', 'total_items'),
        ...counter64('bytes_read', 'bytes_written', 'bytes', 'limit_maxbytes'),
      ],
    ],
  ]),
  ...formats('counter', 0, SPECIFICATIONS.http, [
    [
      2201,
      'http_counters',
      [
        ...counter32('method_option_count', 'method_get_count', 'method_head_count', 'method_post_count'),
        ...counter32('method_put_count', 'method_delete_count', 'method_trace_count', 'method_connect_count'),
        ...counter32('method_other_count', 'status_1XX_count', 'status_2XX_count', 'status_3XX_count'),
        ...counter32('status_4XX_count', 'status_5XX_count', 'status_other_count'),
      ],
    ],
  ]),
  ...formats('counter', 0, SPECIFICATIONS.application, [
    [2202, 'app_operations', [...text('application'), ...counter32(...statuses)]],
    [
      2203,
      'app_resources',
      [
        ...counter32('user_time_ms', 'system_time_ms'),
        ...counter64('mem_used', 'mem_max'),
        ...counter32('fd_open', 'fd_max', 'conn_open', 'conn_max'),
      ],
    ],
    [2206, 'app_workers', counter32('workers_active', 'workers_idle', 'workers_max', 'req_delayed', 'req_dropped')],
  ]),
  ...formats('counter', 0, SPECIFICATIONS.hostSflow, [
    [
      2205,
      'vdi_counters',
      [
        ...counter32('sessions_current', 'sessions_total', 'sessions_duration', 'rx_bytes', 'tx_bytes', 'rx_packets'),
        ...counter32('tx_packets', 'rx_packets_lost', 'tx_packets_lost', 'rtt_min_ms', 'rtt_max_ms', 'rtt_avg_ms'),
        ...counter32('audio_rx_bytes', 'audio_tx_bytes', 'audio_tx_limit', 'img_rx_bytes', 'img_tx_bytes'),
        ...counter32('img_frames', 'img_qual_min', 'img_qual_max', 'img_qual_avg', 'usb_rx_bytes', 'usb_tx_bytes'),
      ],
    ],
    [2207, 'ovs_dp_stats', counter32('hits', 'misses', 'lost', 'mask_hits', 'flows', 'masks')],
  ]),
];
