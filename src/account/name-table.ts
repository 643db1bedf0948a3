import type {DatagramView} from '../sflow/views.ts';
import {TEXT_BYTES} from './schema.ts';

/**
 * Names that ports were given since the last Partial (sFlow 0:1005, port_name). Bytes from the wire, cut at
 * `TEXT_BYTES`; a name past the table's bound waits for the port's next counter sample.
 */
export class NameTable {
  readonly capacity: number;
  size = 0;
  readonly stream: Uint32Array;
  readonly port: Uint32Array;
  readonly text: Uint8Array;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.stream = new Uint32Array(capacity);
    this.port = new Uint32Array(capacity);
    this.text = new Uint8Array(capacity * TEXT_BYTES);
  }

  /** `at` is the length word of an XDR string, the only field of a record whose sample ends at `end`. */
  add(stream: number, port: number, {bytes, data}: DatagramView, at: number, end: number): void {
    const room = Math.min(data.getUint32(at - 4), end - at) - 4;
    let length = Math.min(data.getUint32(at), room, TEXT_BYTES);
    if (length === TEXT_BYTES && room > TEXT_BYTES) {
      while (length > 0 && (bytes[at + 4 + length]! & 0xc0) === 0x80) length--; // inside a character of UTF-8
    }
    if (length <= 0 || this.size === this.capacity) return;
    const row = this.size++;
    this.stream[row] = stream;
    this.port[row] = port;
    const start = row * TEXT_BYTES;
    this.text.fill(0, start, start + TEXT_BYTES);
    this.text.set(bytes.subarray(at + 4, at + 4 + length), start);
  }

  clear(): void {
    this.size = 0;
  }
}
