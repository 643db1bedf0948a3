import {createSocket, type RemoteInfo, type Socket} from 'node:dgram';
import {type AddressWords, parseAddress} from './address.ts';
import {type ForwardCounts, Forwarder, findTargets} from './forward.ts';
import {bindError, openSockets, RECEIVE_BUFFER_BYTES, type UdpListening, type UdpOptions} from './listen.ts';

/** Called for each datagram; `bytes` is valid until it returns. */
export type DatagramHandler = (bytes: Uint8Array, source: AddressWords) => void;

/** Sources whose parsed addresses are kept. A flood of forged ones only makes the cache start again. */
const MAX_SOURCES = 16_384;
const NOWHERE: AddressWords = new Uint32Array(4);

/** Receives sFlow on IPv4 and IPv6 through Node's own UDP sockets. */
export class UdpCollector {
  private readonly options: UdpOptions;
  private readonly handler: DatagramHandler;
  private readonly forwarder = new Forwarder();
  private readonly forwards: boolean;
  private readonly sources = new Map<string, AddressWords>();
  private sockets: Socket[] = [];

  constructor(options: UdpOptions, handler: DatagramHandler) {
    this.options = options;
    this.handler = handler;
    this.forwards = (options.forward?.length ?? 0) > 0;
  }

  /** Counts since the start. */
  get counts(): Readonly<ForwardCounts> {
    return this.forwarder.counts;
  }

  /** Opens the sockets. Throws `TenhertzError` with one clear line when the port or address cannot be had. */
  async start(): Promise<UdpListening> {
    const port = await openSockets(this.options, async (family, host, wanted) => {
      const socket = await this.open(family, host, wanted);
      return socket.address().port;
    }).catch(async (error) => {
      await this.stop();
      throw error;
    });
    const addresses = this.sockets.map((socket) => socket.address().address);
    try {
      await this.forwarder.open(await findTargets(this.options.forward ?? [], addresses, port));
    } catch (error) {
      await this.stop();
      throw error;
    }
    return {
      port,
      addresses,
      receiveBufferBytes: Math.min(...this.sockets.map(grantedBuffer)),
    };
  }

  async stop(): Promise<void> {
    const sockets = this.sockets;
    this.sockets = [];
    await Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))));
    await this.forwarder.close();
  }

  private async open(family: 'udp4' | 'udp6', host: string, port: number): Promise<Socket> {
    const socket = createSocket({type: family, ipv6Only: family === 'udp6', recvBufferSize: RECEIVE_BUFFER_BYTES});
    await new Promise<void>((resolve, reject) => {
      socket.once('error', (error) => {
        socket.close();
        reject(bindError(error, host, port));
      });
      socket.bind({port, address: host}, resolve);
    });
    socket.removeAllListeners('error');
    // After binding, errors of single receives (an ICMP answer to nothing we sent) must not end the server.
    socket.on('error', () => {});
    socket.on('message', (bytes: Uint8Array, remote: RemoteInfo) => {
      this.handler(bytes, this.sourceOf(remote.address));
      if (this.forwards) this.forwarder.send(bytes);
    });
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
