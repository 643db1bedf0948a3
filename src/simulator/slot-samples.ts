// Hot path: columns that grow but are never given back; one view of the sort column a slot.

/** Samples are told apart within a slot by this many steps of time. */
const STEPS = 2 ** 24;

/** The samples that one switch takes in a slot, to be put in order of time. */
export class SlotSamples {
  count = 0;
  hop = new Int32Array(256);
  /** Which of the slot's frames of the hop. */
  offset = new Float64Array(256);
  /** Sampled as it left (1) or as it arrived (0). */
  egress = new Uint8Array(256);
  /** Which of the slot's frames of the data source, from 1. */
  pool = new Float64Array(256);
  private keys = new Float64Array(256);

  /** `time` is the share of the slot that has passed (0 … 1). */
  push(hop: number, offset: number, isEgress: boolean, pool: number, time: number): void {
    if (this.count === this.hop.length) this.grow();
    const i = this.count++;
    this.hop[i] = hop;
    this.offset[i] = offset;
    this.egress[i] = isEgress ? 1 : 0;
    this.pool[i] = pool;
    this.keys[i] = Math.floor(time * STEPS) * STEPS + i;
  }

  sort(): void {
    this.keys.subarray(0, this.count).sort();
  }

  /** After `sort`: the sample that came `rank`-th. */
  at(rank: number): number {
    // The low 24 bits; a remainder of doubles would cost ten times this.
    const key = this.keys[rank];
    return key - Math.floor(key / STEPS) * STEPS;
  }

  /** After `sort`: share of the slot that had passed when the sample was taken. */
  timeAt(rank: number): number {
    return Math.floor(this.keys[rank] / STEPS) / STEPS;
  }

  private grow(): void {
    const size = this.count * 2;
    if (size > STEPS) throw new RangeError('more than 16 million samples in a slot: raise the sampling rate N');
    const hop = new Int32Array(size);
    hop.set(this.hop);
    this.hop = hop;
    const egress = new Uint8Array(size);
    egress.set(this.egress);
    this.egress = egress;
    this.offset = enlarged(this.offset, size);
    this.pool = enlarged(this.pool, size);
    this.keys = enlarged(this.keys, size);
  }
}

function enlarged(column: Float64Array<ArrayBuffer>, size: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(size);
  larger.set(column);
  return larger;
}
