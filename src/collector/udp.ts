import {createSocket, type RemoteInfo, type Socket} from 'node:dgram';
import {isIPv6} from 'node:net';
import {listenError, TenhertzError} from '../errors.ts';
import {type AddressWords, parseAddress} from './address.ts';

/** Asked of the kernel for each socket: a second of 10,000 datagrams of 1,400 bytes, with room. */
export const RECEIVE_BUFFER_BYTES = 16 * 1024 * 1024;

export interface UdpOptions {
  /** 0 lets the system choose. */
  port: number;
  /** An address of this machine; undefined listens on all of IPv4 and IPv6. */
  host: string | undefined;
}

/** What opening the sockets gave. */
export interface UdpListening {
  port: number;
  addresses: string[];
  /** Receive buffer that the kernel granted, in bytes; the smallest of the sockets. */
  receiveBufferBytes: number;
}

/** Called for each datagram; `bytes` is valid until it returns. */
export type DatagramHandler = (bytes: Uint8Array, source: AddressWords) => void;

/** Sources whose parsed addresses are kept. A flood of forged ones only makes the cache start again. */
const MAX_SOURCES = 16_384;
const NOWHERE: AddressWords = new Uint32Array(4);

/** Receives sFlow on IPv4 and IPv6 through Node's own UDP sockets. */
export class UdpCollector {
  private readonly options: UdpOptions;
  private readonly handler: DatagramHandler;
  private readonly sources = new Map<string, AddressWords>();
  private sockets: Socket[] = [];

  constructor(options: UdpOptions, handler: DatagramHandler) {
    this.options = options;
    this.handler = handler;
  }

  /** Opens the sockets. Throws `TenhertzError` with one clear line when the port or address cannot be had. */
  async start(): Promise<UdpListening> {
    const {host} = this.options;
    const first = host === undefined ? '0.0.0.0' : host;
    const opened = await this.open(isIPv6(first) ? 'udp6' : 'udp4', first, this.options.port);
    if (host === undefined) await this.openIfThere('udp6', '::', opened.address().port);
    const listening: UdpListening = {
      port: opened.address().port,
      addresses: this.sockets.map((socket) => socket.address().address),
      receiveBufferBytes: Math.min(...this.sockets.map(grantedBuffer)),
    };
    return listening;
  }

  async stop(): Promise<void> {
    const sockets = this.sockets;
    this.sockets = [];
    await Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))));
  }

  /** A machine without IPv6 is no failure; a port that is taken there is. */
  private async openIfThere(family: 'udp4' | 'udp6', host: string, port: number): Promise<void> {
    try {
      await this.open(family, host, port);
    } catch (error) {
      if (error instanceof TenhertzError && error.code === 'ADDRESS_IN_USE') {
        await this.stop();
        throw error;
      }
    }
  }

  private async open(family: 'udp4' | 'udp6', host: string, port: number): Promise<Socket> {
    const socket = createSocket({type: family, ipv6Only: family === 'udp6', recvBufferSize: RECEIVE_BUFFER_BYTES});
    await new Promise<void>((resolve, reject) => {
      const what = `UDP ${family === 'udp6' ? `[${host}]` : host}:${port}`;
      socket.once('error', (error) => reject(listenError(error, what, '--udp-port')));
      socket.bind({port, address: host}, resolve);
    });
    socket.removeAllListeners('error');
    // After binding, errors of single receives (an ICMP answer to nothing we sent) must not end the server.
    socket.on('error', () => {});
    socket.on('message', (bytes: Uint8Array, remote: RemoteInfo) => this.handler(bytes, this.sourceOf(remote.address)));
    this.sockets.push(socket);
    return socket;
  }

  private sourceOf(address: string): AddressWords {
    const known = this.sources.get(address);
    if (known !== undefined) return known;
    if (this.sources.size >= MAX_SOURCES) this.sources.clear();
    const words = parseAddress(address) ?? NOWHERE;
    this.sources.set(address, words);
    return words;
  }
}

/** Linux answers twice what it grants, for its own book-keeping (socket(7), SO_RCVBUF). */
function grantedBuffer(socket: Socket): number {
  const size = socket.getRecvBufferSize();
  return process.platform === 'linux' ? size / 2 : size;
}

/** What to tell the operator when the kernel granted less than was asked; undefined when all is well. */
export function bufferAdvice(grantedBytes: number): string | undefined {
  if (grantedBytes >= RECEIVE_BUFFER_BYTES) return undefined;
  const mebibytes = (bytes: number) => `${Math.round((bytes / 1024 / 1024) * 10) / 10} MiB`;
  return (
    `the kernel granted a receive buffer of ${mebibytes(grantedBytes)} instead of ${mebibytes(RECEIVE_BUFFER_BYTES)}; ` +
    `bursts may be dropped. Raise it with: sysctl -w net.core.rmem_max=${RECEIVE_BUFFER_BYTES}`
  );
}
