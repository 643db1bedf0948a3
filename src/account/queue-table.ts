// Hot path: no allocation after construction, no exception.
import {Layer, type PacketView} from '../packet/view.ts';
import {type FlowSampleView, FoundRecord} from '../sflow/views.ts';
import {KeyTable} from './key-table.ts';
import {bucketOf} from './log-buckets.ts';

/** Records that tell of a queue or of the time in the device. */
export const QUEUE_RECORDS = FoundRecord.Queue | FoundRecord.Transit;

/** What a histogram is of; numbers of the column `kind`. */
export const QueueKind = {Depth: 0, Delay: 1} as const;
/** The queue of a sample that does not name it. */
export const UNKNOWN_QUEUE = 0xffffffff;

/** Where each word of the histograms' key stands, in the order of the columns of `QUEUES`. */
const CellKey = {Stream: 0, Port: 1, Queue: 2, Rate: 3, Kind: 4, Bucket: 5} as const;
const CellSum = {Samples: 0, Largest: 1} as const;
/** The same of the flows that stood in a queue, and of `QUEUE_FLOWS`. */
const FlowKey = {Stream: 0, Port: 1, Queue: 2, Source: 3, Destination: 7, DestQp: 11, Roce: 12} as const;
const FlowSum = {Samples: 0, Depths: 1} as const;

/**
 * What flow samples tell of the queue that their packet stood in (sFlow 0:1036, 0:1039, 0:1040): histograms of depth and
 * delay by egress port and queue, and the flows that found it filled. Sent and forgotten once a second; a full table is
 * sent earlier.
 */
export class QueueTable {
  readonly cells: KeyTable;
  readonly flows: KeyTable;

  /** `clock` as a `KeyTable` has it. */
  constructor(capacity: number, seed: number, clock: Float64Array) {
    this.cells = new KeyTable(6, capacity, seed, clock, 4);
    this.flows = new KeyTable(13, capacity, seed ^ 0x68e31da4, clock, 4);
  }

  get size(): number {
    return this.cells.size;
  }

  /**
   * Whether there is room for one sample more: its depth, its delay, its flow. A sample is taken whole or not at all, so
   * that none counts twice when the Partial was sent in between.
   */
  get hasRoom(): boolean {
    return this.cells.size + 2 <= this.cells.capacity && this.flows.size < this.flows.capacity;
  }

  /** Adds a sample that has one of `QUEUE_RECORDS` and left by `port`; there is room. */
  add(
    stream: number,
    port: number,
    rate: number,
    sample: FlowSampleView,
    data: DataView,
    packet: PacketView,
    isRoce: boolean,
  ): void {
    const {found} = sample;
    const {key} = this.cells;
    const queue = (found & FoundRecord.EgressQueue) !== 0 ? data.getUint32(sample.egressQueueOffset) : UNKNOWN_QUEUE;
    key[CellKey.Stream] = stream;
    key[CellKey.Port] = port;
    key[CellKey.Queue] = queue;
    key[CellKey.Rate] = rate;
    if ((found & FoundRecord.Transit) !== 0) this.addCell(QueueKind.Delay, data.getUint32(sample.transitOffset));
    if ((found & FoundRecord.Queue) === 0) return;
    const depth = data.getUint32(sample.queueOffset);
    this.addCell(QueueKind.Depth, depth);
    const hasAddresses = (packet.layers & (Layer.Ipv4 | Layer.Ipv6 | Layer.Grh)) !== 0;
    if (depth > 0 && hasAddresses) this.addFlow(stream, port, queue, depth, packet, isRoce);
  }

  clear(): void {
    this.cells.clear();
    this.flows.clear();
  }

  private addCell(kind: number, value: number): void {
    const {cells} = this;
    cells.key[CellKey.Kind] = kind;
    cells.key[CellKey.Bucket] = bucketOf(value);
    const cell = cells.intern();
    if (cell < 0) return;
    const at = (cells.at(cell) + cells.payloadAt) >>> 1;
    cells.doubles[at + CellSum.Samples]!++;
    if (value > cells.doubles[at + CellSum.Largest]!) cells.doubles[at + CellSum.Largest] = value;
  }

  private addFlow(
    stream: number,
    port: number,
    queue: number,
    depth: number,
    packet: PacketView,
    isRoce: boolean,
  ): void {
    const {flows} = this;
    const {key, doubles} = flows;
    key[FlowKey.Stream] = stream;
    key[FlowKey.Port] = port;
    key[FlowKey.Queue] = queue;
    key[FlowKey.Source] = packet.source0;
    key[FlowKey.Source + 1] = packet.source1;
    key[FlowKey.Source + 2] = packet.source2;
    key[FlowKey.Source + 3] = packet.source3;
    key[FlowKey.Destination] = packet.destination0;
    key[FlowKey.Destination + 1] = packet.destination1;
    key[FlowKey.Destination + 2] = packet.destination2;
    key[FlowKey.Destination + 3] = packet.destination3;
    key[FlowKey.DestQp] = isRoce && (packet.layers & Layer.Bth) !== 0 ? packet.destQp : 0;
    key[FlowKey.Roce] = isRoce ? 1 : 0;
    const flow = flows.intern();
    if (flow < 0) return;
    const at = (flows.at(flow) + flows.payloadAt) >>> 1;
    doubles[at + FlowSum.Samples]!++;
    doubles[at + FlowSum.Depths]! += depth;
  }
}
