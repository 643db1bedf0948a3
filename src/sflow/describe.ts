/**
 * Samples as plain objects with every field of every record, for `decode` and for views that ask. Names are the
 * specification's; numbers that stand for something have its name beside them.
 */
import {AddressType, SampleFormat} from './constants.ts';
import {describeCustomSample} from './custom-samples.ts';
import {discardReasonName} from './discard-reasons.ts';
import {type HeaderReader, readRecords} from './records/read.ts';
import type {Value} from './records/values.ts';
import {formatAddress, formatHex, formatIpv6, interfaceText, sourceClassName} from './text.ts';
import type {CounterSampleView, DatagramView, DiscardView, FlowSampleView} from './views.ts';

/** A sample as `decode` prints it. */
export type SampleObject = {[name: string]: Value};

function source(sourceClass: number, index: number): Value {
  return {class: sourceClass, class_name: sourceClassName(sourceClass), index};
}

/** The agent's address as people write it; null where the agent sent none. */
function agentText(datagram: DatagramView): string | null {
  const {agent0, agent1, agent2, agent3} = datagram;
  switch (datagram.data.getUint32(4)) {
    case AddressType.Unknown:
      return null;
    case AddressType.Ipv4:
      return formatAddress(0, 0, 0xffff, agent3);
    default:
      return formatIpv6(agent0, agent1, agent2, agent3);
  }
}

/** The datagram's own fields (v5, sample_datagram_v5). */
export function describeDatagram(datagram: DatagramView): SampleObject {
  return {
    agent_address: agentText(datagram),
    sub_agent_id: datagram.subAgentId,
    sequence_number: datagram.sequenceNumber,
    uptime_ms: datagram.uptimeMs,
    sample_count: datagram.sampleCount,
    bytes: datagram.length,
  };
}

/** v5, flow_sample and flow_sample_expanded. */
export function describeFlowSample(data: DataView, sample: FlowSampleView, header?: HeaderReader): SampleObject {
  return {
    sample: sample.expanded ? 'flow_sample_expanded' : 'flow_sample',
    format: `0:${sample.expanded ? SampleFormat.FlowExpanded : SampleFormat.Flow}`,
    sequence_number: sample.sequenceNumber,
    source_id: source(sample.sourceClass, sample.sourceIndex),
    sampling_rate: sample.samplingRate,
    sample_pool: sample.samplePool,
    drops: sample.drops,
    input: {...interfaceText(sample.inputFormat, sample.inputValue)},
    output: {...interfaceText(sample.outputFormat, sample.outputValue)},
    records: readRecords('flow', data, sample.recordsOffset, sample.recordsEnd, sample.recordCount, header),
  };
}

/** v5, counters_sample and counters_sample_expanded. */
export function describeCounterSample(data: DataView, sample: CounterSampleView): SampleObject {
  return {
    sample: sample.expanded ? 'counters_sample_expanded' : 'counters_sample',
    format: `0:${sample.expanded ? SampleFormat.CountersExpanded : SampleFormat.Counters}`,
    sequence_number: sample.sequenceNumber,
    source_id: source(sample.sourceClass, sample.sourceIndex),
    records: readRecords('counter', data, sample.recordsOffset, sample.recordsEnd, sample.recordCount),
  };
}

/** drops, discarded_packet. */
export function describeDiscard(data: DataView, discard: DiscardView, header?: HeaderReader): SampleObject {
  const {packet} = discard;
  return {
    sample: 'discarded_packet',
    format: `0:${SampleFormat.DiscardedPacket}`,
    sequence_number: discard.sequenceNumber,
    source_id: source(discard.sourceClass, discard.sourceIndex),
    drops: discard.drops,
    input: discard.inputIfIndex,
    output: discard.outputIfIndex,
    reason: discard.reason,
    reason_name: discardReasonName(discard.reason),
    records: readRecords('flow', data, packet.recordsOffset, packet.recordsEnd, packet.recordCount, header),
  };
}

/** A sample of any other format: sFlow-RT's own are decoded, the rest are bytes. */
export function describeOtherSample(data: DataView, dataFormat: number, start: number, end: number): SampleObject {
  const custom = describeCustomSample(data, dataFormat, start, end);
  if (custom !== null) return custom;
  return {
    sample: 'unknown',
    format: `${dataFormat >>> 12}:${dataFormat & 0xfff}`,
    length: end - start,
    bytes: formatHex(data, start, end),
  };
}
