import {once} from 'node:events';
import {createServer} from 'node:net';
import {networkInterfaces} from 'node:os';
import type {Config} from '../config.ts';
import {listenError} from '../errors.ts';
import type {Api} from './server.ts';

const httpError = (error: unknown, {httpHost, httpPort}: Config) =>
  listenError(error as NodeJS.ErrnoException, `TCP ${hostPort(httpHost, httpPort)}`, '--http-port');

/** Whether the HTTP port can be had; it is let go again. Throws `TenhertzError`. */
export async function probe(config: Config): Promise<void> {
  const server = createServer();
  try {
    server.listen(config.httpPort, config.httpHost);
    await once(server, 'listening');
  } catch (error) {
    throw httpError(error, config);
  }
  server.close();
  await once(server, 'close');
}

/** Serves. Throws `TenhertzError` when the port cannot be had, and closes the server then. */
export async function listen({server}: Pick<Api, 'server'>, config: Config): Promise<void> {
  try {
    await server.listen({host: config.httpHost, port: config.httpPort});
  } catch (error) {
    await server.close();
    throw httpError(error, config);
  }
}

const hostPort = (host: string, port: number) => `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** Where a browser finds it. */
export function urlOf({server}: Pick<Api, 'server'>, {httpHost}: Config): string {
  const address = server.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const isAny = httpHost === '0.0.0.0' || httpHost === '::';
  return `http://${hostPort(isAny ? (ownAddresses()[0] ?? 'localhost') : httpHost, port)}/`;
}

/** Addresses that another machine could reach this one by, IPv4 first; loopback where there is no other. */
function ownAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const outer = all.filter(({internal, address}) => !internal && !address.startsWith('fe80:'));
  const sorted = [...outer].sort((a, b) => a.family.localeCompare(b.family)).map(({address}) => address);
  return sorted.length > 0 ? sorted : ['127.0.0.1'];
}

/** Where a switch may send to: what the sockets are bound to, or all of this machine's where that is everything. */
export function reachable(bound: readonly string[]): string[] {
  const isAny = (address: string) => address === '0.0.0.0' || address === '::';
  return bound.some(isAny) ? ownAddresses() : [...bound];
}
