// Hot path: from `receive` to a cell nothing is allocated and nothing is thrown.
import {isHostTraffic} from '../classify/host-traffic.ts';
import {isCeMarked} from '../classify/marked.ts';
import {classifyRoce, RoceClass, startsOperation} from '../classify/roce.ts';
import {hasTrimDscp, NO_TRIM_DSCP} from '../classify/trimmed.ts';
import {classifyUet, UetClass} from '../classify/uet.ts';
import {decodeHeader} from '../packet/header.ts';
import {Layer, PacketView} from '../packet/view.ts';
import {INTERNAL_INTERFACE, InterfaceFormat, SourceClass} from '../sflow/constants.ts';
import {LAST_REJECTION} from '../sflow/faults.ts';
import type {CounterSampleView, DatagramSink, DatagramView, DiscardView, FlowSampleView} from '../sflow/views.ts';
import {Agents} from './agents.ts';
import {Cells} from './cells.ts';
import {CounterTracker} from './counters.ts';
import {DropSources} from './drop-sources.ts';
import {DropTable} from './drop-table.ts';
import {FlowTable} from './flow-table.ts';
import {GaugeTracker} from './gauges.ts';
import {MOST_STREAMS} from './holders.ts';
import {HostTable} from './hosts.ts';
import {COUNTS, Count} from './ledger.ts';
import {Moment} from './moment.ts';
import {NameTable} from './name-table.ts';
import {OperationTable, UET_KINDS} from './operation-table.ts';
import {useParsedPacket} from './parsed-packet.ts';
import {QUEUE_RECORDS, QueueTable} from './queue-table.ts';
import {Rows} from './rows.ts';
import {SampleSequence} from './sample-sequence.ts';
import {Basis, Direction} from './schema.ts';
import {Arrival} from './sequence.ts';
import {FlowSources} from './sources.ts';
import {Ticks} from './ticks.ts';
import {CLOCK_WORDS, ClockAt, SampleTimes} from './times.ts';

/** Bounds of the tables; together with the bins' columns they are all the memory that accounting takes. */
export interface AccountLimits {
  /** (agent, sub-agent) pairs. */
  agents: number;
  /** Rows of (data source, rate, port, side), about two a port; and data sources. */
  rows: number;
  /** (bin, row) pairs between two Partials. */
  cells: number;
  /** RoCEv2 flows a second, and other hosts. */
  flows: number;
  /** (row, kind of packet) pairs a second. */
  operations: number;
  /** Counter samples between two Partials. */
  counters: number;
  /** Kinds of dropped packets a second, and data sources that tell of them. */
  drops: number;
  /** Buckets of queues' histograms a second, and flows that stood in queues. */
  queues: number;
  /** Values of counter records other than interface counters. */
  gauges: number;
}

export const DEFAULT_LIMITS: AccountLimits = {
  agents: MOST_STREAMS,
  rows: 16_384,
  cells: 32_768,
  flows: 16_384,
  operations: 16_384,
  counters: 8_192,
  drops: 4_096,
  queues: 16_384,
  gauges: 49_152,
};

/** A rate past this is no sampling rate, but garbage in its place. */
const MAX_RATE = 100_000_000;
/** No frame is longer, segmentation offload on hosts included. */
const MAX_FRAME = 262_144;
/** No sample is shorter (v5, counters_sample without a record, behind its format and length). */
const MIN_SAMPLE_BYTES = 20;
/** Index of the data source by which an agent describes itself: its first physical entity. */
const OWN_ENTITY = 1;
/** Stands for a port where a name is the agent's own. */
const NO_PORT = 0;

/** `side` of a row: direction and basis in one word. */
const side = (direction: number, basis: number) => direction | (basis << 1);
const IN_MEASURED = side(Direction.In, Basis.Measured);
const IN_OBSERVED = side(Direction.In, Basis.Observed);
const IN_DERIVED = side(Direction.In, Basis.Derived);
const OUT_MEASURED = side(Direction.Out, Basis.Measured);
const OUT_DERIVED = side(Direction.Out, Basis.Derived);

