import {lookup} from 'node:dns/promises';
import {getSystemErrorName} from 'node:util';
import {TenhertzError} from '../../errors.ts';
import {findTargets} from '../forward.ts';
import {
  bindError,
  type Family,
  openSockets,
  RECEIVE_BUFFER_BYTES,
  type UdpListening,
  type UdpOptions,
} from '../listen.ts';
import type {Addon, Handle} from './addon.ts';
import {type RingCounts, RingReader, ringMemory, writtenPart} from './ring.ts';

/** Holds 25,000 datagrams of 1.3 kB: 80 ms of 150,000 a second before it is half full. What is not used takes no memory. */
export const RING_BYTES = 32 * 1024 * 1024;
const NO_TABLE = new Uint8Array(0);

/** What several threads share: a ring for each, and the table that tells which is whose. */
export interface SharedRings {
  rings: readonly SharedArrayBuffer[];
  table: SharedArrayBuffer;
}

export interface NativeOptions extends UdpOptions {
  /** Lets several receivers share the port; the kernel spreads the senders over them. */
  reusePort?: boolean;
  /** A power of two. */
  ringBytes?: number;
  /** Several rings, of which this thread reads the first; instead of one that is made here. */
  shared?: SharedRings | undefined;
  receiveBufferBytes?: number;
}

/**
 * Receives sFlow in a thread of the addon, which goes on while JavaScript pauses. Datagrams wait in `ring`
 * until they are drained. One that is more than half full drops some at random, a full one the newest; both are counted.
 */
export class NativeCollector {
  readonly ring: RingReader;
  private readonly options: NativeOptions;
  private readonly addon: Addon;
  private handle: Handle | undefined;

  constructor(options: NativeOptions, addon: Addon) {
    this.options = options;
    this.addon = addon;
    this.ring = new RingReader(options.shared?.rings[0] ?? ringMemory(options.ringBytes ?? RING_BYTES));
  }

  /** Opens the sockets. Throws `TenhertzError` with one clear line when the port or address cannot be had. */
  async start(): Promise<UdpListening> {
    const {addon} = this;
    const {shared} = this.options;
    const handle = shared
      ? addon.open(shared.rings.map(writtenPart), new Uint8Array(shared.table))
      : addon.open([this.ring.memory], NO_TABLE);
    this.handle = handle;
    const addresses: string[] = [];
    try {
      const port = await openSockets(this.options, async (family, host, wanted) => {
        const address = await numeric(family, host, wanted);
        const got = this.listen(handle, address, host, wanted);
        addresses.push(address);
        return got;
      });
      await this.forward(handle, addresses, port);
      const started = addon.start(handle);
      if (started < 0) throw bindError(systemError(started), addresses[0]!, port);
      return {port, addresses, receiveBufferBytes: addon.bufferBytes(handle)};
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Counts since the start. */
  get counts(): Readonly<RingCounts> {
    this.ring.count();
    return this.ring.counts;
  }

  async stop(): Promise<void> {
    if (this.handle !== undefined) this.addon.stop(this.handle);
    this.handle = undefined;
  }

  private async forward(handle: Handle, addresses: readonly string[], port: number): Promise<void> {
    for (const target of await findTargets(this.options.forward ?? [], addresses, port)) {
      const done = this.addon.forward(handle, target.host, String(target.port));
      if (done < 0) throw new TenhertzError('CONFIG', `--forward ${target.host}: ${systemError(done).message}`);
    }
  }

  private listen(handle: Handle, address: string, host: string, port: number): number {
    const {reusePort = false, receiveBufferBytes = RECEIVE_BUFFER_BYTES} = this.options;
    const got = this.addon.listen(handle, address, String(port), reusePort, receiveBufferBytes);
    if (got < 0) throw bindError(systemError(got), host, port);
    return got;
  }
}

/** A name as the address that it stands for, as Node's own sockets take names too. */
async function numeric(family: Family, host: string, port: number): Promise<string> {
  try {
    return (await lookup(host, {family: family === 'udp6' ? 6 : 4})).address;
  } catch (error) {
    throw bindError(error as NodeJS.ErrnoException, host, port);
  }
}

function systemError(errno: number): NodeJS.ErrnoException {
  const code = getSystemErrorName(errno);
  return Object.assign(new Error(code), {code, errno});
}
