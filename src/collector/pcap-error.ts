/** A recording that cannot be read, or not to its end: what is wrong, and at which byte of the (unpacked) file. */
export class RecordingError extends Error {
  /** Byte offset of the damage, counted after gunzip where the file is compressed. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(`${message} at byte ${offset}`);
    this.name = 'RecordingError';
    this.offset = offset;
  }
}

/** One captured frame. `bytes` is what was captured, which may be less than what was sent. */
export interface Frame {
  /** Epoch milliseconds, with a fraction. */
  timeMs: number;
  /** Link type as the file says it (tcpdump.org/linktypes). */
  linkType: number;
  bytes: Buffer;
}

/** Captured bytes of one frame that no capture tool exceeds (libpcap's largest snapshot length). */
export const MAX_FRAME_BYTES = 262_144;
