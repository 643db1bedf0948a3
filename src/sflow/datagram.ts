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
  /** Where the sample that was just read really ended; 0 if where its length says, -1 where nobody knows. */
  private mendedEnd = 0;

  constructor(sink: DatagramSink) {
    this.sink = sink;
    this.takesDiscards = sink.discardedPacket !== undefined;
  }

  /** Decodes `view.length` bytes of the view's buffer. Returns the first `Fault`, and never throws. */
  decode(view: DatagramView): Fault {
    const fault = decodeDatagramHeader(view);
    if (fault > Fault.None) return fault;
    if (!this.sink.datagram(view)) return Fault.None;
    return this.samples(view, view.samplesOffset);
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
      if (length > end - body) return this.cutSample(data, dataFormat, body, end, first);
      at = body + length;
      const fault = this.sample(data, dataFormat, body, at);
      if (fault !== Fault.None || (length & 3) !== 0) {
        const told = this.faultySample(data, dataFormat, body, at, fault, end, left);
        first = first || told;
        at = this.endOfOddSample(data, at, length, end, left);
        if (at < 0) return first;
      }
    }
    if (at < end) this.oddities[Oddity.TrailingBytes]!++;
    return first;
  }

  /** Decodes a sample, and delivers it if there is no fault in it. */
  private sample(data: DataView, dataFormat: number, start: number, end: number): Fault {
    let fault: Fault;
    switch (dataFormat) {
      case SampleFormat.Flow:
      case SampleFormat.FlowExpanded: {
        const isExpanded = dataFormat === SampleFormat.FlowExpanded;
        fault = decodeFlowSample(this.flow, data, start, end, isExpanded, this.unknownFlowRecords);
        if (fault === Fault.None) this.sink.flowSample(this.flow);
        return fault;
      }
      case SampleFormat.Counters:
      case SampleFormat.CountersExpanded: {
        const isExpanded = dataFormat === SampleFormat.CountersExpanded;
        fault = decodeCounterSample(this.counters, data, start, end, isExpanded, this.unknownCounterRecords);
        if (fault === Fault.None) this.sink.counterSample(this.counters);
        return fault;
      }
      default:
        return this.rareSample(data, dataFormat, start, end);
    }
  }

  private rareSample(data: DataView, dataFormat: number, start: number, end: number): Fault {
    if (dataFormat !== SampleFormat.DiscardedPacket || !this.takesDiscards) {
      this.sink.otherSample(dataFormat, start, end - start);
      return Fault.None;
    }
    const fault = decodeDiscard(this.discard, data, start, end, this.unknownFlowRecords);
    if (fault === Fault.None) this.sink.discardedPacket!(this.discard);
    return fault;
  }

  /** What is there of the last sample of a cut datagram is as good as it would be in a whole one. */
  private cutSample(data: DataView, dataFormat: number, start: number, end: number, first: Fault): Fault {
    const fault = this.sample(data, dataFormat, start, end);
    if (fault === Fault.RecordCut) this.deliver(dataFormat);
    return first || Fault.SampleCut;
  }

  /** Mends a sample in which a record was cut, if that can be done, and delivers it in any case. */
  private faultySample(
    data: DataView,
    dataFormat: number,
    start: number,
    end: number,
    fault: Fault,
    datagramEnd: number,
    left: number,
  ): Fault {
    if (fault !== Fault.RecordCut) return fault;
    if (!this.mend(data, this.cutView(dataFormat), end, datagramEnd, left)) {
      this.deliver(dataFormat);
      return fault;
    }
    this.readAgain(data, dataFormat, start, this.mendedEnd);
    this.deliver(dataFormat);
    return Fault.ShortSampleLength;
  }

  private readAgain(data: DataView, dataFormat: number, start: number, end: number): void {
    if (dataFormat === SampleFormat.DiscardedPacket) {
      decodeDiscard(this.discard, data, start, end, this.unknownFlowRecords);
    } else if (this.cutView(dataFormat) === this.flow) {
      const isExpanded = dataFormat === SampleFormat.FlowExpanded;
      decodeFlowSample(this.flow, data, start, end, isExpanded, this.unknownFlowRecords);
    } else {
      const isExpanded = dataFormat === SampleFormat.CountersExpanded;
      decodeCounterSample(this.counters, data, start, end, isExpanded, this.unknownCounterRecords);
    }
  }

  /** The view that a sample of this format was just read into. */
  private cutView(dataFormat: number): FlowSampleView | CounterSampleView {
    if (dataFormat === SampleFormat.DiscardedPacket) return this.discard.packet;
    return dataFormat === SampleFormat.Flow || dataFormat === SampleFormat.FlowExpanded ? this.flow : this.counters;
  }

  private deliver(dataFormat: number): void {
    if (dataFormat === SampleFormat.DiscardedPacket) this.sink.discardedPacket!(this.discard);
    else if (this.cutView(dataFormat) === this.flow) this.sink.flowSample(this.flow);
    else this.sink.counterSample(this.counters);
  }

  /**
   * A record ran past its sample. Where the sample's own end is sound the record is wrong, and stays clipped. Where
   * it is not, and the records end where a sample starts or the datagram ends, the sample's length was wrong:
   * answers true, and `mendedEnd` is the true end. Otherwise nothing behind can be found, and it is -1. `left` counts
   * this sample too.
   * Costs no more than the bytes it looks at: it either moves behind them or ends the datagram.
   */
  private mend(
    data: DataView,
    view: FlowSampleView | CounterSampleView,
    end: number,
    datagramEnd: number,
    left: number,
  ): boolean {
    if (end === datagramEnd || (left > 1 && isSampleAt(data, end, datagramEnd))) return false;
    this.mendedEnd = -1;
    const found = endOfRecords(data, view.cutOffset, datagramEnd, view.cutLeft);
    if (found < 0 || (left > 1 && !isSampleAt(data, found, datagramEnd))) return false;
    this.mendedEnd = found;
    return true;
  }

  /** Where the sample that was just read ended, if its length or a record's was odd; -1 where nobody knows. */
  private endOfOddSample(data: DataView, at: number, length: number, end: number, left: number): number {
    const mended = this.mendedEnd;
    this.mendedEnd = 0;
    if (mended !== 0) return mended;
    if ((length & 3) === 0 || left === 1) return at;
    const next = afterOddSample(data, at, length, end);
    if (next !== at) this.oddities[Oddity.UnpaddedSample]!++;
    return next;
  }
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
  const start = type === AddressType.Ipv4 ? 12 : type === AddressType.Ipv6 ? 24 : 8;
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
  view.samplesOffset = start + WORDS_AFTER_ADDRESS;
  return Fault.None;
}
