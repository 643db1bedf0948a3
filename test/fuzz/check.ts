import {classifyMacControl} from '../../src/classify/mac-control.ts';
import {classifyRoce, classifyRoceV1, RoceClass} from '../../src/classify/roce.ts';
import {trimmedBytes} from '../../src/classify/trimmed.ts';
import {classifyUet} from '../../src/classify/uet.ts';
import {JsonPrinter} from '../../src/cli/decode-json.ts';
import {LinePrinter} from '../../src/cli/decode-line.ts';
import {transportPayloadBytes} from '../../src/packet/bth.ts';
import {describeHeader} from '../../src/packet/describe/header.ts';
import {decodeHeader} from '../../src/packet/header.ts';
import {Layer, PacketView} from '../../src/packet/view.ts';
import {DatagramDecoder} from '../../src/sflow/datagram.ts';
import type {Fault} from '../../src/sflow/faults.ts';
import {formatHex, formatIpv4, formatIpv6, formatMac} from '../../src/sflow/text.ts';
import {
  type CounterSampleView,
  type DatagramSink,
  DatagramView,
  type DiscardView,
  type FlowSampleView,
  FoundRecord,
} from '../../src/sflow/views.ts';

/** Counts the words that are read through a view, to hold the decoder to a number of steps. */
class ReadCounter {
  reads = 0;
  readonly view: DataView;

  constructor(bytes: Uint8Array) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const read = view.getUint32.bind(view);
    view.getUint32 = (at: number) => {
      this.reads++;
      return read(at);
    };
    this.view = view;
  }
}

const forms = {mac: formatMac, ipv4: formatIpv4, ipv6: formatIpv6, hex: formatHex};

/** What may be believed of a packet: fields whose layer was found. */
export function visiblePacket(packet: PacketView): number[] {
  const {layers} = packet;
  const seen: number[] = [layers, packet.vlan];
  if (layers & Layer.Ethernet) seen.push(packet.etherType);
  if (layers & (Layer.Ipv4 | Layer.Ipv6 | Layer.Grh)) {
    seen.push(packet.source0, packet.source1, packet.source2, packet.source3, packet.destination0);
    seen.push(packet.destination1, packet.destination2, packet.destination3);
    seen.push(packet.dscp, packet.ecn, packet.ttl, packet.ipLength, packet.ipProtocol);
  }
  if (layers & (Layer.Udp | Layer.Tcp | Layer.Icmp)) seen.push(packet.sourcePort, packet.destinationPort);
  if (layers & Layer.Tcp) seen.push(packet.tcpFlags);
  if (layers & Layer.Udp) seen.push(packet.udpLength, packet.payloadEnd - packet.payloadOffset);
  if (layers & Layer.Bth) {
    seen.push(packet.opcode, packet.padCount, packet.transportVersion, packet.pKey, packet.fecn, packet.becn);
    seen.push(packet.destQp, packet.ackReq, packet.psn, transportPayloadBytes(packet));
  }
  if (layers & Layer.Reth) seen.push(packet.dmaLength);
  if (layers & Layer.Aeth) seen.push(packet.syndrome, packet.msn);
  if (layers & Layer.Tunnel) {
    seen.push(packet.tunnels, packet.tunnelKind, packet.vni, packet.outerLayers);
    if (packet.outerLayers & (Layer.Ipv4 | Layer.Ipv6))
      seen.push(packet.outerSource3, packet.outerEcn, packet.outerTtl);
  }
  return seen;
}

/** Notes everything that a sink can see, and decodes and classifies every header on the way. */
class Tracer implements DatagramSink {
  readonly trace: number[] = [];
  data: DataView = new DataView(new ArrayBuffer(0));
  samples = 0;
  private readonly packet = new PacketView();

  datagram(view: DatagramView): boolean {
    this.trace.push(view.agent0, view.agent1, view.agent2, view.agent3, view.subAgentId, view.sequenceNumber);
    return true;
  }

