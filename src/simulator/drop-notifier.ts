import {SampleFormat, Size, SourceClass} from '../sflow/constants.ts';
import type {DatagramWriter} from './datagram-writer.ts';
import {writeHeaderRecord} from './flow-sample-writer.ts';
import type {Forwarding} from './forwarding.ts';
import type {HopRewriter} from './hop-rewriter.ts';
import {Policer} from './limits.ts';
import {HEADER_BYTES} from './packet-template.ts';
import type {PacketWriter} from './packet-writer.ts';
import type {PortRange} from './port-sampling.ts';
import type {Random} from './random.ts';
import {FCS_BYTES} from './shape.ts';

/** sFlow version 5, reasons of discards: no_buffer_space, what a full output queue does. */
export const NO_BUFFER_SPACE = 259;

/** What a notifier looks at, and how it writes. */
export interface DropSurroundings {
  readonly forwarding: Forwarding;
  readonly packets: PacketWriter;
  readonly rewriter: HopRewriter | undefined;
  readonly random: Random;
  readonly datagram: DatagramWriter;
}

/** Tells of frames that full output ports of a sub-agent dropped: discarded_packet samples (0:5), within a limit. */
export class DropNotifier {
  private readonly range: PortRange;
  private readonly firstIfIndex: number;
  private readonly around: DropSurroundings;
  private readonly limit: Policer;
  private readonly sequence: Uint32Array;
  private readonly suppressed: Uint32Array;

  constructor(perSecond: number, range: PortRange, firstIfIndex: number, around: DropSurroundings) {
    this.range = range;
    this.firstIfIndex = firstIfIndex;
    this.around = around;
    this.limit = new Policer(perSecond);
    this.sequence = new Uint32Array(range.ports);
    this.suppressed = new Uint32Array(range.ports);
  }

  restart(): void {
    this.sequence.fill(0);
    this.suppressed.fill(0);
  }

  slot(atMs: number, slotMs: number): void {
    this.limit.refill(slotMs);
    if (!this.around.forwarding.hasDrops) return;
    for (let port = 0; port < this.range.ports; port++) this.tell(port, atMs);
  }

  /** One dropped frame of each stream in turn that lost some, as long as the limit lasts. */
  private tell(port: number, atMs: number): void {
    const {forwarding, random} = this.around;
    const hops = forwarding.hopsOut(this.range.firstPort + port);
    const first = hops.length === 0 ? 0 : random.below(hops.length);
    for (let i = 0; i < hops.length; i++) {
      const hop = hops[(first + i) % hops.length];
      const forwarded = forwarding.forwarded(hop);
      const dropped = forwarding.received(hop) - forwarded;
      if (dropped <= 0) continue;
      const told = this.limit.admits() ? 1 : 0;
      this.suppressed[port] += dropped - told;
      if (told > 0) this.write(port, hop, forwarded + random.below(dropped), atMs);
    }
  }

  private write(port: number, hop: number, offset: number, atMs: number): void {
    const {forwarding, packets, datagram, rewriter} = this.around;
    const stream = forwarding.stream[hop];
    const headerBytes = Math.min(HEADER_BYTES, packets.frameBytes(stream, offset) - FCS_BYTES);
    const bytes = Size.DiscardedPacket + Size.Prefix + Size.RawHeader + ((headerBytes + 3) & ~3);
    const at = datagram.reserve(Size.Prefix + bytes, atMs);
    const {view} = datagram;
    view.setUint32(at, SampleFormat.DiscardedPacket);
    view.setUint32(at + 4, bytes);
    this.sequence[port]++;
    view.setUint32(at + 8, this.sequence[port]);
    view.setUint32(at + 12, SourceClass.Interface);
    view.setUint32(at + 16, this.firstIfIndex + port);
    view.setUint32(at + 20, this.suppressed[port]);
    const input = forwarding.inPort[hop];
    view.setUint32(at + 24, input < 0 ? 0 : input - this.range.firstPort + this.firstIfIndex);
    view.setUint32(at + 28, this.firstIfIndex + port);
    view.setUint32(at + 32, NO_BUFFER_SPACE);
    view.setUint32(at + 36, 1);
    const header = writeHeaderRecord(datagram, packets, at + Size.Prefix + Size.DiscardedPacket, stream, offset);
    rewriter?.rewrite(view, header, hop, false);
  }
}
