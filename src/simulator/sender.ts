import {createSocket, type Socket} from 'node:dgram';
import {lookup} from 'node:dns/promises';
import {DATAGRAM_BYTES} from './datagram-writer.ts';

/** Datagrams that may wait in the process for the kernel; more are given up and counted, never queued. */
const WAITING = 1_024;
const SEND_BUFFER_BYTES = 4 * 1024 * 1024;

/** Where a `UdpSender` sends. */
export interface Destination {
  readonly host: string;
  readonly port: number;
}

/**
 * Sends datagrams over UDP. Each is copied into one of a fixed number of buffers, for the kernel may take it later.
 * The socket is connected, so that nothing is resolved or looked up for each datagram.
 */
export class UdpSender {
  sent = 0;
  /** Bytes of all datagrams handed to the kernel, those that it then refused among them. */
  handedBytes = 0;
  /** Given up because too many were waiting, or refused by the kernel (ENOBUFS and the like). */
  failed = 0;
  /** Code of the last failure, empty when there was none. */
  lastFailure = '';
  private readonly socket: Socket;
  /** Used in turn. Datagrams leave in order, so fewer waiting than buffers means that the next one is free. */
  private readonly ring: Buffer[] = Array.from({length: WAITING}, () => Buffer.alloc(DATAGRAM_BYTES));
  private next = 0;
  private waiting = 0;
  /** One callback for all: a closure for each datagram would be garbage. */
  private readonly done = (error: NodeJS.ErrnoException | null) => {
    this.waiting--;
    if (error) this.fail(error);
    else this.sent++;
  };

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', (error: NodeJS.ErrnoException) => this.fail(error));
  }

  /** Resolves the host and opens a socket of its family. */
  static async open({host, port}: Destination): Promise<UdpSender> {
    const {address, family} = await lookup(host);
    const socket = createSocket({type: family === 6 ? 'udp6' : 'udp4', sendBufferSize: SEND_BUFFER_BYTES});
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.connect(port, address, () => {
        socket.off('error', reject);
        resolve();
      });
    });
    return new UdpSender(socket);
  }

  send(bytes: Uint8Array, length: number): void {
    if (this.waiting === WAITING) {
      this.failed++;
      this.lastFailure = 'EAGAIN';
      return;
    }
    const buffer = this.ring[this.next];
    this.next = (this.next + 1) % WAITING;
    this.waiting++;
    this.handedBytes += length;
    buffer.set(bytes.length === length ? bytes : bytes.subarray(0, length));
    this.socket.send(buffer, 0, length, this.done);
  }

  /** Closes when what was handed over has gone out. */
  async close(): Promise<void> {
    while (this.waiting > 0) await new Promise((resolve) => setImmediate(resolve));
    await new Promise<void>((resolve) => this.socket.close(resolve));
  }

  private fail(error: NodeJS.ErrnoException): void {
    this.failed++;
    this.lastFailure = error.code ?? error.message;
  }
}