  flowSample(sample: FlowSampleView): void {
    this.trace.push(1, sample.sequenceNumber, sample.sourceClass, sample.sourceIndex, sample.samplingRate);
    this.trace.push(sample.samplePool, sample.drops, sample.inputFormat, sample.inputValue, sample.outputFormat);
    this.trace.push(sample.outputValue);
    this.flow(sample);
  }

  counterSample(sample: CounterSampleView): void {
    this.samples++;
    this.trace.push(2, sample.sequenceNumber, sample.sourceClass, sample.sourceIndex, sample.recordCount);
    for (const at of [sample.interfaceOffset, sample.ethernetOffset, sample.portNameOffset, sample.lagOffset]) {
      this.trace.push(at, at < 0 ? 0 : this.data.getUint32(at));
    }
    for (let i = 0; i < sample.gauges; i++) {
      const at = sample.gaugeOffsets[i]!;
      const end = sample.gaugeEnds[i]!;
      if (end > sample.recordsEnd) throw new Error(`a record ends at ${end}, its sample at ${sample.recordsEnd}`);
      this.trace.push(sample.gaugeFormats[i]!, at, end, end - at < 4 ? 0 : this.data.getUint32(at));
    }
  }

  discardedPacket(discard: DiscardView): void {
    this.trace.push(5, discard.sequenceNumber, discard.reason, discard.drops, discard.inputIfIndex);
    this.flow(discard.packet);
  }

  otherSample(dataFormat: number, offset: number, length: number): void {
    this.samples++;
    this.trace.push(9, dataFormat, offset, length);
  }

  private flow(sample: FlowSampleView): void {
    this.samples++;
    const {data, packet, trace} = this;
    trace.push(sample.frameLength, sample.headerProtocol, sample.stripped, sample.headerOffset, sample.headerEnd);
    trace.push(sample.found);
    if (sample.found & FoundRecord.Switch) trace.push(data.getUint32(sample.switchOffset + 12));
    if (sample.found & FoundRecord.Timestamp) trace.push(data.getUint32(sample.timestampOffset + 4));
    const {headerOffset: start, headerEnd: end} = sample;
    decodeHeader(packet, data, sample.headerProtocol, start, end);
    const v2 = classifyRoce(packet, data, end);
    const v1 = classifyRoceV1(packet, data, end);
    const seen = visiblePacket(packet);
    seen.push(v2, v1, classifyUet(packet, data, end), classifyMacControl(packet, data, end));
    seen.push(trimmedBytes(packet, data, start, sample.frameLength));
    trace.push(...seen);
    this.alone(sample, seen, v2);
  }

  /** The header in a buffer of its own length: a read past its end throws, and nothing of it may have mattered. */
  private alone(sample: FlowSampleView, seen: readonly number[], v2: RoceClass): void {
    const bytes = new Uint8Array(this.data.buffer).slice(sample.headerOffset, sample.headerEnd);
    const data = new DataView(bytes.buffer);
    const packet = new PacketView();
    decodeHeader(packet, data, sample.headerProtocol, 0, bytes.length);
    const classes = [classifyRoce(packet, data, bytes.length), classifyRoceV1(packet, data, bytes.length)];
    const again = visiblePacket(packet);
    again.push(...classes, classifyUet(packet, data, bytes.length), classifyMacControl(packet, data, bytes.length));
    again.push(trimmedBytes(packet, data, 0, sample.frameLength));
    same(again, seen, 'a header decodes otherwise in a buffer of its own');
    if (v2 === RoceClass.None || v2 === RoceClass.Unreadable || packet.destinationPort !== 4791) return;
    const layers = describeHeader(data, sample.headerProtocol, 0, bytes.length, forms);
    const bth = layers.find((layer) => layer.layer === 'bth');
    if (bth?.['opcode'] !== packet.opcode) throw new Error('the description has another BTH than the hot path');
  }
}

