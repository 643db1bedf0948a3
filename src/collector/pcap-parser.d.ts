/** Types of the npm package pcap-parser 0.2.1, which brings none; only what is used here. */
declare module 'pcap-parser' {
  import type {EventEmitter} from 'node:events';
  import type {Readable} from 'node:stream';

  export interface PcapPacket {
    header: {
      timestampSeconds: number;
      timestampMicroseconds: number;
      capturedLength: number;
      originalLength: number;
    };
    data: Buffer;
  }

  interface Parser extends EventEmitter {
    on(event: 'packet', listener: (packet: PcapPacket) => void): this;
    on(event: 'end', listener: () => void): this;
    on(event: 'error', listener: (error: Error) => void): this;
  }

  export function parse(input: Readable): Parser;
}
