import {opcodeTraits, Trait} from '../packet/opcodes.ts';
import type {Streams} from './streams.ts';

const OPCODES = 256;
/** Bits 6 and 5 of an AETH syndrome (InfiniBand specification, 9.7.5.1.2). */
const Aeth = {Ack: 0, Rnr: 1, Nak: 3} as const;

/** Where each opcode of a shape stands: of its first frames, how many have it. */
type Prefixes = ReadonlyMap<number, Int32Array>;

/** What the hosts of a fabric have sent since the start, by operation: what enters it, whatever is dropped on the way. */
export class OperationTruth {
  /** Frames by opcode of the BTH. */
  readonly frames = new Float64Array(OPCODES);
  /** Frames with a RETH, and the lengths that they tell. */
  rdmaOperations = 0;
  rdmaBytes = 0;
  /** Acknowledges by what they say. */
  acks = 0;
  naks = 0;
  rnrs = 0;
  /** By where a shape stands among the opcodes of all. */
  private readonly prefixes = new Map<number, Prefixes>();

  /** Adds the frames of a slot, before it is over. */
  count(streams: Streams): void {
    const {counts, plans} = streams;
    for (let stream = 0; stream < counts.length; stream++) {
      if (counts[stream] === 0 || !plans[stream].shape.isRoce) continue;
      for (const [opcode, prefix] of this.prefixesOf(streams, stream)) {
        const frames = within(prefix, streams.positionOf(stream, 0), counts[stream]);
        if (frames > 0) this.add(streams, stream, opcode, frames);
      }
    }
  }

  private add({plans}: Streams, stream: number, opcode: number, frames: number): void {
    const {syndrome, dmaBytes, shape} = plans[stream];
    this.frames[opcode] += frames;
    if ((opcodeTraits[opcode] & Trait.Reth) !== 0) {
      this.rdmaOperations += frames;
      this.rdmaBytes += frames * (dmaBytes || shape.messageBytes);
    } else if ((opcodeTraits[opcode] & Trait.Aeth) !== 0) {
      const what = (syndrome >>> 5) & 3;
      if (what === Aeth.Ack) this.acks += frames;
      else if (what === Aeth.Rnr) this.rnrs += frames;
      else if (what === Aeth.Nak) this.naks += frames;
    }
  }

  private prefixesOf(streams: Streams, stream: number): Prefixes {
    const start = streams.shapeOf(stream);
    const known = this.prefixes.get(start);
    if (known !== undefined) return known;
    const {opcodes} = streams.plans[stream].shape;
    const made = new Map<number, Int32Array>();
    for (const opcode of new Set(opcodes)) {
      const prefix = new Int32Array(opcodes.length + 1);
      for (let i = 0; i < opcodes.length; i++) prefix[i + 1] = prefix[i] + (opcodes[i] === opcode ? 1 : 0);
      made.set(opcode, prefix);
    }
    this.prefixes.set(start, made);
    return made;
  }
}

/** Of `count` frames from a place in the shape on, those that the prefix counts. */
function within(prefix: Int32Array, from: number, count: number): number {
  const period = prefix.length - 1;
  const to = from + count;
  const rounds = Math.floor(to / period);
  return rounds * prefix[period] + prefix[to - rounds * period] - prefix[from];
}