function same(a: readonly number[], b: readonly number[], what: string): void {
  if (a.length !== b.length || a.some((value, i) => !Object.is(value, b[i]))) {
    throw new Error(`${what}: ${a.join(' ')} | ${b.join(' ')}`);
  }
}

/** Decodes whatever comes after whatever came before: one for the life of a fuzz run. */
export class Checker {
  private readonly used = new Tracer();
  private readonly dirty = new DatagramDecoder(this.used);
  private readonly json = new JsonPrinter();
  private readonly jsonDecoder = new DatagramDecoder(this.json);
  private readonly line = new LinePrinter();
  private readonly lineDecoder = new DatagramDecoder(this.line);

  /** Throws when the decoder breaks a promise on this datagram. `cold` looks at what `decode` prints, too. */
  check(bytes: Uint8Array, cold: boolean): Fault {
    // The buffer ends where the datagram ends: a read outside it throws.
    const exact = new DatagramView(new Uint8Array(bytes));
    exact.length = bytes.length;
    const counting = new ReadCounter(exact.bytes);
    Object.defineProperty(exact, 'data', {value: counting.view});
    const fresh = new Tracer();
    fresh.data = exact.data;
    const fault = new DatagramDecoder(new Steps(fresh, counting)).decode(exact);
    this.bounded(bytes.length, fresh, counting.reads);

    // A decoder that has seen everything before sees the same, in a buffer with leavings behind the datagram.
    const room = new DatagramView(new Uint8Array(bytes.length + 64).fill(0xa5));
    room.bytes.set(bytes);
    room.length = bytes.length;
    this.used.trace.length = 0;
    this.used.samples = 0;
    this.used.data = room.data;
    if (this.dirty.decode(room) !== fault) throw new Error('a used decoder finds another fault');
    same(this.used.trace, fresh.trace, 'a used decoder sees something else');
    if (cold) this.printed(exact, fresh.samples);
    return fault;
  }

  private bounded(bytes: number, tracer: Tracer, reads: number): void {
    if (tracer.samples > bytes / 8) throw new Error(`${tracer.samples} samples in ${bytes} bytes`);
    // A step reads a format and a length; there are at most bytes / 4 of them, and the samples' own fields.
    if (reads > bytes * 0.75 + 64) throw new Error(`${reads} reads in ${bytes} bytes`);
  }

  private printed(view: DatagramView, samples: number): void {
    this.json.start(1.7e12, [0, 0, 0xffff, 1]);
    this.jsonDecoder.decode(view);
    const lines = this.json.take().split('\n');
    if (lines.length - 1 !== samples) throw new Error('not one JSON object a sample');
    for (const line of lines.slice(0, -1)) JSON.parse(line);
    this.lineDecoder.decode(view);
    for (const line of this.line.take().split('\n').slice(0, -1)) {
      if (!/^(FLOW(,[^,]*){19}|CNTR(,[^,]*){20})$/.test(line)) throw new Error(`not a line: ${line}`);
      if (line.includes('NaN') || line.includes('undefined')) throw new Error(`a hole in a line: ${line}`);
    }
  }
}

/** Lets only the decoder's own reads count, not those of the tracer behind it. */
class Steps implements DatagramSink {
  private readonly sink: Tracer;
  private readonly view: ReadCounter;

  constructor(sink: Tracer, view: ReadCounter) {
    this.sink = sink;
    this.view = view;
  }

  datagram(view: DatagramView): boolean {
    return this.sink.datagram(view);
  }

  flowSample(sample: FlowSampleView): void {
    const {reads} = this.view;
    this.sink.flowSample(sample);
    this.view.reads = reads;
  }

  counterSample(sample: CounterSampleView): void {
    const {reads} = this.view;
    this.sink.counterSample(sample);
    this.view.reads = reads;
  }

  discardedPacket(discard: DiscardView): void {
    const {reads} = this.view;
    this.sink.discardedPacket(discard);
    this.view.reads = reads;
  }

  otherSample(dataFormat: number, offset: number, length: number): void {
    this.sink.otherSample(dataFormat, offset, length);
  }
}