/**
 * Adds decoded samples to rows, bins, flows and counters: a pure function of the sequence (datagram, arrival time,
 * tick). Nothing is scaled here (see `measures.ts`). What it has gathered is taken by the `Reporter`.
 */
export class Accountant implements DatagramSink {
  readonly limits: AccountLimits;
  readonly agents: Agents;
  readonly rows: Rows;
  readonly cells: Cells;
  readonly flows: FlowTable;
  readonly hosts: HostTable;
  readonly operations: OperationTable;
  readonly sources: FlowSources;
  /** Of counter samples. */
  readonly counterSequence: SampleSequence;
  readonly times: SampleTimes;
  readonly ticks: Ticks;
  readonly counters: CounterTracker;
  readonly names: NameTable;
  readonly drops: DropTable;
  readonly dropSources: DropSources;
  readonly queues: QueueTable;
  readonly gauges: GaugeTracker;
  readonly counts = new Float64Array(COUNTS);
  /** By stream: what has been added since the last Partial. */
  readonly flowSamples: Float64Array;
  readonly counterSamples: Float64Array;
  readonly largestDatagram: Uint32Array;
  /** DSCP of packets that switches have trimmed. */
  trimDscp: number = NO_TRIM_DSCP;
  private full: () => void = () => {};
  private readonly packet = new PacketView();
  private readonly source = new Uint32Array(4);
  private datagramView: DatagramView | undefined;
  private stream = -1;
  private samples = 0;
  private isLate = false;
  /** See `ClockAt`. */
  private readonly clock = new Float64Array(CLOCK_WORDS);
  private readonly moment = new Moment(this.clock);

  constructor(limits: AccountLimits, seed: number) {
    this.limits = limits;
    this.agents = new Agents(limits.agents, seed, this.clock);
    this.rows = new Rows(limits.rows, seed ^ 0x1b873593, this.clock);
    this.cells = new Cells(limits.rows, limits.cells, this.moment);
    this.flows = new FlowTable(limits.flows, seed ^ 0x2545f491, this.clock, this.moment);
    this.hosts = new HostTable(limits.flows, seed ^ 0x165667b1, this.clock);
    this.operations = new OperationTable(limits.operations, seed ^ 0x41c64e6d, this.clock);
    this.sources = new FlowSources(limits.agents, limits.rows, seed ^ 0x27d4eb2f, this.clock);
    this.counterSequence = new SampleSequence(limits.agents, limits.rows, seed ^ 0x2c1b3c6d, this.clock);
    this.times = new SampleTimes(limits.agents, this.clock, this.moment);
    this.ticks = new Ticks(this.moment);
    this.counters = new CounterTracker(limits.rows, limits.counters, seed ^ 0x38b34ae5, this.clock);
    this.names = new NameTable(limits.counters);
    this.drops = new DropTable(limits.drops, seed ^ 0x7feb352d, this.clock);
    this.dropSources = new DropSources(limits.agents, limits.drops, seed ^ 0x846ca68b, this.clock);
    this.queues = new QueueTable(limits.queues, seed ^ 0x1f83d9ab, this.clock);
    this.gauges = new GaugeTracker(limits.gauges, seed ^ 0x5be0cd19, this.clock);
    this.flowSamples = new Float64Array(limits.agents);
    this.counterSamples = new Float64Array(limits.agents);
    this.largestDatagram = new Uint32Array(limits.agents);
  }

  /** What is called when a table is full and must be sent to make room. */
  set onFull(send: () => void) {
    this.full = send;
    this.sources.onFull = send;
    this.gauges.onFull = send;
  }

  /** Time was set forward by `ms`, to `now`: nobody was silent for it, and it holds no samples. */
  step(ms: number, now: number): void {
    this.agents.forward(ms);
    this.rows.table.forward(ms);
    this.counters.forward(ms);
    this.gauges.forward(ms);
    this.sources.sequence.sources.forward(ms);
    this.counterSequence.sources.forward(ms);
    this.dropSources.sequence.sources.forward(ms);
    this.times.step(ms, now);
  }

