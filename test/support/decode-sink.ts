/** Decodes a datagram in a test and keeps copies of what came. */
import {DatagramDecoder} from '../../src/sflow/datagram.ts';
import {
  describeCounterSample,
  describeDatagram,
  describeDiscard,
  describeFlowSample,
  describeOtherSample,
  type SampleObject,
} from '../../src/sflow/describe.ts';
import type {Fault} from '../../src/sflow/faults.ts';
import {
  type CounterSampleView,
  type DatagramSink,
  DatagramView,
  type DiscardView,
  type FlowSampleView,
} from '../../src/sflow/views.ts';

export interface Decoded {
  fault: Fault;
  datagram: SampleObject | null;
  samples: SampleObject[];
  flows: FlowSampleView[];
  counters: CounterSampleView[];
  discards: DiscardView[];
  others: number[];
  decoder: DatagramDecoder;
  data: DataView;
}

/** `room` bytes behind the datagram are poisoned: what they hold must never be seen. */
export function decode(
  bytes: Buffer,
  {room = 0, takesDiscards = true}: {room?: number; takesDiscards?: boolean} = {},
): Decoded {
  const buffer = new Uint8Array(bytes.length + room).fill(0xa5);
  buffer.set(bytes);
  const view = new DatagramView(buffer);
  view.length = bytes.length;
  const {data} = view;
  const result: Omit<Decoded, 'decoder' | 'fault'> = {
    datagram: null,
    samples: [],
    flows: [],
    counters: [],
    discards: [],
    others: [],
    data,
  };
  const sink: DatagramSink = {
    datagram: (datagram) => {
      result.datagram = describeDatagram(datagram);
      return true;
    },
    flowSample: (sample) => {
      result.flows.push({...sample});
      result.samples.push(describeFlowSample(data, sample));
    },
    counterSample: (sample) => {
      result.counters.push({...sample});
      result.samples.push(describeCounterSample(data, sample));
    },
    otherSample: (dataFormat, offset, length) => {
      result.others.push(dataFormat);
      result.samples.push(describeOtherSample(data, dataFormat, offset, offset + length));
    },
  };
  if (takesDiscards) {
    sink.discardedPacket = (discard) => {
      result.discards.push({...discard, packet: {...discard.packet}});
      result.samples.push(describeDiscard(data, discard));
    };
  }
  const decoder = new DatagramDecoder(sink);
  const fault = decoder.decode(view);
  return {...result, decoder, fault};
}
