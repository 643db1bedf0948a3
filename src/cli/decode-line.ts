import type {Forms, LayerObject} from '../packet/describe/bit-fields.ts';
import {describeHeader} from '../packet/describe/header.ts';
import {AddressType, FlowRecordFormat, Size} from '../sflow/constants.ts';
import {afterOddRecord} from '../sflow/framing.ts';
import {formatHex, formatIpv4} from '../sflow/text.ts';
import type {CounterSampleView, DatagramView, FlowSampleView} from '../sflow/views.ts';
import type {Printer} from './decode.ts';

const groups = (words: readonly number[]) =>
  words.flatMap((word) => [word >>> 16, word & 0xffff].map((group) => group.toString(16).padStart(4, '0'))).join(':');

/** Addresses in the forms of these lines: bare hex digits, IPv6 with all its zeros. */
const forms: Forms = {
  mac: (data, at) => formatHex(data, at, at + 6),
  ipv4: formatIpv4,
  ipv6: (...words) => groups(words),
  hex: formatHex,
};

const ipv6At = (data: DataView, at: number) => groups([0, 4, 8, 12].map((offset) => data.getUint32(at + offset)));
const hex = (value: number, digits: number) => `0x${value.toString(16).padStart(digits, '0')}`;

/** Fields of a FLOW line, as far as the records told. */
class FlowLine {
  sourceMac = '000000000000';
  destinationMac = '000000000000';
  etherType = 0;
  inVlan = 0;
  outVlan = 0;
  source = '-';
  destination = '-';
  protocol = 0;
  tos = 0;
  ttl = 0;
  sourcePort = 0;
  destinationPort = 0;
  tcpFlags = 0;
  bytes = 0;
  stripped = 0;
  /** Link layer bytes in front of an IPv4 header; the lines count IPv6 and the rest with their link layer. */
  linkBytes = 0;
}

/**
 * Comma-separated lines, field for field what sflowtool prints with `-l`: scripts that read those read these. Where
 * two records of a sample say different things, the later one on the wire is printed, and of a packet in a tunnel the
 * outer header, as there.
 */
export class LinePrinter implements Printer {
  private text = '';
  private agent = '-';
  private data: DataView = new DataView(new ArrayBuffer(0));

  /** The lines have neither time nor sender. */
  start(): void {}

  take(): string {
    const text = this.text;
    this.text = '';
    return text;
  }

  datagram(datagram: DatagramView): boolean {
    const {data} = datagram;
    this.data = data;
    const type = data.getUint32(4);
    this.agent =
      type === AddressType.Ipv4 ? formatIpv4(data.getUint32(8)) : type === AddressType.Ipv6 ? ipv6At(data, 8) : '-';
    return true;
  }

  /** Drop notifications and other samples have no line. */
  otherSample(): void {}

  counterSample(sample: CounterSampleView): void {
    const {data} = this;
    const at = sample.interfaceOffset;
    const word = (offset: number) => (at < 0 ? 0 : data.getUint32(at + offset));
    const long = (offset: number) => (at < 0 ? 0n : data.getBigUint64(at + offset));
    const values = [word(0), word(4), long(8), word(16), word(20), long(24)];
    for (let offset = 32; offset < 56; offset += 4) values.push(word(offset));
    values.push(long(56));
    for (let offset = 64; offset < Size.InterfaceCounters; offset += 4) values.push(word(offset));
    this.text += `CNTR,${this.agent},${values.join(',')}\n`;
  }

  flowSample(sample: FlowSampleView): void {
    const line = new FlowLine();
    const {data} = this;
    let at = sample.recordsOffset;
    const end = sample.recordsEnd;
    for (let left = sample.recordCount; left > 0 && end - at >= Size.Prefix; left--) {
      const format = data.getUint32(at);
      const length = data.getUint32(at + 4);
      const body = at + Size.Prefix;
      const bodyEnd = Math.min(body + length, end);
      this.record(line, format, body, bodyEnd);
      at = (length & 3) === 0 ? bodyEnd : afterOddRecord(data, bodyEnd, length, end, null);
    }
    this.text += `${[
      'FLOW',
      this.agent,
      sample.inputValue,
      sample.outputValue,
      line.sourceMac,
      line.destinationMac,
      hex(line.etherType, 4),
      line.inVlan,
      line.outVlan,
      line.source,
      line.destination,
      line.protocol,
      hex(line.tos, 2),
      line.ttl,
      line.sourcePort,
      line.destinationPort,
      hex(line.tcpFlags, 2),
      line.bytes,
      line.bytes - line.stripped - line.linkBytes,
      sample.samplingRate,
    ].join(',')}\n`;
  }

