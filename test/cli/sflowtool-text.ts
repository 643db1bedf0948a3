/**
 * Reads what sflowtool prints as text and looks each of its fields up in the JSON of `tenhertz decode`. One row a
 * name; where the forms differ, the row brings tenhertz's value into sflowtool's form.
 */

// biome-ignore lint/suspicious/noExplicitAny: JSON of any shape is walked here.
type Json = any;
export type Sample = Json;

/** One sample: the fields of its datagram and its own, in the order they were printed, with their record's number. */
export interface Block {
  fields: {name: string; value: string; record: number}[];
}

/** Fields of a datagram that say nothing about what it held. */
const IGNORED = new Set([
  'startDatagram',
  'endDatagram',
  'startSample',
  'endSample',
  'datagramSourceIP',
  'unixSecondsUTC',
  'unixSecondsUTC_uS',
  'localtime',
  'skipping',
]);

export function toolBlocks(text: string): Block[] {
  const blocks: Block[] = [];
  let datagram: Block['fields'] = [];
  let current: Block | null = null;
  let record = -1;
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const space = line.indexOf(' ');
    const name = (space < 0 ? line : line.slice(0, space)).replace(/^discarded_/, '');
    const value = space < 0 ? '' : line.slice(space + 1);
    if (name === 'startDatagram') {
      datagram = [];
      current = null;
      record = -1;
    } else if (name === 'startSample') {
      current = {fields: [...datagram]};
      blocks.push(current);
      record = -1;
    } else if (!IGNORED.has(name)) {
      if (name === 'flowBlock_tag' || name === 'counterBlock_tag') record++;
      (current?.fields ?? datagram).push({name, value, record});
    }
  }
  return blocks;
}

const bare = (mac: Json) => String(mac).replaceAll(':', '');
const layer = (record: Json, name: string) => record.packet?.layers.find((one: Json) => one.layer === name);
const ip = (record: Json) => layer(record, 'ipv4') ?? layer(record, 'ipv6');
const number = (value: Json) => (value === null ? 4_294_967_295 : value);
const port = (side: Json) => {
  if (typeof side === 'number') return String(side);
  if (side.format === 'multiple') return `multiple ${side.count}`;
  if (side.format === 'discarded') return `dropCode ${side.reason}`;
  return String(side.ifIndex ?? side.value);
};
const tags = (record: Json) => record.packet.layers.filter((one: Json) => one.layer === 'vlan');
const groups = (address: string) => {
  const [head, tail = ''] = address.split('::') as [string, string?];
  const parts = (half: string) => (half === '' ? [] : half.split(':'));
  const missing = 8 - parts(head).length - parts(tail).length;
  const all = address.includes('::') ? [...parts(head), ...Array(missing).fill('0'), ...parts(tail)] : parts(head);
  return all.map((group) => group.padStart(4, '0')).join(':');
};
const address = (text: string) => (text.includes(':') ? groups(text) : text);

/** Of the sample and its datagram. */
const SAMPLE: Readonly<Record<string, (sample: Json) => Json>> = {
  datagramSize: (s) => s.datagram.bytes,
  datagramVersion: () => 5,
  agentSubId: (s) => s.datagram.sub_agent_id,
  agent: (s) => address(s.datagram.agent_address),
  packetSequenceNo: (s) => s.datagram.sequence_number,
  sysUpTime: (s) => s.datagram.uptime_ms,
  samplesInPacket: (s) => s.datagram.sample_count,
  pcapTimestamp: (s) => `${s.time.slice(0, 19)}+0000`,
  pcapTimestamp_uS: (s) => Number(s.time.slice(20, 26)),
  sampleType_tag: (s) => s.format,
  sampleType: (s) =>
    s.sample.startsWith('flow') ? 'FLOWSAMPLE' : s.sample.startsWith('c') ? 'COUNTERSSAMPLE' : 'DISCARD',
  sampleSequenceNo: (s) => s.sequence_number,
  sourceId: (s) => `${s.source_id.class}:${s.source_id.index}`,
  meanSkipCount: (s) => s.sampling_rate,
  samplePool: (s) => s.sample_pool,
  dropEvents: (s) => s.drops,
  inputPort: (s) => port(s.input),
  outputPort: (s) => port(s.output),
  discardCode: (s) => s.reason,
  discardReason: (s) => s.reason_name,
};

