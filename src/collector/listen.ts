import {isIPv6} from 'node:net';
import {listenError, TenhertzError} from '../errors.ts';

/** Asked of the kernel for each socket: a second of 10,000 datagrams of 1,400 bytes, with room. */
export const RECEIVE_BUFFER_BYTES = 16 * 1024 * 1024;

export interface UdpOptions {
  /** 0 lets the system choose. */
  port: number;
  /** An address of this machine; undefined listens on all of IPv4 and IPv6. */
  host: string | undefined;
  /** `HOST:PORT` of other collectors that get a copy of every datagram. */
  forward?: readonly string[];
}

/** What opening the sockets gave. */
export interface UdpListening {
  port: number;
  addresses: string[];
  /** Receive buffer that the kernel granted, in bytes; the smallest of the sockets. */
  receiveBufferBytes: number;
}

export type Family = 'udp4' | 'udp6';

/**
 * Opens what the options ask for: one address, or all of IPv4 and then IPv6 on the same port. `open` answers the port
 * that it got. A machine without IPv6 is no failure; a port that is taken there is.
 */
export async function openSockets(
  {host, port}: UdpOptions,
  open: (family: Family, host: string, port: number) => Promise<number>,
): Promise<number> {
  if (host !== undefined) return open(isIPv6(host) ? 'udp6' : 'udp4', host, port);
  const chosen = await open('udp4', '0.0.0.0', port);
  try {
    await open('udp6', '::', chosen);
  } catch (error) {
    if (error instanceof TenhertzError && error.code === 'ADDRESS_IN_USE') throw error;
  }
  return chosen;
}

/** What binding failed with, as one clear line. */
export function bindError(error: NodeJS.ErrnoException, host: string, port: number): TenhertzError {
  return listenError(error, `UDP ${isIPv6(host) ? `[${host}]` : host}:${port}`, '--udp-port');
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
