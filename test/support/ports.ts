/**
 * Free ports on loopback, for programs that cannot be told to bind port 0 and report it. Chosen below Linux's usual
 * ephemeral range (32768 and up), so that no outgoing connection takes one before its server does.
 */
import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {createServer} from 'node:net';

const LOWEST = 20_000;
const HIGHEST = 32_000;
const TRIES = 50;

export function freeTcpPort(): Promise<number> {
  return firstFree(async (port) => {
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
  });
}

export function freeUdpPort(): Promise<number> {
  return firstFree(async (port) => {
    const socket = createSocket('udp4').bind(port, '127.0.0.1');
    await once(socket, 'listening');
    socket.close();
    await once(socket, 'close');
  });
}

async function firstFree(tryPort: (port: number) => Promise<void>): Promise<number> {
  for (let i = 0; i < TRIES; i++) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    try {
      await tryPort(port);
      return port;
    } catch {
      // Taken; another one.
    }
  }
  throw new Error(`no free port between ${LOWEST} and ${HIGHEST} in ${TRIES} tries`);
}
