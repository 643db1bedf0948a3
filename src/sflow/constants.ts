/**
 * Every number of sFlow version 5 that the server acts on, named once. "v5" is the sFlow version 5 text
 * (sflow.org/sflow_version_5.txt), "drops" is sflow.org/sflow_drops.txt.
 */

/** v5, sample_datagram_type: the only version that is decoded. */
export const SFLOW_VERSION = 5;
/** UDP port assigned by IANA. */
export const SFLOW_PORT = 6343;
/** Largest payload of a UDP datagram over IPv4 or IPv6 without jumbograms, with a margin. */
export const MAX_DATAGRAM_BYTES = 65_535;

/** v5, address_type. 0 has no address bytes after it. */
export const AddressType = {Unknown: 0, Ipv4: 1, Ipv6: 2} as const;

/** Sample formats of enterprise 0 (v5; drops for 5). The data format word is enterprise << 12 | format. */
export const SampleFormat = {
  Flow: 1,
  Counters: 2,
  FlowExpanded: 3,
  CountersExpanded: 4,
  DiscardedPacket: 5,
} as const;

/**
 * Flow record formats of enterprise 0 that the hot path reads (v5; drops for the queue; sflow_transit.txt; the
 * timestamp as host-sflow sends it). All others stand in `records/`.
 */
export const FlowRecordFormat = {
  RawHeader: 1,
  Ethernet: 2,
  Ipv4: 3,
  Ipv6: 4,
  Switch: 1001,
  EgressQueue: 1036,
  Transit: 1039,
  Queue: 1040,
  Timestamp: 1043,
} as const;

/**
 * Counter record formats that the accounting reads (v5; sflow_lag.txt; sflow_optics.txt; PFC as host-sflow sends it;
 * sflow_host.txt; sflow_nvml.txt; bv-sflow.txt). The last three have an enterprise of their own.
 */
export const CounterRecordFormat = {
  Interface: 1,
  Ethernet: 2,
  Lag: 7,
  Optics: 10,
  Pfc: 11,
  Processor: 1001,
  PortName: 1005,
  HostDescription: 2000,
  HostCpu: 2003,
  HostMemory: 2004,
  HostDisk: 2005,
  HostNet: 2006,
  DeviceBuffers: (4_413 << 12) | 1,
  PortBuffers: (4_413 << 12) | 2,
  Gpu: (5_703 << 12) | 1,
} as const;

/** v5, header_protocol. */
export const HeaderProtocol = {Ethernet: 1, Ipv4: 11, Ipv6: 12, Mpls: 13, InfiniBand: 18} as const;

/** v5, source_id classes 0-2; 3 as host-sflow and Open vSwitch use it. */
export const SourceClass = {Interface: 0, Vlan: 1, Entity: 2, Logical: 3} as const;

/** v5, interface: the upper two bits of a compact interface word, the format word of an expanded one. */
export const InterfaceFormat = {Single: 0, Discarded: 1, Multiple: 2} as const;
/** v5, interface: "no interface", the device itself is source or destination. */
export const INTERNAL_INTERFACE = 0x3fffffff;
/** Low 30 bits of a compact interface word: its value. */
export const INTERFACE_VALUE_MASK = 0x3fffffff;
/** v5: a counter that the agent does not keep. */
export const UNKNOWN_COUNTER_32 = 0xffffffff;

/** v5: fixed parts of the structures, in bytes, without their data_format and length words. */
export const Size = {
  /** data_format and length in front of each sample and record. */
  Prefix: 8,
  /** The records that are one number. */
  Word: 4,
  FlowSample: 32,
  FlowSampleExpanded: 44,
  CountersSample: 12,
  CountersSampleExpanded: 16,
  DiscardedPacket: 32,
  /** sampled_header up to the first byte of the header. */
  RawHeader: 16,
  /** sampled_ethernet, sampled_ipv4 and sampled_ipv6. */
  ParsedEthernet: 24,
  ParsedIpv4: 32,
  ParsedIpv6: 56,
  Switch: 16,
  Timestamp: 8,
  InterfaceCounters: 88,
  EthernetCounters: 52,
  LagCounters: 56,
} as const;
