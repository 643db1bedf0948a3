import {createSocket, type Socket} from 'node:dgram';
import {lookup} from 'node:dns/promises';
import {once} from 'node:events';
import {isIPv6} from 'node:net';
import {networkInterfaces} from 'node:os';
import {TenhertzError} from '../errors.ts';
import {parseAddress} from './address.ts';

/** Another collector that gets a copy of every datagram, as it came. */
export interface ForwardTarget {
  /** A numeric address, once it is found. */
  host: string;
  port: number;
}

/** Copies that went out, and that could not be sent at once. */
export interface ForwardCounts {
  forwarded: number;
  forwardFailed: number;
}

/** As the native receiver has room for. */
const MAX_TARGETS = 8;
/** Copies that wait in a socket before more are given up. */
const MAX_QUEUED = 1_024;

const HOST_PORT = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/;

function fail(text: string, why: string): never {
  throw new TenhertzError('CONFIG', `--forward ${text} ${why}`);
}

/**
 * Reads `HOST:PORT` texts (`[2001:db8::1]:6343` for IPv6) whose hosts may be names yet. Throws `TenhertzError` for one
 * that is none, and where there are too many.
 */
export function parseTargets(texts: readonly string[]): ForwardTarget[] {
  if (texts.length > MAX_TARGETS) fail(texts[MAX_TARGETS]!, `is one too many: ${MAX_TARGETS} at most`);
  return texts.map((text) => {
    const [, bracketed, plain, digits] = HOST_PORT.exec(text) ?? [];
    const host = bracketed ?? plain;
    const port = Number(digits);
    if (host === undefined || port < 1 || port > 65_535) fail(text, 'is not HOST:PORT');
    return {host, port};
  });
}

/**
 * Finds the addresses of such texts. Throws `TenhertzError` also for a host that cannot be found, and for a target that
 * leads back to what `addresses` and `port` listen on: there every datagram would go round for ever.
 */
export async function findTargets(
  texts: readonly string[],
  addresses: readonly string[],
  port: number,
): Promise<ForwardTarget[]> {
  return Promise.all(
    parseTargets(texts).map(async (named, i) => {
      const text = texts[i]!;
      const target = {host: await addressOf(named.host, text), port: named.port};
      if (target.port === port && leadsBack(target.host, addresses)) fail(text, 'is where this server itself receives');
      return target;
    }),
  );
}

async function addressOf(host: string, text: string): Promise<string> {
  try {
    return (await lookup(host)).address;
  } catch {
    fail(text, 'names no host that can be found');
  }
}

function leadsBack(host: string, addresses: readonly string[]): boolean {
  const any = isIPv6(host) ? '::' : '0.0.0.0';
  return addresses.some((address) => isSame(address, host) || (address === any && isHere(host)));
}

/** Whether an address is one of this machine's own. */
function isHere(host: string): boolean {
  const words = parseAddress(host)!;
  if (words[2] === 0xffff && words[3]! >>> 24 === 127) return true;
  const own = Object.values(networkInterfaces()).flatMap((all) => all?.map(({address}) => address) ?? []);
  return ['0.0.0.0', '::', '::1', ...own].some((address) => isSame(address, host));
}

function isSame(a: string, b: string): boolean {
  const [x, y] = [parseAddress(a), parseAddress(b)];
  return x !== null && y !== null && x.every((word, i) => word === y[i]);
}

/** Forwards through Node's own sockets; the native receiver has its own way. */
export class Forwarder {
  readonly counts: ForwardCounts = {forwarded: 0, forwardFailed: 0};
  private sockets: Socket[] = [];
  private readonly onSent = (error: Error | null) => {
    if (error === null) this.counts.forwarded++;
    else this.counts.forwardFailed++;
  };

  async open(targets: readonly ForwardTarget[]): Promise<void> {
    for (const {host, port} of targets) {
      const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
      // An ICMP answer: nobody listens there, or not yet. The copies that it concerns count as failed.
      socket.on('error', () => {});
      this.sockets.push(socket);
      socket.connect(port, host);
      await once(socket, 'connect');
    }
  }

  /** Sends a datagram to all. Its bytes must not change any more. */
  send(bytes: Uint8Array): void {
    for (let i = 0; i < this.sockets.length; i++) {
      const socket = this.sockets[i]!;
      if (socket.getSendQueueCount() < MAX_QUEUED) socket.send(bytes, this.onSent);
      else this.counts.forwardFailed++;
    }
  }

  async close(): Promise<void> {
    const sockets = this.sockets;
    this.sockets = [];
    await Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))));
  }
}