  /** When the next datagram arrived, its bin, and the first moment whose bin is still open; in epoch ms. */
  at(now: number, bin: number, open: number): void {
    this.clock[ClockAt.Now] = now;
    this.clock[ClockAt.ArrivalBin] = bin;
    this.clock[ClockAt.Open] = open;
    this.moment.arrive();
  }

  /** Where the next datagram came from (four words, IPv4 mapped). */
  arrive(source0: number, source1: number, source2: number, source3: number): void {
    this.source[0] = source0;
    this.source[1] = source1;
    this.source[2] = source2;
    this.source[3] = source3;
    this.counts[Count.DatagramsReceived]!++;
  }

  /** What the decoder said of the datagram; ledger (a). */
  outcome(fault: number): void {
    if (fault === 0) return;
    this.counts[Count.Faults + fault]!++;
    if (fault > LAST_REJECTION) this.counts[Count.DatagramsDamaged]!++;
  }

  datagram(datagram: DatagramView): boolean {
    const stream = this.agents.stream(datagram, this.source);
    if (stream < 0) {
      this.counts[Count.DatagramsAgentRefused]!++;
      return false;
    }
    const {sequence} = this.agents;
    if (this.agents.streams.created) this.reset(stream);
    const {length, uptimeMs} = datagram;
    const arrival = sequence.arrive(stream, datagram.sequenceNumber, uptimeMs, contentOf(datagram));
    if (arrival === Arrival.Duplicate) {
      this.counts[Count.DatagramsDuplicate]!++;
      return false;
    }
    this.counts[Count.DatagramsDecoded]!++;
    const most = (length / MIN_SAMPLE_BYTES) | 0;
    const samples = datagram.sampleCount < most ? datagram.sampleCount : most;
    const life = sequence.lives[stream]!;
    const isCounting = sequence.isCounting[stream] === 1;
    const skipped = sequence.skipped[stream]!;
    this.sources.sequence.datagram(stream, life, isCounting, skipped, samples);
    this.counterSequence.datagram(stream, life, isCounting, skipped, samples);
    this.times.datagram(stream, arrival, uptimeMs, samples);
    if (length > this.largestDatagram[stream]!) this.largestDatagram[stream] = length;
    this.stream = stream;
    this.samples = samples;
    this.isLate = arrival === Arrival.Late;
    this.datagramView = datagram;
    return true;
  }

  flowSample(sample: FlowSampleView): void {
    const {counts} = this;
    counts[Count.FlowSamples]!++;
    this.flowSamples[this.stream]!++;
    this.times.place(sample, this.datagramView!.data);
    const rate = sample.samplingRate;
    const isRate = rate !== 0 && rate <= MAX_RATE;
    this.sources.add(this.stream, sample, isRate ? rate : 0, this.isLate);
    if (!isRate) {
      counts[Count.FlowSamplesNoRate]!++;
      return;
    }
    const length = sample.frameLength;
    if (length === 0 || length > MAX_FRAME) {
      counts[Count.FlowSamplesNoLength]!++;
      return;
    }
    const roce = this.classify(sample);
    this.place(sample, rate, length, roce);
    if ((sample.found & QUEUE_RECORDS) !== 0) this.addQueue(sample, rate, roce);
  }

  counterSample(sample: CounterSampleView): void {
    this.counts[Count.CounterSamples]!++;
    const {stream} = this;
    const {sourceClass, sourceIndex} = sample;
    this.counterSamples[stream]!++;
    this.times.pass();
    this.counterSequence.take(stream, sourceClass, sourceIndex, sample.sequenceNumber, this.isLate);
    if (sample.hostNameOffset >= 0 && sourceClass === SourceClass.Entity && sourceIndex === OWN_ENTITY) {
      this.addName(NO_PORT, sample.hostNameOffset, sample.recordsEnd);
    }
    // Counters are absolute: what an overtaken reading would add, the one in front of it has added already.
    if (this.isLate) return;
    const data = this.datagramView!.data;
    const life = this.agents.sequence.lives[stream]!;
    if (sample.gauges > 0) {
      this.gauges.add(stream, sample, data, life);
      this.counts[Count.GaugesRefused] = this.gauges.table.refused;
    }
    if (sample.interfaceOffset < 0) return;
    if (this.counters.size === this.limits.counters) this.full();
    const ifIndex = this.counters.add(stream, sample, data, life);
    if (ifIndex < 0) {
      this.counts[Count.CountersRefused]!++;
    } else if (ifIndex > 0 && sample.portNameOffset >= 0) {
      this.addName(ifIndex, sample.portNameOffset, sample.recordsEnd);
    }
  }

