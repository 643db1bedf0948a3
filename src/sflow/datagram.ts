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
  /** End of the datagram, and how many samples it still claims; for the rare case that a length is wrong. */
  private end = 0;
  private samplesLeft = 0;
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
    return this.samples(view, headerBytes(view.data));
  }

  private samples(view: DatagramView, start: number): Fault {
    const data = view.data;
    const end = view.length;
    let first: Fault = Fault.None;
    let at = start;
    this.end = end;
    for (let left = view.sampleCount; left > 0; left--) {
      if (end - at < Size.Prefix) return first || Fault.SampleCut;
      const dataFormat = data.getUint32(at);
      const length = data.getUint32(at + 4);
      const body = at + Size.Prefix;
      if (length > end - body) return this.cutSample(data, dataFormat, body, first);
      this.samplesLeft = left - 1;
      const fault = this.sample(data, dataFormat, body, body + length);
      at = body + length;
      if (fault !== Fault.None || (length & 3) !== 0) {
        first = first || fault;
        at = this.endOfOddSample(data, at, length);
        if (at < 0) return first;
      }
    }
    if (at < end) this.oddities[Oddity.TrailingBytes]!++;
    return first;
  }

  /** What is there of the last sample of a cut datagram is as good as it would be in a whole one. */
  private cutSample(data: DataView, dataFormat: number, start: number, first: Fault): Fault {
    this.samplesLeft = 0;
    this.sample(data, dataFormat, start, this.end);
    return first || Fault.SampleCut;
  }

  private sample(data: DataView, dataFormat: number, start: number, end: number): Fault {
    if (dataFormat !== SampleFormat.Flow && dataFormat !== SampleFormat.FlowExpanded) {
      return this.otherSample(data, dataFormat, start, end);
    }
    const expanded = dataFormat === SampleFormat.FlowExpanded;
    const fault = decodeFlowSample(this.flow, data, start, end, expanded, this.unknownFlowRecords);
    if (fault !== Fault.None) return this.faultyFlowSample(data, start, end, expanded, fault);
    this.sink.flowSample(this.flow);
    return fault;
  }

  private otherSample(data: DataView, dataFormat: number, start: number, end: number): Fault {
    switch (dataFormat) {
      case SampleFormat.Counters:
        return this.counterSample(data, start, end, false);
      case SampleFormat.CountersExpanded:
        return this.counterSample(data, start, end, true);
      case SampleFormat.DiscardedPacket:
        if (this.takesDiscards) return this.discardedPacket(data, start, end);
    }
    this.sink.otherSample(dataFormat, start, end - start);
    return Fault.None;
  }

  private faultyFlowSample(data: DataView, start: number, end: number, expanded: boolean, fault: Fault): Fault {
    if (fault === Fault.SampleTooShort) return fault;
    if (this.mend(data, this.flow, end)) {
      decodeFlowSample(this.flow, data, start, this.mendedEnd, expanded, this.unknownFlowRecords);
      fault = Fault.ShortSampleLength;
    }
    this.sink.flowSample(this.flow);
    return fault;
  }

  private counterSample(data: DataView, start: number, end: number, expanded: boolean): Fault {
    const view = this.counters;
    let fault = decodeCounterSample(view, data, start, end, expanded, this.unknownCounterRecords);
    if (fault !== Fault.None) {
      if (fault === Fault.SampleTooShort) return fault;
      if (this.mend(data, view, end)) {
        decodeCounterSample(view, data, start, this.mendedEnd, expanded, this.unknownCounterRecords);
        fault = Fault.ShortSampleLength;
      }
    }
    this.sink.counterSample(view);
    return fault;
  }

  private discardedPacket(data: DataView, start: number, end: number): Fault {
    const view = this.discard;
    let fault = decodeDiscard(view, data, start, end, this.unknownFlowRecords);
    if (fault !== Fault.None) {
      if (fault === Fault.SampleTooShort) return fault;
      if (this.mend(data, view.packet, end)) {
        decodeDiscard(view, data, start, this.mendedEnd, this.unknownFlowRecords);
        fault = Fault.ShortSampleLength;
      }
    }
    this.sink.discardedPacket!(view);
    return fault;
  }

  /**
   * A record ran past its sample. Where the sample's own end is sound the record is wrong, and stays clipped. Where
   * it is not, and the records end where a sample starts or the datagram ends, the sample's length was wrong:
   * answers true, and `mendedEnd` is the true end. Otherwise nothing behind can be found, and it is -1.
   * Costs no more than the bytes it looks at: it either moves behind them or ends the datagram.
   */
  private mend(data: DataView, view: FlowSampleView | CounterSampleView, end: number): boolean {
    this.mendedEnd = 0;
    if (this.samplesLeft === 0 ? end === this.end : isSampleAt(data, end, this.end)) return false;
    this.mendedEnd = -1;
    const found = endOfRecords(data, view.cutOffset, this.end, view.cutLeft);
    if (found < 0 || (this.samplesLeft > 0 && !isSampleAt(data, found, this.end))) return false;
    this.mendedEnd = found;
    return true;
  }

  /** Where the sample that was just read ended, if its length or a record's was odd; -1 where nobody knows. */
  private endOfOddSample(data: DataView, at: number, length: number): number {
    const mended = this.mendedEnd;
    this.mendedEnd = 0;
    if (mended !== 0) return mended;
    if ((length & 3) === 0 || this.samplesLeft === 0) return at;
    const next = afterOddSample(data, at, length, this.end);
    if (next !== at) this.oddities[Oddity.UnpaddedSample]!++;
    return next;
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
