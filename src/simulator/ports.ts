/** Preamble, start delimiter and smallest gap: what a frame takes on the wire beyond its length (IEEE 802.3). */
export const PREAMBLE_BYTES = 20;

/** Sums for one direction of each port. Bytes with FCS, without preamble: the sums of sFlow's frame_length. */
export class Tally {
  readonly bytes: Float64Array;
  readonly frames: Float64Array;
  readonly roceBytes: Float64Array;
  readonly roceFrames: Float64Array;

  constructor(ports: number) {
    this.bytes = new Float64Array(ports);
    this.frames = new Float64Array(ports);
    this.roceBytes = new Float64Array(ports);
    this.roceFrames = new Float64Array(ports);
  }

  add(port: number, frames: number, bytes: number, isRoce: boolean): void {
    this.bytes[port] += bytes;
    this.frames[port] += frames;
    if (!isRoce) return;
    this.roceBytes[port] += bytes;
    this.roceFrames[port] += frames;
  }

  addAll(other: Tally): void {
    for (let port = 0; port < this.bytes.length; port++) {
      this.bytes[port] += other.bytes[port];
      this.frames[port] += other.frames[port];
      this.roceBytes[port] += other.roceBytes[port];
      this.roceFrames[port] += other.roceFrames[port];
    }
  }

  clear(): void {
    this.bytes.fill(0);
    this.frames.fill(0);
    this.roceBytes.fill(0);
    this.roceFrames.fill(0);
  }
}

/** One set of sums: frames received, sent on, and dropped for want of room at the output port. */
export class PortTallies {
  readonly in: Tally;
  readonly out: Tally;
  readonly dropped: Tally;

  constructor(ports: number) {
    this.in = new Tally(ports);
    this.out = new Tally(ports);
    this.dropped = new Tally(ports);
  }

  addAll(other: PortTallies): void {
    this.in.addAll(other.in);
    this.out.addAll(other.out);
    this.dropped.addAll(other.dropped);
  }

  clear(): void {
    this.in.clear();
    this.out.clear();
    this.dropped.clear();
  }
}

/** The ports of all switches: what passed in the open bin, and in all bins before it. */
export class Ports {
  readonly count: number;
  readonly bin: PortTallies;
  readonly before: PortTallies;

  constructor(count: number) {
    this.count = count;
    this.bin = new PortTallies(count);
    this.before = new PortTallies(count);
  }

  closeBin(): void {
    this.before.addAll(this.bin);
    this.bin.clear();
  }
}
