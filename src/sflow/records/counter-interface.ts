import {
  counter32,
  counter64,
  enumeration,
  field,
  formats,
  i32,
  list,
  mac,
  pct,
  type RecordFormat,
  SPECIFICATIONS,
  text,
  u32,
  u64,
} from './schema.ts';

/** v5, if_counters. */
const IF_DIRECTIONS = {0: 'unknown', 1: 'full_duplex', 2: 'half_duplex', 3: 'in', 4: 'out'};
const IF_STATUS = {0: 'admin_down oper_down', 1: 'admin_up oper_down', 2: 'admin_down oper_up', 3: 'admin_up oper_up'};

/** Interfaces, ports and the switch they belong to. */
export const counterInterfaceFormats: readonly RecordFormat[] = [
  ...formats('counter', 0, SPECIFICATIONS.v5, [
    [
      1,
      'if_counters',
      [
        ...u32('ifIndex', 'ifType'),
        ...u64('ifSpeed'),
        enumeration('ifDirection', IF_DIRECTIONS),
        enumeration('ifStatus', IF_STATUS),
        ...counter64('ifInOctets'),
        ...counter32('ifInUcastPkts', 'ifInMulticastPkts', 'ifInBroadcastPkts', 'ifInDiscards', 'ifInErrors'),
        ...counter32('ifInUnknownProtos'),
        ...counter64('ifOutOctets'),
        ...counter32('ifOutUcastPkts', 'ifOutMulticastPkts', 'ifOutBroadcastPkts', 'ifOutDiscards', 'ifOutErrors'),
        ...u32('ifPromiscuousMode'),
      ],
    ],
    [
      2,
      'ethernet_counters',
      [
        ...counter32('dot3StatsAlignmentErrors', 'dot3StatsFCSErrors', 'dot3StatsSingleCollisionFrames'),
        ...counter32('dot3StatsMultipleCollisionFrames', 'dot3StatsSQETestErrors', 'dot3StatsDeferredTransmissions'),
        ...counter32('dot3StatsLateCollisions', 'dot3StatsExcessiveCollisions', 'dot3StatsInternalMacTransmitErrors'),
        ...counter32('dot3StatsCarrierSenseErrors', 'dot3StatsFrameTooLongs', 'dot3StatsInternalMacReceiveErrors'),
        ...counter32('dot3StatsSymbolErrors'),
      ],
    ],
    [
      3,
      'tokenring_counters',
      [
        ...counter32('dot5StatsLineErrors', 'dot5StatsBurstErrors', 'dot5StatsACErrors', 'dot5StatsAbortTransErrors'),
        ...counter32('dot5StatsInternalErrors', 'dot5StatsLostFrameErrors', 'dot5StatsReceiveCongestions'),
        ...counter32('dot5StatsFrameCopiedErrors', 'dot5StatsTokenErrors', 'dot5StatsSoftErrors'),
        ...counter32('dot5StatsHardErrors', 'dot5StatsSignalLoss', 'dot5StatsTransmitBeacons', 'dot5StatsRecoverys'),
        ...counter32('dot5StatsLobeWires', 'dot5StatsRemoves', 'dot5StatsSingles', 'dot5StatsFreqErrors'),
      ],
    ],
    [
      4,
      'vg_counters',
      [
        ...counter32('dot12InHighPriorityFrames'),
        ...counter64('dot12InHighPriorityOctets'),
        ...counter32('dot12InNormPriorityFrames'),
        ...counter64('dot12InNormPriorityOctets'),
        ...counter32('dot12InIPMErrors', 'dot12InOversizeFrameErrors', 'dot12InDataErrors'),
        ...counter32('dot12InNullAddressedFrames', 'dot12OutHighPriorityFrames'),
        ...counter64('dot12OutHighPriorityOctets'),
        ...counter32('dot12TransitionIntoTrainings'),
        ...counter64('dot12HCInHighPriorityOctets', 'dot12HCInNormPriorityOctets', 'dot12HCOutHighPriorityOctets'),
      ],
    ],
    [
      5,
      'vlan_counters',
      [
        ...u32('vlan_id'),
        ...counter64('octets'),
        ...counter32('ucastPkts', 'multicastPkts', 'broadcastPkts', 'discards'),
      ],
    ],
    [1001, 'processor', [...pct('cpu_5s', 'cpu_1m', 'cpu_5m'), ...counter64('total_memory', 'free_memory')]],
  ]),
  ...formats('counter', 0, SPECIFICATIONS.wlan, [
    [
      6,
      'ieee80211_counters',
      [
        ...counter32('dot11TransmittedFragmentCount', 'dot11MulticastTransmittedFrameCount', 'dot11FailedCount'),
        ...counter32('dot11RetryCount', 'dot11MultipleRetryCount', 'dot11FrameDuplicateCount'),
        ...counter32('dot11RTSSuccessCount', 'dot11RTSFailureCount', 'dot11ACKFailureCount'),
        ...counter32('dot11ReceivedFragmentCount', 'dot11MulticastReceivedFrameCount', 'dot11FCSErrorCount'),
        ...counter32('dot11TransmittedFrameCount', 'dot11WEPUndecryptableCount', 'dot11QoSDiscardedFragmentCount'),
        ...counter32('dot11AssociatedStationCount', 'dot11QoSCFPollsReceivedCount', 'dot11QoSCFPollsUnusedCount'),
        ...counter32('dot11QoSCFPollsUnusableCount', 'dot11QoSCFPollsLostCount'),
      ],
    ],
    [1002, 'radio_utilization', counter32('elapsed_time_ms', 'on_channel_time_ms', 'on_channel_busy_time_ms')],
  ]),
  ...formats('counter', 0, SPECIFICATIONS.lag, [
    [
      7,
      'lag_port_stats',
      [
        ...mac('dot3adAggPortActorSystemID', 'dot3adAggPortPartnerOperSystemID'),
        ...u32('dot3adAggPortAttachedAggID'),
        field('byte', 'dot3adAggPortActorAdminState'),
        field('byte', 'dot3adAggPortActorOperState'),
        field('byte', 'dot3adAggPortPartnerAdminState'),
        field('byte', 'dot3adAggPortPartnerOperState'),
        ...counter32('dot3adAggPortStatsLACPDUsRx', 'dot3adAggPortStatsMarkerPDUsRx'),
        ...counter32('dot3adAggPortStatsMarkerResponsePDUsRx', 'dot3adAggPortStatsUnknownRx'),
        ...counter32('dot3adAggPortStatsIllegalRx', 'dot3adAggPortStatsLACPDUsTx'),
        ...counter32('dot3adAggPortStatsMarkerPDUsTx', 'dot3adAggPortStatsMarkerResponsePDUsTx'),
      ],
    ],
  ]),
  ...formats('counter', 0, SPECIFICATIONS.structures, [
    [8, 'slow_path_counts', counter32('unknown', 'other', 'cam_miss', 'cam_full', 'no_hw_support', 'cntrl')],
    [
      1003,
      'queue_length',
      [
        ...u32('queue_index', 'segment_size', 'queue_segments'),
        ...counter32('queue_length_0', 'queue_length_1', 'queue_length_2', 'queue_length_4', 'queue_length_8'),
        ...counter32('queue_length_32', 'queue_length_128', 'queue_length_1024', 'queue_length_more', 'dropped'),
      ],
    ],
  ]),
  ...formats('counter', 0, SPECIFICATIONS.infiniband, [
    [
      9,
      'ib_counters',
      [
        ...counter64('PortXmitPkts', 'PortRcvPkts'),
        ...counter32('SymbolErrorCounter', 'LinkErrorRecoveryCounter', 'LinkDownedCounter', 'PortRcvErrors'),
        ...counter32('PortRcvRemotePhysicalErrors', 'PortRcvSwitchRelayErrors', 'PortXmitDiscards'),
        ...counter32('PortXmitConstraintErrors', 'PortRcvConstraintErrors', 'LocalLinkIntegrityErrors'),
        ...counter32('ExcessiveBufferOverrunErrors', 'VL15Dropped'),
      ],
    ],
  ]),
  ...formats('counter', 0, SPECIFICATIONS.optics, [
    [
      10,
      'sfp',
      [
        ...u32('module_id', 'module_num_lanes', 'module_supply_voltage_mV'),
        field('milliCelsius', 'module_temperature_celsius'),
        list('lanes', [
          ...u32('index', 'tx_bias_current_uA', 'tx_power_uW', 'tx_power_min_uW', 'tx_power_max_uW'),
          ...u32('tx_wavelength_nm', 'rx_power_uW', 'rx_power_min_uW', 'rx_power_max_uW', 'rx_wavelength_nm'),
        ]),
      ],
    ],
  ]),
  ...formats('counter', 0, SPECIFICATIONS.hostSflow, [
    [
      11,
      'pfc',
      counter32('requests', 'indications', 'pause_duration_us', 'storm_detected', 'storm_restored'),
      'which of requests and indications means sent differs between agents',
    ],
  ]),
  ...formats('counter', 0, SPECIFICATIONS.openflow, [
    [1004, 'of_port', [...u64('datapath_id'), ...u32('port_no')]],
    [1005, 'port_name', text('name')],
  ]),
  ...formats('counter', 0, SPECIFICATIONS.structures, [
    [
      3000,
      'energy',
      [
        ...counter32('voltage_mV', 'current_mA', 'real_power_mW'),
        ...i32('power_factor'),
        ...counter32('energy_mJ', 'errors'),
      ],
    ],
    [
      3001,
      'temperature',
      [field('deciCelsius', 'minimum_celsius'), field('deciCelsius', 'maximum_celsius'), ...counter32('errors')],
    ],
    [3002, 'humidity', i32('relative_percent')],
    [3003, 'fans', counter32('total', 'failed', 'speed_percent')],
  ]),
];
