// Hot path: no allocation, no closure, no exception, no read outside the datagram.
import {AddressType, SampleFormat, SFLOW_VERSION, Size} from './constants.ts';
import {decodeCounterSample} from './counter-sample.ts';
import {decodeDiscard} from './discard.ts';
import {Fault, ODDITY_NAMES, Oddity} from './faults.ts';
import {decodeFlowSample} from './flow-sample.ts';
import {FormatCounter} from './format-counter.ts';
import {afterOddSample, endOfRecords, isSampleAt} from './framing.ts';
import {CounterSampleView, type DatagramSink, type DatagramView, DiscardView, FlowSampleView} from './views.ts';

/** Fixed words after the agent address: sub-agent, sequence number, uptime, number of samples. */
const WORDS_AFTER_ADDRESS = 16;

/** Second half of the mapped form of an IPv4 address, ::ffff:a.b.c.d (RFC 4291, 2.5.5.2). */
const MAPPED = 0xffff;

/**
 * Walks sFlow version 5 datagrams and pushes what it finds into a sink. Moves by the lengths on the wire, each level
 * inside the window of its parent; a count on the wire only ever ends a loop early.
 */
export class DatagramDecoder {
  /** Datagrams that were odd but whole, by `Oddity`. */
  readonly oddities = new Uint32Array(ODDITY_NAMES.length);
  /** Records of formats that are not decoded. */
  readonly unknownFlowRecords = new FormatCounter('flow');
  readonly unknownCounterRecords = new FormatCounter('counter');
  private readonly flow = new FlowSampleView();
  private readonly counters = new CounterSampleView();
  private readonly discard = new DiscardView();
  private readonly sink: DatagramSink;
  private readonly takesDiscards: boolean;
  /** End of the sample that was read last: where its length says, or where its records say if that is further. */
  private sampleEnd = 0;

  constructor(sink: DatagramSink) {
    this.sink = sink;
    this.takesDiscards = sink.discardedPacket !== undefined;
  }

  /** Decodes `view.length` bytes of the view's buffer. Returns the first `Fault`, and never throws. */
  decode(view: DatagramView): Fault {
    const fault = decodeDatagramHeader(view);
    if (fault > Fault.None) return fault;
    if (!this.sink.datagram(view)) return Fault.None;
    return this.samples(view, headerBytes(view.data));
  }

  private samples(view: DatagramView, start: number): Fault {
    const data = view.data;
    const end = view.length;
    let first: Fault = Fault.None;
    let at = start;
    for (let left = view.sampleCount; left > 0; left--) {
      if (end - at < Size.Prefix) return first || Fault.SampleCut;
      const dataFormat = data.getUint32(at);
      const length = data.getUint32(at + 4);
      const body = at + Size.Prefix;
      const cut = length > end - body;
      this.sampleEnd = cut ? end : body + length;
      const fault = this.sample(data, dataFormat, body, this.sampleEnd, end, left - 1);
      if (cut) return first || Fault.SampleCut;
      first = first || fault;
      at = this.sampleEnd;
      if (at < 0) return first;
      if ((length & 3) !== 0 && left > 1 && at === body + length) {
        at = afterOddSample(data, at, length, end);
        if (at !== this.sampleEnd) this.oddities[Oddity.UnpaddedSample]!++;
      }
    }
    if (at < end) this.oddities[Oddity.TrailingBytes]!++;
    return first;
  }

