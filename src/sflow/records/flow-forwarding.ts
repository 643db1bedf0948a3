import {
  counter32,
  enumeration,
  field,
  formats,
  list,
  mac,
  optional,
  type RecordFormat,
  SPECIFICATIONS,
  text,
  u32,
  u64,
} from './schema.ts';

const tags = (name: string) => [list(name, [field('tag', '')])];
const labels = (name: string) => list(name, [field('label', '')]);
const lrh = (side: string) => u32(`${side}_vl`, `${side}_sl`, `${side}_dlid`, `${side}_slid`, `${side}_lnh`);

/** sflow_drops.txt, extended_acl. */
const ACL_DIRECTIONS = {0: 'unknown', 1: 'ingress', 2: 'egress'};
/** sflow_80211.txt, ieee80211_version. */
const WLAN_VERSIONS = {1: 'a', 2: 'b', 3: 'g', 4: 'n'};
/** v5, extended_gateway. */
const SEGMENT_TYPES = {1: 'set', 2: 'sequence'};
/** v5, extended_url. */
const URL_DIRECTIONS = {1: 'src', 2: 'dst'};

const user: RecordFormat = {
  ...formats('flow', 0, SPECIFICATIONS.v5, [
    [1004, 'extended_user', [...u32('src_charset'), ...text('src_user'), ...u32('dst_charset'), ...text('dst_user')]],
  ])[0]!,
  note: 'older agents leave the character sets out',
  otherLayout: text('src_user', 'dst_user'),
};

/** How the packet was forwarded, or why not (v5, "extended data"). */
export const flowForwardingFormats: readonly RecordFormat[] = [
  user,
  ...formats('flow', 0, SPECIFICATIONS.v5, [
    [1001, 'extended_switch', counter32('src_vlan', 'src_priority', 'dst_vlan', 'dst_priority')],
    [1002, 'extended_router', [field('address', 'nexthop'), ...u32('src_mask_len', 'dst_mask_len')]],
    [
      1003,
      'extended_gateway',
      [
        field('address', 'nexthop'),
        ...u32('as', 'src_as', 'src_peer_as'),
        list('dst_as_path', [enumeration('type', SEGMENT_TYPES), list('as', u32(''))]),
        list('communities', [field('community', '')]),
        ...u32('localpref'),
      ],
    ],
    [1005, 'extended_url', [enumeration('direction', URL_DIRECTIONS), ...text('url'), ...optional(text('host'))]],
    [1006, 'extended_mpls', [field('address', 'nexthop'), labels('in_stack'), labels('out_stack')]],
    [1007, 'extended_nat', [field('address', 'src_address'), field('address', 'dst_address')]],
    [1008, 'extended_mpls_tunnel', [...text('tunnel_lsp_name'), ...u32('tunnel_id', 'tunnel_cos')]],
    [1009, 'extended_mpls_vc', [...text('vc_instance_name'), ...u32('vll_vc_id', 'vc_label_cos')]],
    [1010, 'extended_mpls_FTN', [...text('mplsFTNDescr'), ...u32('mplsFTNMask')]],
    [1011, 'extended_mpls_LDP_FEC', u32('mplsFecAddrPrefixLength')],
    [1012, 'extended_vlantunnel', tags('stack')],
  ]),
  ...formats('flow', 0, SPECIFICATIONS.wlan, [
    [1013, 'extended_80211_payload', [field('cipher', 'cipher_suite'), field('opaque', 'data')]],
    [
      1014,
      'extended_80211_rx',
      [
        ...text('ssid'),
        ...mac('bssid'),
        enumeration('version', WLAN_VERSIONS),
        ...u32('channel'),
        ...u64('speed'),
        ...u32('rsni', 'rcpi', 'packet_duration_us'),
      ],
    ],
    [
      1015,
      'extended_80211_tx',
      [
        ...text('ssid'),
        ...mac('bssid'),
        enumeration('version', WLAN_VERSIONS),
        ...u32('transmissions', 'packet_duration_us', 'retrans_duration_us', 'channel'),
        ...u64('speed'),
        ...u32('power_mW'),
      ],
    ],
    [1016, 'extended_80211_aggregation', [list('pdus', [field('records', 'records')])]],
  ]),
  ...formats('flow', 0, SPECIFICATIONS.structures, [
    [1017, 'extended_openflow_v1', [...u64('flow_cookie'), field('rest', 'match_and_actions')], 'withdrawn'],
    [1018, 'extended_fc', u32('src_mask_len', 'dst_mask_len', 'next_hop', 'metric')],
    [1019, 'extended_queue_length', u32('queue_index', 'queue_length')],
    [1020, 'extended_nat_port', u32('src_port', 'dst_port')],
    [1034, 'extended_vlanin', tags('stack')],
    [1035, 'extended_vlanout', tags('stack')],
  ]),
  ...formats('flow', 0, SPECIFICATIONS.infiniband, [
    [1031, 'extended_ib_lrh', [...lrh('src'), ...lrh('dst')]],
    [
      1032,
      'extended_ib_grh',
      [...u32('flow_label', 'tclass'), field('ip6', 'sgid'), field('ip6', 'dgid'), ...u32('next_header', 'length')],
    ],
    [1033, 'extended_ib_bth', u32('pkey', 'dst_qp', 'opcode')],
  ]),
  ...formats('flow', 0, SPECIFICATIONS.drops, [
    [1036, 'extended_egress_queue', u32('queue')],
    [1037, 'extended_acl', [...u32('number'), ...text('name'), enumeration('direction', ACL_DIRECTIONS)]],
    [1038, 'extended_function', text('symbol')],
  ]),
  ...formats('flow', 0, SPECIFICATIONS.transit, [
    [1039, 'extended_transit', u32('delay_ns'), '0xFFFFFFFF is that long or longer'],
    [1040, 'extended_queue', u32('depth_bytes')],
  ]),
  ...formats('flow', 0, SPECIFICATIONS.hostSflow, [
    [1041, 'extended_hw_trap', text('group', 'trap')],
    [1042, 'extended_linux_drop_reason', text('reason')],
    [1043, 'extended_timestamp', u64('timestamp_ns'), 'nanoseconds since the Unix epoch'],
  ]),
  ...formats('flow', 4413, SPECIFICATIONS.broadcom, [[1, 'bst_egress_queue', u32('queue')]]),
];