const KINDS: Readonly<Record<string, string>> = {
  SWITCH: 'extended_switch',
  ROUTER: 'extended_router',
  GATEWAY: 'extended_gateway',
  USER: 'extended_user',
  URL: 'extended_url',
  egress_queue: 'extended_egress_queue',
  queue_depth: 'extended_queue',
  transit_delay: 'extended_transit',
  function: 'extended_function',
  linux_reason: 'extended_linux_drop_reason',
  HEADER: 'sampled_header',
  ETHERNET: 'sampled_ethernet',
  IPV4: 'sampled_ipv4',
};

/** Of one record, where the name is not simply the one in JSON. */
const RECORD: Readonly<Record<string, (record: Json, value: string) => Json>> = {
  flowBlock_tag: (r) => r.format,
  counterBlock_tag: (r) => r.format,
  flowSampleType: (r, v) => (KINDS[v] === r.record ? v : r.record),
  extendedType: (r, v) => (KINDS[v] === r.record ? v : r.record),
  headerProtocol: (r) => r.header_protocol,
  sampledPacketSize: (r) => r.frame_length ?? r.length,
  strippedBytes: (r) => r.stripped,
  headerLen: (r) => r.header.length / 2,
  headerBytes: (r) => r.header.toUpperCase().replaceAll(/(..)(?=.)/g, '$1-'),
  dstMAC: (r) => bare(layer(r, 'ethernet').destination),
  srcMAC: (r) => bare(layer(r, 'ethernet').source),
  decodedVLAN: (r) => tags(r)[0].vlan,
  decodedPriority: (r) => tags(r)[0].priority,
  'decodedVLAN.1': (r) => tags(r)[1].vlan,
  'decodedPriority.1': (r) => tags(r)[1].priority,
  ethernet_type: (r) => r.ethertype ?? (tags(r).at(-1) ?? layer(r, 'ethernet')).type,
  // sflowtool works this one out from the frame's length and the header in front of the IP packet.
  IPSize: (r) => r.length ?? ipSize(r),
  'ip.tot_len': (r) => ip(r).total_length,
  srcIP: (r) => r.src_ip ?? ip(r).source,
  dstIP: (r) => r.dst_ip ?? ip(r).destination,
  srcIP6: (r) => groups(ip(r).source),
  dstIP6: (r) => groups(ip(r).destination),
  IPProtocol: (r) => r.protocol ?? ip(r).protocol ?? (layer(r, 'ipv6_hop_by_hop') ?? ip(r)).next_header,
  IPTOS: (r) => r.tos ?? ip(r).dscp * 4 + ip(r).ecn,
  IPTTL: (r) => ip(r).ttl ?? ip(r).hop_limit,
  // The identification is a number in network byte order; sflowtool prints it in the host's.
  IPID: (r) => ((ip(r).identification & 0xff) << 8) | (ip(r).identification >>> 8),
  IP6_label: (r) => `0x${ip(r).flow_label.toString(16)}`,
  IPV6_payloadLen: (r) => ip(r).payload_length,
  IP6HeaderExtension: (r) => (layer(r, 'ipv6_hop_by_hop') === undefined ? -1 : 0),
  UDPSrcPort: (r) => layer(r, 'udp').source_port,
  UDPDstPort: (r) => layer(r, 'udp').destination_port,
  UDPBytes: (r) => layer(r, 'udp').length,
  TCPSrcPort: (r) => r.src_port ?? layer(r, 'tcp').source_port,
  TCPDstPort: (r) => r.dst_port ?? layer(r, 'tcp').destination_port,
  TCPFlags: (r) => r.tcp_flags ?? layer(r, 'tcp').flags,
  ethernet_len: (r) => r.length,
  ethernet_src: (r) => bare(r.src_mac),
  ethernet_dst: (r) => bare(r.dst_mac),
  in_vlan: (r) => number(r.src_vlan),
  in_priority: (r) => number(r.src_priority),
  out_vlan: (r) => number(r.dst_vlan),
  out_priority: (r) => number(r.dst_priority),
  nextHop: (r) => r.nexthop,
  srcSubnetMask: (r) => r.src_mask_len,
  dstSubnetMask: (r) => r.dst_mask_len,
  url_direction: (r) => r.direction,
  src_user_charset: (r) => r.src_charset,
  dst_user_charset: (r) => r.dst_charset,
  bgp_nexthop: (r) => r.nexthop,
  my_as: (r) => r.as,
  dst_as_path: (r) => asPath(r.dst_as_path),
  dst_as: (r) => r.dst_as_path.at(-1).as.at(-1),
  dst_peer_as: (r) => r.dst_as_path[0].as[0],
  // sflowtool prints communities as numbers, with dashes between them.
  BGP_communities: (r) => r.communities.map(community).join('-'),
  BGP_localpref: (r) => r.localpref,
  egress_queue_id: (r) => r.queue,
  queue_depth_bytes: (r) => r.depth_bytes,
  transit_delay_nS: (r) => r.delay_ns,
  linux_drop_reason: (r) => r.reason,
  networkType: (r) => r.ifType,
  actorSystemID: (r) => bare(r.dot3adAggPortActorSystemID),
  partnerSystemID: (r) => bare(r.dot3adAggPortPartnerOperSystemID),
  attachedAggID: (r) => r.dot3adAggPortAttachedAggID,
  actorAdminPortState: (r) => r.dot3adAggPortActorAdminState,
  actorOperPortState: (r) => r.dot3adAggPortActorOperState,
  partnerAdminPortState: (r) => r.dot3adAggPortPartnerAdminState,
  partnerOperPortState: (r) => r.dot3adAggPortPartnerOperState,
  '5s_cpu': (r) => r.cpu_5s.toFixed(2),
  '1m_cpu': (r) => r.cpu_1m.toFixed(2),
  '5m_cpu': (r) => r.cpu_5m.toFixed(2),
  total_memory_bytes: (r) => r.total_memory,
  free_memory_bytes: (r) => r.free_memory,
  http_methd_connect_count: (r) => r.method_connect_count,
  disk_partition_max_used: (r) => r.part_max_used.toFixed(2),
  disk_reads: (r) => r.reads,
  disk_bytes_read: (r) => r.bytes_read,
  disk_read_time: (r) => r.read_time_ms,
  disk_writes: (r) => r.writes,
  disk_bytes_written: (r) => r.bytes_written,
  disk_write_time: (r) => r.write_time_ms,
  cpu_load_one: (r) => r.load_one.toFixed(3),
  cpu_load_five: (r) => r.load_five.toFixed(3),
  cpu_load_fifteen: (r) => r.load_fifteen.toFixed(3),
  cpu_proc_run: (r) => r.proc_run,
  cpu_proc_total: (r) => r.proc_total,
  cpu_speed: (r) => r.cpu_speed_MHz,
  cpu_uptime: (r) => r.uptime_s,
  cpuintr: (r) => r.cpu_intr_ms,
  cpuinterrupts: (r) => r.interrupts,
  cpu_contexts: (r) => r.contexts,
  UUID: (r) => r.uuid,
};

