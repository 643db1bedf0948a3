/**
 * The views that decoding fills. Each is made once and filled again and again: it is valid until the sink method that
 * it was given to returns, it owns no bytes (offsets point into the datagram), and every field is set on every path,
 * so nothing of one sample is ever seen in the next.
 */

/** The datagram header (v5, sample_datagram_v5), and the bytes that everything else points into. */
export class DatagramView {
  /** The buffer that datagrams are copied into; fixed for the life of the view. */
  readonly bytes: Uint8Array;
  readonly data: DataView;
  /** Bytes of the present datagram. */
  length = 0;
  /** Agent address as an IPv6 address of four words; IPv4 is mapped (::ffff:a.b.c.d), no address is all zero. */
  agent0 = 0;
  agent1 = 0;
  agent2 = 0;
  agent3 = 0;
  subAgentId = 0;
  sequenceNumber = 0;
  uptimeMs = 0;
  sampleCount = 0;
  /** Where the first sample stands. */
  samplesOffset = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
}

/** A flow sample, compact or expanded (v5, flow_sample and flow_sample_expanded). */
export class FlowSampleView {
  expanded = false;
  sequenceNumber = 0;
  sourceClass = 0;
  sourceIndex = 0;
  samplingRate = 0;
  samplePool = 0;
  drops = 0;
  /** `InterfaceFormat`, or 3 where a compact word holds the undefined format. */
  inputFormat = 0;
  inputValue = 0;
  outputFormat = 0;
  outputValue = 0;
  recordCount = 0;
  /** Where the records stand, for readers that want more than the hot path does. */
  recordsOffset = 0;
  recordsEnd = 0;
  /** Length of the frame on the wire with FCS, from the best record there is; 0 when none tells it. */
  frameLength = 0;
  /** `HeaderProtocol` of the raw header; 0 when the sample has none. */
  headerProtocol = 0;
  stripped = 0;
  /** First byte of the sampled header, and the byte after its last one that is there. */
  headerOffset = 0;
  headerEnd = 0;
  /** After `Fault.RecordCut`: where the record that was cut starts, and how many were left with it. */
  cutOffset = 0;
  cutLeft = 0;
  /** Which further records were found whole, as `FoundRecord` bits. The offsets below count only with their bit. */
  found = 0;
  /** Bodies of sampled_ethernet (0:2), and of sampled_ipv4 (0:3) or sampled_ipv6 (0:4). */
  parsedEthernetOffset = 0;
  parsedIpOffset = 0;
  /** Bodies of extended_switch (0:1001), egress_queue (0:1036), transit (0:1039), queue (0:1040), timestamp (0:1043). */
  switchOffset = 0;
  egressQueueOffset = 0;
  transitOffset = 0;
  queueOffset = 0;
  timestampOffset = 0;
}

/** Bits of `FlowSampleView.found`. */
export const FoundRecord = {
  ParsedEthernet: 1,
  ParsedIpv4: 2,
  ParsedIpv6: 4,
  Switch: 8,
  EgressQueue: 16,
  Transit: 32,
  Queue: 64,
  Timestamp: 128,
} as const;

/**
 * A drop notification (drops, discarded_packet). It stands for itself: it has no sampling rate, and must not be
 * scaled or added to traffic.
 */
export class DiscardView {
  sequenceNumber = 0;
  sourceClass = 0;
  sourceIndex = 0;
  /** Notifications that the agent held back, running total. */
  drops = 0;
  /** Plain ifIndex, 0 unknown; output 0 also where the drop was not on egress. */
  inputIfIndex = 0;
  outputIfIndex = 0;
  /** Number of the reason (`discard-reasons.ts`). */
  reason = 0;
  /** Its records, and the header of the packet, as a flow sample has them. */
  readonly packet = new FlowSampleView();
}

/** Records of that kind past this are left out; agents send one of each in a sample. */
export const MOST_GAUGES = 16;

/** A counter sample, compact or expanded (v5, counters_sample and counters_sample_expanded). */
export class CounterSampleView {
  expanded = false;
  sequenceNumber = 0;
  sourceClass = 0;
  sourceIndex = 0;
  recordCount = 0;
  recordsOffset = 0;
  recordsEnd = 0;
  /** Start of the generic interface counters (0:1) or of the Ethernet counters (0:2); -1 when not there or cut. */
  interfaceOffset = -1;
  ethernetOffset = -1;
  /** Start of the port name's length word (0:1005), -1 when not there. */
  portNameOffset = -1;
  /** Start of the host name's length word (0:2000), -1 when not there. */
  hostNameOffset = -1;
  /** Start of the LAG member's counters (0:7); -1 when not there or cut. */
  lagOffset = -1;
  /**
   * Records that tell of PFC, optics, processors, hosts, GPUs and buffers: how many there are, at most `MOST_GAUGES`, and
   * of each its format and where its body starts and ends.
   */
  gauges = 0;
  readonly gaugeFormats = new Uint32Array(MOST_GAUGES);
  readonly gaugeOffsets = new Uint32Array(MOST_GAUGES);
  readonly gaugeEnds = new Uint32Array(MOST_GAUGES);
  /** After `Fault.RecordCut`: where the record that was cut starts, and how many were left with it. */
  cutOffset = 0;
  cutLeft = 0;
}

/** What a decoder of datagrams pushes into. One class per stage, so that the calls stay monomorphic. */
export interface DatagramSink {
  /** The header is read. Answer false to have the samples left alone (a duplicate). */
  datagram(datagram: DatagramView): boolean;
  flowSample(sample: FlowSampleView): void;
  counterSample(sample: CounterSampleView): void;
  /** A drop notification; a sink without this method gets them as `otherSample`. */
  discardedPacket?(discard: DiscardView): void;
  /** A sample that is not decoded here: its data format word, and where its body stands. */
  otherSample(dataFormat: number, offset: number, length: number): void;
}
