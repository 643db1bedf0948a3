import websocket from '@fastify/websocket';
import type {FastifyInstance} from 'fastify';
import {LIVE_PATH, LIVE_PROTOCOL} from '../../shared/live.ts';
import type {Context} from '../context.ts';
import {hasToken} from '../security.ts';
import {LiveClient} from './client.ts';
import type {LiveHub} from './hub.ts';

/** A subscription of 64 links is far below this. */
const MAX_MESSAGE_BYTES = 16 * 1024;

/** `/api/v1/live`: binary frames, or JSON text with `?format=json`. */
export async function liveRoute(server: FastifyInstance, context: Context, hub: LiveHub): Promise<void> {
  await server.register(websocket, {
    options: {
      maxPayload: MAX_MESSAGE_BYTES,
      perMessageDeflate: false,
      handleProtocols: (offered: Set<string>) => (offered.has(LIVE_PROTOCOL) ? LIVE_PROTOCOL : false),
    },
  });
  server.get(LIVE_PATH, {websocket: true, schema: {hide: true}}, (socket, request) => {
    const isJson = (request.query as {format?: string}).format === 'json';
    const client = new LiveClient(socket, isJson, context.token, hasToken(request, context.token));
    hub.clients.add(client);
    socket.on('message', (data, isBinary) => {
      if (isBinary) socket.close(1003, 'text only');
      else if (client.receive(String(data))) hub.snapshot(client);
    });
    socket.on('error', () => socket.terminate());
    socket.on('close', () => hub.clients.delete(client));
  });
}