  discardedPacket(discard: DiscardView): void {
    this.counts[Count.DiscardedPackets]!++;
    this.times.pass();
    const {stream, drops, dropSources, packet} = this;
    const {lives, isCounting, skipped} = this.agents.sequence;
    const {data} = this.datagramView!;
    // Told here and not with each datagram: hardly any carries notifications.
    const life = lives[stream]!;
    dropSources.sequence.datagram(stream, life, isCounting[stream] === 1, skipped[stream]!, this.samples);
    dropSources.add(stream, discard, this.isLate);
    const roce = this.classify(discard.packet) !== RoceClass.None;
    if (drops.add(stream, discard, packet, data, roce)) return;
    this.full();
    drops.add(stream, discard, packet, data, roce);
  }

  otherSample(): void {
    this.counts[Count.OtherSamples]!++;
    this.times.pass();
  }

  private addName(port: number, at: number, end: number): void {
    if (this.names.size === this.names.capacity) this.full();
    this.names.add(this.stream, port, this.datagramView!, at, end);
  }

  private reset(stream: number): void {
    this.largestDatagram[stream] = 0;
    this.flowSamples[stream] = 0;
    this.counterSamples[stream] = 0;
    this.sources.reset(stream);
    this.counterSequence.reset(stream);
    this.dropSources.reset(stream);
    this.times.reset(stream);
  }

  private classify(sample: FlowSampleView): RoceClass {
    const {packet} = this;
    const data = this.datagramView!.data;
    decodeHeader(packet, data, sample.headerProtocol, sample.headerOffset, sample.headerEnd);
    if (packet.layers === 0) useParsedPacket(packet, data, sample);
    return classifyRoce(packet, data, sample.headerEnd);
  }

  /**
   * Rule 2: the data source says where the sample was taken. Input: measures *in* of that port and derives *out* of
   * the output. Output: measures *out*, derives *in*. Neither: *in* of the input, derived *out* of the output.
   */
  private place(sample: FlowSampleView, rate: number, length: number, roce: RoceClass): void {
    const input = portOf(sample.inputFormat, sample.inputValue);
    const output = portOf(sample.outputFormat, sample.outputValue);
    const source = sample.sourceClass === SourceClass.Interface ? sample.sourceIndex : 0;
    if (input === 0 && output === 0) {
      this.counts[Count.FlowSamplesNoPort]!++;
      return;
    }
    let inSide = IN_OBSERVED;
    let outSide = OUT_DERIVED;
    if (source !== 0 && source === input) {
      inSide = IN_MEASURED;
    } else if (source !== 0 && source === output) {
      inSide = IN_DERIVED;
      outSide = OUT_MEASURED;
    }
    const {sourceClass, sourceIndex} = sample;
    // A derived row has no data source of its own: one per (source, output) would be the square of the ports.
    const inRow =
      input === 0
        ? -1
        : inSide === IN_DERIVED
          ? this.rowOf(SourceClass.Interface, 0, rate, input, inSide)
          : this.rowOf(sourceClass, sourceIndex, rate, input, inSide);
    const outRow =
      output === 0
        ? -1
        : outSide === OUT_DERIVED
          ? this.rowOf(SourceClass.Interface, 0, rate, output, outSide)
          : this.rowOf(sourceClass, sourceIndex, rate, output, outSide);
    if (inRow < 0 && outRow < 0) {
      this.counts[Count.FlowSamplesRefused]!++;
      return;
    }
    this.counts[Count.FlowSamplesCounted]!++;
    const isRoce = roce !== RoceClass.None;
    if (inRow >= 0) this.add(inRow, length, roce);
    if (outRow >= 0) this.add(outRow, length, roce);
    if (isRoce) {
      this.counts[Count.RoceSamples]!++;
      this.ticks.add();
      if (roce === RoceClass.Unreadable || (this.packet.layers & Layer.Mirrored) !== 0) return;
      if (inRow >= 0) this.addOperation(inRow, this.packet.opcode, length);
      this.addFlow(inRow >= 0 ? inRow : outRow, length, roce, output);
    } else if (inRow >= 0) {
      const uet = classifyUet(this.packet, this.datagramView!.data, sample.headerEnd);
      if (uet !== UetClass.None) this.addOperation(inRow, UET_KINDS + uet, length);
      if (isHostTraffic(this.packet)) this.addHost(input, inSide);
    }
  }