function ipSize(record: Json): number {
  const {layers} = record.packet;
  const at = layers.indexOf(ip(record));
  const link = layers.slice(0, at).reduce((sum: number, {layer}: Json) => sum + (layer === 'ethernet' ? 14 : 4), 0);
  return record.frame_length - record.stripped - link;
}

const community = (text: string) => {
  const [high, low] = text.split(':').map(Number) as [number, number];
  return high * 65_536 + low;
};

function asPath(segments: Json): string {
  const parts = segments.map(({type, as}: Json) => (type === 1 ? `(${as.join('-')})` : as.join('-')));
  return parts.join('');
}

/** The fields of a block that are not in the sample's JSON with the value that sflowtool printed. */
export function differs(block: Block, sample: Sample): string[] {
  const failures: string[] = [];
  for (const {name, value, record} of block.fields) {
    let ours: Json;
    try {
      ours = record < 0 ? SAMPLE[name]!(sample) : fieldOf(sample.records[record], name, value);
    } catch (error) {
      ours = error;
    }
    if (String(ours) !== value) failures.push(`${name}: sflowtool ${value}, tenhertz ${ours}`);
  }
  return failures;
}

function fieldOf(record: Json, name: string, value: string): Json {
  const special = RECORD[name];
  if (special !== undefined) return special(record, value);
  const adapter = /^adaptor_(\d+)_(?:(ifIndex)|(MACs)|MAC_(\d+))$/.exec(name);
  if (adapter !== null) {
    const one = record.adapters[Number(adapter[1])];
    if (adapter[2] !== undefined) return one.ifIndex;
    return adapter[3] === undefined ? bare(one.mac_addresses[Number(adapter[4])]) : one.mac_addresses.length;
  }
  // The rest are the names in JSON, or those with a prefix or a unit.
  for (const candidate of [name, `${name}_ms`, `dot3adAggPortStats${name[0]!.toUpperCase()}${name.slice(1)}`]) {
    if (candidate in record) return number(record[candidate]);
  }
  return number(record[name.replace(/^(nio|http)_/, '')]);
}
