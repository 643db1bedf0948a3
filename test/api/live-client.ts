/** A client of the live socket, and a fabric that it may look at. */
import type {AddressInfo} from 'node:net';
import {onTestFinished} from 'vitest';
import {WebSocket} from 'ws';
import type {ClientMessage, JsonFrame, SubscribeMessage} from '../../src/shared/live.ts';
import {OUT, T} from '../support/partial-builder.ts';
import {decodeFrame, type Frame} from './frame-decoder.ts';
import {type Harness, makeHarness} from './harness.ts';

export const PATH = '/api/v1/live';
export const subscribe = (rest: Omit<SubscribeMessage, 'type'> = {}): ClientMessage => ({type: 'subscribe', ...rest});

/** A socket on a harness, and all that came on it. */
export class Client {
  readonly messages: Buffer[] = [];
  readonly socket: WebSocket;
  closed: {code: number; reason: string} | undefined;
  private waiting: (() => void)[] = [];

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data) => {
      this.messages.push(data as Buffer);
      this.wake();
    });
    socket.on('close', (code, reason) => {
      this.closed = {code, reason: String(reason)};
      this.wake();
    });
  }

  static async open({server}: Harness, query = '', headers = {}, protocols: string[] = []): Promise<Client> {
    if (!server.server.listening) await server.listen({host: '127.0.0.1', port: 0});
    const {port} = server.server.address() as AddressInfo;
    const socket = new WebSocket(`ws://127.0.0.1:${port}${PATH}${query}`, protocols, {headers});
    const client = new Client(socket);
    onTestFinished(() => socket.terminate());
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    return client;
  }

  send(message: ClientMessage | string): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** The n-th message from the start, as soon as it is there. */
  async message(n: number): Promise<Buffer> {
    await this.until(() => this.messages.length > n || this.closed !== undefined);
    if (!this.messages[n]) throw new Error(`closed: ${JSON.stringify(this.closed)}`);
    return this.messages[n];
  }

  async frame(n: number): Promise<Frame> {
    return decodeFrame(await this.message(n));
  }

  async json(n: number): Promise<JsonFrame> {
    return JSON.parse(String(await this.message(n))) as JsonFrame;
  }

  async end(): Promise<{code: number; reason: string}> {
    await this.until(() => this.closed !== undefined);
    return this.closed!;
  }

  private wake(): void {
    for (const wake of this.waiting.splice(0)) wake();
  }

  private async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.waiting.push(resolve);
      });
    }
  }
}

/** Bins of two links in different mixes, so that no two figures are alike. */
export function feed(harness: Harness, from: number, to: number): void {
  for (let bin = from; bin < to; bin++) {
    harness.give(bin + 1, {
      rows: [
        {bin, port: 1, roce: [1_000 + (bin % 7) * 100], other: [64]},
        {bin, port: 2, rate: 4_000, roce: bin % 3 === 0 ? [] : [4_178]},
        {bin, port: 2, side: OUT, roce: [90]},
      ],
    });
  }
}

export async function started(bins = 40, options?: Parameters<typeof makeHarness>[0]): Promise<Harness> {
  const harness = await makeHarness(options);
  feed(harness, T, T + bins);
  return harness;
}