  private sample(
    data: DataView,
    dataFormat: number,
    start: number,
    end: number,
    datagramEnd: number,
    samplesLeft: number,
  ): Fault {
    let fault: Fault;
    switch (dataFormat) {
      case SampleFormat.Flow:
      case SampleFormat.FlowExpanded: {
        const expanded = dataFormat === SampleFormat.FlowExpanded;
        const view = this.flow;
        fault = decodeFlowSample(view, data, start, end, expanded, this.unknownFlowRecords);
        if (fault === Fault.SampleTooShort) return fault;
        if (fault === Fault.RecordCut && this.extend(data, view, end, datagramEnd, samplesLeft)) {
          fault = decodeFlowSample(view, data, start, this.sampleEnd, expanded, this.unknownFlowRecords);
        }
        this.sink.flowSample(view);
        return fault;
      }
      case SampleFormat.Counters:
      case SampleFormat.CountersExpanded: {
        const expanded = dataFormat === SampleFormat.CountersExpanded;
        const view = this.counters;
        fault = decodeCounterSample(view, data, start, end, expanded, this.unknownCounterRecords);
        if (fault === Fault.SampleTooShort) return fault;
        if (fault === Fault.RecordCut && this.extend(data, view, end, datagramEnd, samplesLeft)) {
          fault = decodeCounterSample(view, data, start, this.sampleEnd, expanded, this.unknownCounterRecords);
        }
        this.sink.counterSample(view);
        return fault;
      }
      case SampleFormat.DiscardedPacket: {
        if (!this.takesDiscards) break;
        const view = this.discard;
        fault = decodeDiscard(view, data, start, end, this.unknownFlowRecords);
        if (fault === Fault.SampleTooShort) return fault;
        if (fault === Fault.RecordCut && this.extend(data, view.packet, end, datagramEnd, samplesLeft)) {
          fault = decodeDiscard(view, data, start, this.sampleEnd, this.unknownFlowRecords);
        }
        this.sink.discardedPacket!(view);
        return fault;
      }
    }
    this.sink.otherSample(dataFormat, start, end - start);
    return Fault.None;
  }

  /**
   * A record ran past its sample. Where the sample's own end is sound the record is wrong, and stays clipped. Where
   * it is not, and the records end where a sample starts or the datagram ends, the sample's length was wrong:
   * answers true and moves `sampleEnd` there. Otherwise nothing behind can be found: `sampleEnd` is -1.
   * Costs no more than the bytes it looks at: it either moves behind them or ends the datagram.
   */
  private extend(
    data: DataView,
    view: FlowSampleView | CounterSampleView,
    end: number,
    datagramEnd: number,
    samplesLeft: number,
  ): boolean {
    if (samplesLeft === 0 ? end === datagramEnd : isSampleAt(data, end, datagramEnd)) return false;
    const found = endOfRecords(data, view.recordsOffset, datagramEnd, view.recordCount);
    if (found < 0 || (samplesLeft > 0 && !isSampleAt(data, found, datagramEnd))) {
      this.sampleEnd = -1;
      return false;
    }
    this.oddities[Oddity.ShortSampleLength]!++;
    this.sampleEnd = found;
    return true;
  }
}

/** Bytes of a datagram header whose address type is known to be good. */
function headerBytes(data: DataView): number {
  const type = data.getUint32(4);
  const address = type === AddressType.Ipv4 ? 4 : type === AddressType.Ipv6 ? 16 : 0;
  return 8 + address + WORDS_AFTER_ADDRESS;
}

/** Reads the header only; also what a receiver needs to choose the thread that a datagram belongs to. */
export function decodeDatagramHeader(view: DatagramView): Fault {
  const data = view.data;
  const length = view.length;
  if (length === 0) return Fault.Empty;
  if (length < 8) return Fault.HeaderCut;
  if (data.getUint32(0) !== SFLOW_VERSION) return Fault.BadVersion;
  const type = data.getUint32(4);
  if (type > AddressType.Ipv6) return Fault.BadAddressType;
  const start = headerBytes(data) - WORDS_AFTER_ADDRESS;
  if (length < start + WORDS_AFTER_ADDRESS) return Fault.HeaderCut;
  if (type === AddressType.Ipv6) {
    view.agent0 = data.getUint32(8);
    view.agent1 = data.getUint32(12);
    view.agent2 = data.getUint32(16);
    view.agent3 = data.getUint32(20);
  } else {
    const address = type === AddressType.Ipv4 ? data.getUint32(8) : 0;
    view.agent0 = 0;
    view.agent1 = 0;
    view.agent2 = address === 0 ? 0 : MAPPED;
    view.agent3 = address;
  }
  view.subAgentId = data.getUint32(start);
  view.sequenceNumber = data.getUint32(start + 4);
  view.uptimeMs = data.getUint32(start + 8);
  view.sampleCount = data.getUint32(start + 12);
  return Fault.None;
}
