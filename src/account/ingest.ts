import {NO_TRIM_DSCP} from '../classify/trimmed.ts';
import {MAX_DATAGRAM_BYTES} from '../sflow/constants.ts';
import {DatagramDecoder} from '../sflow/datagram.ts';
import {DatagramView} from '../sflow/views.ts';
import {binOf} from '../shared/bins.ts';
import {Accountant, type AccountLimits} from './accountant.ts';
import {type HandedOver, handOver, hasAny, takeOver} from './handover.ts';
import {Count} from './ledger.ts';
import {type PartialSink, Reporter} from './reporter.ts';
import {MOST_BACK_MS} from './times.ts';

/** What tells one ingest apart from others, and bounds it. */
export interface IngestOptions {
  limits: AccountLimits;
  /** Names collector and thread in its Partials. */
  producer: number;
  /** Random at each start. */
  epoch: number;
  /** Makes the tables' hashing unpredictable to senders. */
  seed: number;
  /** DSCP of packets that switches have trimmed; without it none are known. */
  trimDscp?: number;
  /** Whether it counts the steps of the clock: the first of several threads does, for it is one clock. */
  tellsClock?: boolean;
}

/** Bins that are told of together while those who take Partials do not keep up: a second. */
const MOST_HELD_BINS = 10;

/**
 * Datagrams in, Partials out: a pure function of the sequence (datagram, arrival time, tick). A bin is closed by the
 * first arrival behind it or by a tick, never by a timer of its own, so a replayed recording gives identical results.
 */
export class Ingest {
  /** Datagrams are written here, then `receive` is called. */
  readonly buffer: Uint8Array;
  /** What the next datagram's agent is handed over by, where there are several threads. */
  bucket = 0;
  /** Who takes the Partials does not keep up: several bins are told of at a time, which costs it less, until it does. */
  isHeld = false;
  readonly accountant: Accountant;
  private readonly view: DatagramView;
  private readonly decoder: DatagramDecoder;
  private readonly reporter: Reporter;
  private readonly tellsClock: boolean;
  /** Datagrams that had been received when all was sent for a handover last. */
  private flushedAt = 0;
  /** Bins that were over since a Partial told of any. */
  private heldBins = 0;
  private bin = Number.NEGATIVE_INFINITY;
  private now = Number.NEGATIVE_INFINITY;

  /** `buffer` has room for any datagram; a receiver that has such a place of its own saves a copy. */
  constructor(options: IngestOptions, sink: PartialSink, buffer: Uint8Array = new Uint8Array(MAX_DATAGRAM_BYTES + 1)) {
    this.buffer = buffer;
    this.view = new DatagramView(buffer);
    this.accountant = new Accountant(options.limits, options.seed);
    this.accountant.trimDscp = options.trimDscp ?? NO_TRIM_DSCP;
    this.tellsClock = options.tellsClock ?? true;
    this.decoder = new DatagramDecoder(this.accountant);
    this.reporter = new Reporter(this.accountant, sink, options.producer, options.epoch);
  }

  /**
   * Hot path. Takes the first `length` bytes of `buffer`, which came from `source` (four words, IPv4 mapped). One that
   * arrived before others that were told sooner finds its bin as long as that is open.
   */
  receive(length: number, source: Uint32Array, arrivalMs: number): void {
    this.tick(arrivalMs);
    const open = this.now - MOST_BACK_MS;
    const at = arrivalMs > open ? arrivalMs : open;
    this.accountant.agents.bucket = this.bucket;
    this.accountant.at(at, at === this.now ? this.bin : binOf(at), open);
    this.accountant.arrive(source[0]!, source[1]!, source[2]!, source[3]!);
    this.view.length = length;
    this.accountant.outcome(this.decoder.decode(this.view));
  }

  /** Time has come to `now` (epoch ms): closes the bins before it. Time that runs backwards stands still. */
  tick(now: number): void {
    if (now <= this.now) return;
    this.now = now;
    const bin = binOf(now);
    if (bin <= this.bin) return;
    this.bin = bin;
    if (this.isHeld && ++this.heldBins < MOST_HELD_BINS) return;
    this.heldBins = 0;
    this.reporter.close(bin, now);
  }

  /** Sends what is left, as if the present bin were over. */
  finish(): void {
    if (Number.isFinite(this.bin)) this.reporter.close(this.bin + 1, this.now, true);
  }

  /** Tells what is known of the agents of a bucket to no end here: another thread goes on with them. */
  leave(bucket: number): HandedOver {
    const {accountant} = this;
    const received = accountant.counts[Count.DatagramsReceived]!;
    if (received !== this.flushedAt && hasAny(accountant, bucket)) {
      this.flushedAt = received;
      this.reporter.flush();
    }
    return handOver(accountant, bucket);
  }

  /** Goes on with the agents of a bucket, which another thread had. */
  arrive(bucket: number, handedOver: HandedOver): void {
    for (const stream of takeOver(this.accountant, bucket, handedOver)) this.reporter.adopt(stream);
  }

  /** Time was set forward by `ms` to `now` by a step of the wall clock. */
  stepped(ms: number, now: number): void {
    if (this.tellsClock) {
      this.accountant.counts[Count.ClockSteps]!++;
      this.accountant.counts[Count.ClockStepMs]! += ms;
    }
    this.accountant.step(ms, now);
  }

  /** The thread stood still for `ms`. */
  stalled(ms: number): void {
    this.accountant.counts[Count.Stalls]!++;
    this.accountant.counts[Count.StallMs]! += ms;
  }

  /** Nothing was read since `from`, though it may have arrived: what comes until `endBacklog` did so in between. */
  backlog(from: number): void {
    this.accountant.times.backlog(from);
  }

  endBacklog(): void {
    this.accountant.times.endBacklog();
  }

  /** The kernel's own count of datagrams it dropped in front of the socket, since the socket's start. */
  kernelDropped(total: number): void {
    this.accountant.counts[Count.DatagramsKernelDropped] = total;
  }

  /** The receiver's count of datagrams that it dropped at random to keep up, since its start; they never came here. */
  thinned(total: number): void {
    this.accountant.counts[Count.DatagramsThinned] = total;
  }

  /** The receiver's counts of copies that went on to other collectors, and that could not be sent. */
  forwarded(sent: number, failed: number): void {
    this.accountant.counts[Count.Forwarded] = sent;
    this.accountant.counts[Count.ForwardFailed] = failed;
  }

  /** Handovers to this thread since its start: with what was known of the agents, and without. */
  moved(arrived: number, lost: number): void {
    this.accountant.counts[Count.Moves] = arrived + lost;
    this.accountant.counts[Count.MovesLost] = lost;
  }

  /** The receiver's count of datagrams that found its ring full, since its start. */
  ringDropped(total: number): void {
    this.accountant.counts[Count.DatagramsRingDropped] = total;
  }
}
