import {
  counter32,
  enumeration,
  type Field,
  field,
  formats,
  i32,
  type RecordFormat,
  SPECIFICATIONS,
  text,
  u32,
  u64,
} from './schema.ts';

/** sflow_application.txt, status_value. */
export const APPLICATION_STATUS: Readonly<Record<number, string>> = {
  0: 'success',
  1: 'other',
  2: 'timeout',
  3: 'internal_error',
  4: 'bad_request',
  5: 'forbidden',
  6: 'too_large',
  7: 'not_implemented',
  8: 'not_found',
  9: 'unavailable',
  10: 'unauthorized',
};

/** sflow_http.txt, http_method. */
const HTTP_METHODS: Readonly<Record<number, string>> = {
  0: 'other',
  1: 'OPTIONS',
  2: 'GET',
  3: 'HEAD',
  4: 'POST',
  5: 'PUT',
  6: 'DELETE',
  7: 'TRACE',
  8: 'CONNECT',
};
const SERVICE_DIRECTIONS = {1: 'client', 2: 'server'};
const PACKET_DIRECTIONS = {0: 'unknown', 1: 'received', 2: 'sent'};

const socket = (type: 'ip4' | 'ip6'): Field[] => [
  ...u32('protocol'),
  field(type, 'local_ip'),
  field(type, 'remote_ip'),
  ...u32('local_port', 'remote_port'),
];

/** W3C Navigation Timing Level 1, in the order of its interface, with the navigation's type and redirects in front. */
const navigation = u32(
  'type',
  'redirect_count',
  'navigation_start',
  'unload_event_start',
  'unload_event_end',
  'redirect_start',
  'redirect_end',
  'fetch_start',
  'domain_lookup_start',
  'domain_lookup_end',
  'connect_start',
  'connect_end',
  'secure_connection_start',
  'request_start',
  'response_start',
  'response_end',
  'dom_loading',
  'dom_interactive',
  'dom_content_loaded_event_start',
  'dom_content_loaded_event_end',
  'dom_complete',
  'load_event_start',
  'load_event_end',
);

/** Who sent the packet, and what a server was asked for. */
export const flowApplicationFormats: readonly RecordFormat[] = [
  ...formats('flow', 0, SPECIFICATIONS.structures, [
    [
      2000,
      'transaction',
      [
        enumeration('direction', SERVICE_DIRECTIONS),
        ...u32('wait_us', 'duration_us', 'status'),
        ...u64('bytes_received', 'bytes_sent'),
      ],
    ],
    [2001, 'extended_nfs_storage_transaction', [field('opaque', 'path'), ...u32('operation', 'status')]],
    [2002, 'extended_scsi_storage_transaction', u32('lun', 'operation', 'status')],
    [2003, 'extended_http_transaction', [...text('url', 'host', 'referer', 'useragent', 'user'), ...u32('status')]],
    [2208, 'extended_nav_timing', navigation, 'the order of the W3C interface is assumed: the text names only a count'],
  ]),
  ...formats('flow', 0, SPECIFICATIONS.host, [
    [2100, 'extended_socket_ipv4', socket('ip4')],
    [2101, 'extended_socket_ipv6', socket('ip6')],
  ]),
  ...formats('flow', 0, SPECIFICATIONS.http, [
    [2102, 'extended_proxy_socket_ipv4', socket('ip4')],
    [2103, 'extended_proxy_socket_ipv6', socket('ip6')],
    [
      2201,
      'http_request_v1',
      [
        enumeration('method', HTTP_METHODS),
        ...u32('protocol'),
        ...text('uri', 'host', 'referer', 'useragent', 'authuser', 'mime_type'),
        ...u64('bytes'),
        ...u32('duration_us'),
        ...i32('status'),
      ],
      'superseded by 2206',
    ],
    [
      2206,
      'http_request',
      [
        enumeration('method', HTTP_METHODS),
        ...u32('protocol'),
        ...text('uri', 'host', 'referer', 'useragent', 'xff', 'authuser', 'mime_type'),
        ...u64('req_bytes', 'resp_bytes'),
        ...u32('duration_us'),
        ...i32('status'),
      ],
    ],
    [2207, 'extended_proxy_request', text('uri', 'host')],
  ]),
  ...formats('flow', 0, SPECIFICATIONS.memcache, [
    [
      2200,
      'memcache_operation',
      [...u32('protocol', 'command'), ...text('key'), ...u32('nkeys', 'value_bytes', 'duration_us', 'status')],
    ],
  ]),
  ...formats('flow', 0, SPECIFICATIONS.application, [
    [
      2202,
      'app_operation',
      [
        ...text('application', 'operation', 'attributes', 'status_descr'),
        ...u64('req_bytes', 'resp_bytes'),
        ...u32('duration_us'),
        enumeration('status', APPLICATION_STATUS),
      ],
    ],
    [2203, 'app_parent_context', text('application', 'operation', 'attributes')],
    [2204, 'app_initiator', text('actor')],
    [2205, 'app_target', text('actor')],
  ]),
  ...formats('flow', 0, SPECIFICATIONS.hostSflow, [
    [
      2209,
      'extended_tcp_info',
      [
        enumeration('direction', PACKET_DIRECTIONS),
        ...u32('snd_mss', 'rcv_mss', 'unacked', 'lost', 'retrans', 'pmtu', 'rtt_us', 'rttvar_us', 'snd_cwnd'),
        ...u32('reordering'),
        ...counter32('min_rtt_us'),
      ],
    ],
    [2210, 'extended_entities', u32('src_ds_class', 'src_ds_index', 'dst_ds_class', 'dst_ds_index')],
  ]),
];