  private addQueue(sample: FlowSampleView, rate: number, roce: RoceClass): void {
    const {stream, queues, packet} = this;
    const port = portOf(sample.outputFormat, sample.outputValue);
    if (port === 0) return;
    if (!queues.hasRoom) this.full();
    if (!queues.hasRoom) return;
    queues.add(stream, port, rate, sample, this.datagramView!.data, packet, roce !== RoceClass.None);
  }

  private rowOf(sourceClass: number, sourceIndex: number, rate: number, port: number, rowSide: number): number {
    const row = this.rows.row(this.stream, sourceClass, sourceIndex, rate, port, rowSide);
    if (row < 0) this.counts[Count.RowsRefused]!++;
    return row;
  }

  private add(row: number, length: number, roce: RoceClass): void {
    const isRoce = roce !== RoceClass.None;
    const isCe = isRoce && isCeMarked(this.packet);
    const isCnp = roce === RoceClass.Cnp;
    if (!this.cells.add(row, length, isRoce, isCe, isCnp)) {
      this.full();
      this.cells.add(row, length, isRoce, isCe, isCnp);
    }
    if (hasTrimDscp(this.packet, this.trimDscp)) this.cells.addTrimmed(row);
    if (isRoce && this.cells.isTickElsewhere) this.addTick(row);
  }

  private addTick(row: number): void {
    if (this.cells.addTick(row)) return;
    this.full();
    this.cells.addTick(row);
  }

  private addOperation(row: number, kind: number, length: number): void {
    if (this.operations.add(row, kind, this.packet, length)) return;
    this.full();
    this.operations.add(row, kind, this.packet, length);
  }

  private addFlow(row: number, length: number, roce: RoceClass, output: number): void {
    const starts = startsOperation(this.packet);
    const isCnp = roce === RoceClass.Cnp;
    if (!this.flows.add(row, this.packet, length, starts, isCnp, output)) {
      this.full();
      this.flows.add(row, this.packet, length, starts, isCnp, output);
    }
    if (this.isLate) return;
    if (roce === RoceClass.Write || roce === RoceClass.Send) this.flows.follow(this.packet.psn);
    else if (roce === RoceClass.ReadRequest || roce === RoceClass.ReadResponse) this.flows.read();
  }

  private addHost(port: number, portSide: number): void {
    if (this.hosts.add(this.stream, port, portSide, this.packet)) return;
    this.full();
    this.hosts.add(this.stream, port, portSide, this.packet);
  }
}

/** The ifIndex that an interface word names; 0 where it names none (unknown, internal, discarded, several). */
function portOf(format: number, value: number): number {
  return format === InterfaceFormat.Single && value !== INTERNAL_INTERFACE ? value : 0;
}

/** Words that tell datagrams of one sequence number and uptime apart: they hold the first sample's own number. */
const CONTENT_START = 28;
const CONTENT_END = 72;

/** A hash of a datagram's length and of its first sample, IPv4's or IPv6's header in front of it. */
function contentOf({data, length}: DatagramView): number {
  const end = length < CONTENT_END ? length : CONTENT_END;
  let hash = length;
  for (let at = CONTENT_START; at + 4 <= end; at += 4) hash = Math.imul(hash ^ data.getUint32(at), 0x85ebca6b);
  return hash ^ (hash >>> 15);
}