  private record(line: FlowLine, format: number, body: number, end: number): void {
    const {data} = this;
    const bytes = end - body;
    if (format === FlowRecordFormat.RawHeader && bytes >= Size.RawHeader) {
      line.bytes = data.getUint32(body + 4);
      line.stripped = data.getUint32(body + 8);
      const start = body + Size.RawHeader;
      const headerEnd = Math.min(end, start + data.getUint32(body + 12));
      readLayers(line, describeHeader(data, data.getUint32(body), start, headerEnd, forms));
    } else if (format === FlowRecordFormat.Ethernet && bytes >= Size.ParsedEthernet) {
      line.sourceMac = forms.mac(data, body + 4);
      line.destinationMac = forms.mac(data, body + 12);
      line.etherType = data.getUint32(body + 20);
    } else if (format === FlowRecordFormat.Ipv4 && bytes >= Size.ParsedIpv4) {
      line.source = formatIpv4(data.getUint32(body + 8));
      line.destination = formatIpv4(data.getUint32(body + 12));
      this.parsed(line, body, 16);
    } else if (format === FlowRecordFormat.Ipv6 && bytes >= Size.ParsedIpv6) {
      line.source = ipv6At(data, body + 8);
      line.destination = ipv6At(data, body + 24);
      this.parsed(line, body, 40);
    } else if (format === FlowRecordFormat.Switch && bytes >= Size.Switch) {
      line.inVlan = data.getUint32(body);
      line.outVlan = data.getUint32(body + 8);
    }
  }

  /** What sampled_ipv4 and sampled_ipv6 have in common, around their addresses (v5). */
  private parsed(line: FlowLine, body: number, rest: number): void {
    const {data} = this;
    line.bytes = data.getUint32(body);
    line.protocol = data.getUint32(body + 4);
    line.sourcePort = data.getUint32(body + rest);
    line.destinationPort = data.getUint32(body + rest + 4);
    line.tcpFlags = data.getUint32(body + rest + 8);
    line.tos = data.getUint32(body + rest + 12);
  }
}

const LINK_BYTES: Readonly<Record<string, number>> = {ethernet: 14, vlan: 4, llc: 8};

/** Takes the outer packet from the layers; labels and the rest of what may stand in front of IP end the reading. */
function readLayers(line: FlowLine, layers: readonly LayerObject[]): void {
  let i = 0;
  let link = 0;
  for (; i < layers.length; i++) {
    const layer = layers[i]!;
    const bytes = LINK_BYTES[layer.layer];
    if (bytes === undefined || layer['clipped'] === true) break;
    link += bytes;
    if (layer.layer === 'ethernet') {
      line.sourceMac = String(layer['source']);
      line.destinationMac = String(layer['destination']);
    }
    if (layer.layer === 'vlan') line.inVlan = Number(layer['vlan']);
    const type = Number(layer['type'] ?? layer['protocol'] ?? 0);
    line.etherType = type > 1_500 ? type : 0;
  }
  const ip = layers[i];
  if (ip === undefined || ip['clipped'] === true || ip['invalid'] === true) return;
  if (ip.layer === 'ipv4') line.linkBytes = link;
  else if (ip.layer !== 'ipv6') return;
  line.source = String(ip['source']);
  line.destination = String(ip['destination']);
  line.tos = Number(ip['dscp']) * 4 + Number(ip['ecn']);
  line.ttl = Number(ip['ttl'] ?? ip['hop_limit']);
  let last = ip;
  while (layers[i + 1]?.layer.startsWith('ipv6_') === true) last = layers[++i]!;
  if (last['clipped'] !== true) line.protocol = Number(last['protocol'] ?? last['next_header']);
  const transport = layers[i + 1];
  if (transport === undefined) return;
  readPorts(line, transport);
}

function readPorts(line: FlowLine, {layer, ...fields}: LayerObject): void {
  if (layer === 'udp' || layer === 'tcp') {
    line.sourcePort = Number(fields['source_port'] ?? 0);
    line.destinationPort = Number(fields['destination_port'] ?? 0);
    line.tcpFlags = Number(fields['flags'] ?? 0);
  } else if (layer === 'icmp') {
    line.sourcePort = Number(fields['type'] ?? 0);
    line.destinationPort = Number(fields['code'] ?? 0);
  }
}
