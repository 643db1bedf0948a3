// Hot path: no allocation, no closure, no exception.
import {recordFormats} from './records/table.ts';

/** Formats that are told apart; what comes after that is counted together. A power of two. */
const SLOTS = 256;
/** How far a format is looked for from its own slot. */
const PROBES = 8;
/** header_protocol goes to 18 by now (v5, and what host-sflow added). */
const HEADER_PROTOCOLS = 20;

/** Bit 0: decoded in flow samples, bit 1: in counter samples; by format number of enterprise 0. */
const standard = new Uint8Array(4_096);
/** The decoded formats of all other enterprises, as data_format words. */
const vendor: number[] = [];
for (const {kind, enterprise, format} of recordFormats) {
  if (enterprise === 0) standard[format]! |= kind === 'flow' ? 1 : 2;
  else vendor.push(enterprise * 4_096 + format);
}

/**
 * Counts records that nobody decodes, by (enterprise, format): what an operator sees of a switch that sends more
 * than is understood. Bounded, whatever numbers arrive.
 */
export class FormatCounter {
  /** data_format words, 0 where the slot is free; counts beside them. */
  readonly words = new Uint32Array(SLOTS);
  readonly counts = new Float64Array(SLOTS);
  /** Records of formats that found no slot. */
  others = 0;
  /** Records, of any format, whose length left their padding out. */
  unpadded = 0;
  /** Sampled headers that do not start with Ethernet, by header_protocol; the last place is for all that are larger. */
  readonly headerProtocols = new Float64Array(HEADER_PROTOCOLS);
  private readonly kind: number;

  constructor(kind: 'flow' | 'counter') {
    this.kind = kind === 'flow' ? 1 : 2;
  }

  /** Counts a sampled header that is not Ethernet. */
  seeHeaderProtocol(protocol: number): void {
    this.headerProtocols[protocol < HEADER_PROTOCOLS ? protocol : HEADER_PROTOCOLS - 1]!++;
  }

  /** Counts the record's format, unless it is one that the table of formats decodes. */
  see(word: number): void {
    if (word < 4_096) {
      if ((standard[word]! & this.kind) !== 0) return;
    } else if (vendor.includes(word)) {
      return;
    }
    if (word === 0) {
      this.others++;
      return;
    }
    const home = (Math.imul(word, 0x9e3779b1) >>> 16) & (SLOTS - 1);
    for (let probe = 0; probe < PROBES; probe++) {
      const slot = (home + probe) & (SLOTS - 1);
      const held = this.words[slot]!;
      if (held !== word && held !== 0) continue;
      this.words[slot] = word;
      this.counts[slot]!++;
      return;
    }
    this.others++;
  }
}
