// Hot path: no allocation, no closure, no exception, no read outside the datagram.
import {AddressType, SampleFormat, SFLOW_VERSION, Size} from './constants.ts';
import {decodeCounterSample} from './counter-sample.ts';
import {Fault} from './faults.ts';
import {decodeFlowSample} from './flow-sample.ts';
import {CounterSampleView, type DatagramSink, type DatagramView, FlowSampleView} from './views.ts';

/** Fixed words after the agent address: sub-agent, sequence number, uptime, number of samples. */
const WORDS_AFTER_ADDRESS = 16;

/** Second half of the mapped form of an IPv4 address, ::ffff:a.b.c.d (RFC 4291, 2.5.5.2). */
const MAPPED = 0xffff;

/**
 * Walks sFlow version 5 datagrams and pushes what it finds into a sink. Moves by the lengths on the wire, each level
 * inside the window of its parent; a count on the wire only ever ends a loop early.
 */
export class DatagramDecoder {
  private readonly flow = new FlowSampleView();
  private readonly counters = new CounterSampleView();
  private readonly sink: DatagramSink;

  constructor(sink: DatagramSink) {
    this.sink = sink;
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
      if (length > end - body) return first || Fault.SampleCut;
      const fault = this.sample(data, dataFormat, body, body + length);
      first = first || fault;
      at = body + length;
    }
    return first;
  }

  private sample(data: DataView, dataFormat: number, start: number, end: number): Fault {
    let fault: Fault;
    switch (dataFormat) {
      case SampleFormat.Flow:
      case SampleFormat.FlowExpanded:
        fault = decodeFlowSample(this.flow, data, start, end, dataFormat === SampleFormat.FlowExpanded);
        if (fault !== Fault.SampleTooShort) this.sink.flowSample(this.flow);
        return fault;
      case SampleFormat.Counters:
      case SampleFormat.CountersExpanded:
        fault = decodeCounterSample(this.counters, data, start, end, dataFormat === SampleFormat.CountersExpanded);
        if (fault !== Fault.SampleTooShort) this.sink.counterSample(this.counters);
        return fault;
      default:
        this.sink.otherSample(dataFormat, start, end - start);
        return Fault.None;
    }
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
