import {createSocket, type Socket} from 'node:dgram';
import {once} from 'node:events';
import {describe} from 'vitest';
import type {ForwardCounts} from '../../../src/collector/forward.ts';
import type {UdpListening, UdpOptions} from '../../../src/collector/listen.ts';
import {type Addon, loadAddon} from '../../../src/collector/native/addon.ts';
import {NativeCollector, type NativeOptions} from '../../../src/collector/native/collector.ts';
import {UdpCollector} from '../../../src/collector/udp.ts';
import {type Suite, skipLoudly} from '../../support/tools.ts';

export const RECEIVERS = ['native', 'dgram'] as const;
export type ReceiverName = (typeof RECEIVERS)[number];

/** A datagram that was received; a copy. */
export interface Received {
  bytes: Uint8Array;
  source: number[];
}

let addon: Addon | undefined;
let whyNot = '';
try {
  addon = loadAddon();
} catch (error) {
  whyNot = (error as Error).message;
}

/** `describe`, or a loud `describe.skip` where the addon could not be built. */
export function needsAddon(name: ReceiverName = 'native'): Suite {
  return name === 'dgram' || addon !== undefined
    ? (title, body) => describe(title, body)
    : skipLoudly(`native receiver: ${whyNot}`);
}

export function makeNative(options: Partial<NativeOptions> = {}): NativeCollector {
  return new NativeCollector({port: 0, host: '127.0.0.1', ...options}, addon!);
}

/** Either receiver behind one face: it starts, and what it has received can be waited for. */
export class TestReceiver {
  readonly received: Received[] = [];
  private readonly collector: NativeCollector | UdpCollector;
  private timer: NodeJS.Timeout | undefined;

  constructor(name: ReceiverName, options: UdpOptions) {
    if (name === 'dgram') {
      this.collector = new UdpCollector(options, (bytes, source) => this.take(bytes, source));
      return;
    }
    const native = makeNative(options);
    this.collector = native;
    this.timer = setInterval(() => drainInto(native, (bytes, source) => this.take(bytes, source)), 1);
  }

  start(): Promise<UdpListening> {
    return this.collector.start();
  }

  /** Copies that it has forwarded. */
  get counts(): Readonly<ForwardCounts> {
    return this.collector.counts;
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.collector.stop();
  }

  private take(bytes: Uint8Array, source: Uint32Array): void {
    this.received.push({bytes: bytes.slice(), source: [...source]});
  }
}

export function drainInto(
  {ring}: NativeCollector,
  take: (bytes: Uint8Array, source: Uint32Array, arrivalMs: number) => void,
): number {
  return ring.drain((length, source, arrivalMs) => take(ring.landing.subarray(0, length), source, arrivalMs));
}

/** A socket that sends, on an address of loopback. */
export async function makeSender(family: 4 | 6 = 4): Promise<{
  send: (bytes: Uint8Array, port: number) => Promise<void>;
  socket: Socket;
  close: () => void;
}> {
  const host = family === 4 ? '127.0.0.1' : '::1';
  const socket = createSocket(family === 4 ? 'udp4' : 'udp6').bind(0, host);
  await once(socket, 'listening');
  const send = (bytes: Uint8Array, port: number) =>
    new Promise<void>((resolve, reject) => {
      socket.send(bytes, port, host, (error) => (error ? reject(error) : resolve()));
    });
  return {send, socket, close: () => socket.close()};
}
