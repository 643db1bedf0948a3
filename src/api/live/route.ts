import websocket from '@fastify/websocket';
import type {FastifyInstance} from 'fastify';
import {LIVE_PATH, LIVE_PROTOCOL} from '../../shared/live.ts';
import type {Context} from '../context.ts';
import {hasToken} from '../security.ts';
import {LiveClient} from './client.ts';
import type {LiveHub} from './hub.ts';

/** A subscription of 64 links is far below this. */
const MAX_MESSAGE_BYTES = 16 * 1024;

/** Bounds on those who come and say nothing. */
export interface LiveLimits {
  /** Sockets that may be open at once. */
  clients: number;
  /** Time for the token, and for a first subscription. */
  authorizeMs: number;
  subscribeMs: number;
}

export const LIVE_LIMITS: LiveLimits = {clients: 1_000, authorizeMs: 10_000, subscribeMs: 60_000};

/** Standard close code 1013: try again later. */
const TRY_AGAIN_LATER = 1013;

/**
 * Lets the server take sockets. To be called before any hook that turns requests away: only the plugin's own hooks know
 * that a request came on a socket of its own, which nobody else would close after the answer.
 */
export async function takeSockets(server: FastifyInstance): Promise<void> {
  await server.register(websocket, {
    options: {
      maxPayload: MAX_MESSAGE_BYTES,
      perMessageDeflate: false,
      handleProtocols: (offered: Set<string>) => (offered.has(LIVE_PROTOCOL) ? LIVE_PROTOCOL : false),
    },
  });
}

/** `/api/v1/live`: binary frames, or JSON text with `?format=json`. */
export function liveRoute(server: FastifyInstance, context: Context, hub: LiveHub, limits: LiveLimits): void {
  server.get(LIVE_PATH, {websocket: true, schema: {hide: true}}, (socket, request) => {
    socket.on('error', () => socket.terminate());
    if (hub.clients.size >= limits.clients) {
      socket.close(TRY_AGAIN_LATER, 'too many sockets');
      return;
    }
    const isJson = (request.query as {format?: string}).format === 'json';
    const client = new LiveClient(socket, isJson, context.token, hasToken(request, context.token));
    hub.clients.add(client);
    const deadlines = [
      setTimeout(() => client.expectAuthorized(), limits.authorizeMs),
      setTimeout(() => client.expectSubscribed(), limits.subscribeMs),
    ];
    socket.on('message', (data, isBinary) => {
      if (isBinary) socket.close(1003, 'text only');
      else if (client.receive(String(data))) hub.snapshot(client);
    });
    socket.on('close', () => {
      hub.clients.delete(client);
      for (const deadline of deadlines) clearTimeout(deadline);
    });
  });
}
