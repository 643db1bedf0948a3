/** Preamble, start delimiter and smallest gap: what a frame takes on the wire beyond its length (IEEE 802.3). */
export const PREAMBLE_BYTES = 20;

/** What a frame is, for the sums. */
export const FrameKind = {Roce: 0, Other: 1} as const;

/** Columns of a port in a `Tally`: bytes and frames of RoCEv2, then of all else. */
const COLUMNS = 4;

/** Sums for one direction of each port. Bytes with FCS, without preamble: the sums of sFlow's frame_length. */
export class Tally {
  private readonly sums: Float64Array;

  constructor(ports: number) {
    this.sums = new Float64Array(ports * COLUMNS);
  }

  /** Where the frames of one kind at a port are summed; found once, for `addAt`. */
  static place(port: number, kind: number): number {
    return port * COLUMNS + kind * 2;
  }

  static portOf(place: number): number {
    return place >>> 2;
  }

  addAt(place: number, frames: number, bytes: number): void {
    this.sums[place] += bytes;
    this.sums[place + 1] += frames;
  }

  roceBytes(port: number): number {
    return this.sums[port * COLUMNS];
  }

  roceFrames(port: number): number {
    return this.sums[port * COLUMNS + 1];
  }

  bytes(port: number): number {
    return this.sums[port * COLUMNS] + this.sums[port * COLUMNS + 2];
  }

  frames(port: number): number {
    return this.sums[port * COLUMNS + 1] + this.sums[port * COLUMNS + 3];
  }

  addAll(other: Tally): void {
    for (let i = 0; i < this.sums.length; i++) this.sums[i] += other.sums[i];
  }

  clear(): void {
    this.sums.fill(0);
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
    // One more than there are: there goes what has no port.
    this.bin = new PortTallies(count + 1);
    this.before = new PortTallies(count + 1);
  }

  closeBin(): void {
    this.before.addAll(this.bin);
    this.bin.clear();
  }
}
