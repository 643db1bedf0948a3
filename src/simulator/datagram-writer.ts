import {AddressType, SFLOW_VERSION} from '../sflow/constants.ts';

/** Largest datagram: fits an Ethernet frame with room for tunnels, and is what agents use. */
export const DATAGRAM_BYTES = 1_400;

/** Takes the finished datagrams. `bytes` is the writer's own buffer: use or copy its first `length` bytes at once. */
export type DatagramSink = (bytes: Uint8Array, length: number, atMs: number) => void;

/** Collects samples of one agent into datagrams (sFlow version 5, sample_datagram_v5). */
export class DatagramWriter {
  /** Longer than a datagram, so that a whole packet template may be copied in behind a short last sample. */
  readonly bytes = new Uint8Array(DATAGRAM_BYTES + 128);
  /** The same buffer, for writing numbers and for copying words. */
  readonly view: DataView = new DataView(this.bytes.buffer);
  readonly words: Uint32Array = new Uint32Array(this.bytes.buffer);
  private readonly sink: DatagramSink;
  private readonly flushMs: number;
  private bootMs: number;
  /** Where sequence number, uptime and sample count stand, and the samples begin. */
  private readonly sequenceAt: number;
  private readonly start: number;
  private length: number;
  private samples = 0;
  private sequence = 0;
  private openedMs = 0;

  constructor(address: Uint8Array, bootMs: number, flushMs: number, sink: DatagramSink, subAgent = 0) {
    this.sink = sink;
    this.flushMs = flushMs;
    this.bootMs = bootMs;
    this.view.setUint32(0, SFLOW_VERSION);
    this.view.setUint32(4, address.length === 4 ? AddressType.Ipv4 : AddressType.Ipv6);
    this.bytes.set(address, 8);
    this.view.setUint32(8 + address.length, subAgent);
    this.sequenceAt = 12 + address.length;
    this.start = this.sequenceAt + 12;
    this.length = this.start;
  }

  /** Begins anew as an agent does that was started at `bootMs`: what waits is lost, and `sequence` was the last number. */
  restart(bootMs: number, sequence = 0): void {
    this.bootMs = bootMs;
    this.sequence = sequence;
    this.samples = 0;
    this.length = this.start;
  }

  /** Makes room for a sample of exactly so many bytes, sending what is there if need be; returns where it goes. */
  reserve(bytes: number, atMs: number): number {
    if (this.length + bytes > DATAGRAM_BYTES) this.send(atMs);
    if (this.samples === 0) this.openedMs = atMs;
    const at = this.length;
    this.length += bytes;
    this.samples++;
    return at;
  }

  /** Sends a part-filled datagram whose first sample has waited long enough. */
  flushIfDue(atMs: number): void {
    if (this.samples > 0 && atMs - this.openedMs >= this.flushMs) this.send(atMs);
  }

  /** Sends what is there. */
  flush(atMs: number): void {
    if (this.samples > 0) this.send(atMs);
  }

  private send(atMs: number): void {
    this.sequence = (this.sequence + 1) >>> 0;
    this.view.setUint32(this.sequenceAt, this.sequence);
    this.view.setUint32(this.sequenceAt + 4, Math.floor(atMs - this.bootMs) % 2 ** 32);
    this.view.setUint32(this.sequenceAt + 8, this.samples);
    this.sink(this.bytes, this.length, atMs);
    this.length = this.start;
    this.samples = 0;
  }
}
