import {timingSafeEqual} from 'node:crypto';
import {isIP} from 'node:net';
import {hostname} from 'node:os';
import type {FastifyInstance, FastifyRequest} from 'fastify';
import type {Context} from './context.ts';
import {Problem} from './problem.ts';

/** What may be fetched without a token: the page itself, which then asks for it, and the probes. */
const OPEN_PATHS = new Set(['/livez', '/readyz']);

export function isSameSecret(given: string, wanted: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(wanted);
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Whether the request carries the token, where one is asked for. */
export function hasToken(request: FastifyRequest, token: string | undefined): boolean {
  if (token === undefined) return true;
  const header = request.headers.authorization;
  return header?.startsWith('Bearer ') === true && isSameSecret(header.slice(7), token);
}

const nameOf = (host: string) => host.replace(/:\d+$/, '').replace(/^\[|]$/g, '');

/**
 * Whether a Host header names this server. A page of a foreign site that had its own name point here (DNS rebinding)
 * sends that name; an address, `localhost` and this machine's names cannot be pointed elsewhere.
 */
export function isOwnHost(host: string | undefined): boolean {
  if (host === undefined) return false;
  const name = nameOf(host).toLowerCase();
  const own = hostname().toLowerCase();
  return (
    isIP(name) !== 0 ||
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === own ||
    name.startsWith(`${own}.`)
  );
}

/** Whether an Origin header, if there is one, is the page that this server itself delivered. */
export function isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true; // not a browser
  try {
    return new URL(origin).host === host;
  } catch {
    return false;
  }
}

/** Checks Host, Origin and token of every request; the socket also takes its token as its first message. */
export function guard(server: FastifyInstance, context: Context): void {
  server.addHook('onRequest', async (request) => {
    const {host, origin} = request.headers;
    const path = request.url.split('?', 1)[0]!;
    const isSocket = request.headers.upgrade !== undefined;
    const writes = request.method !== 'GET' && request.method !== 'HEAD';
    // With a token a foreign name is no danger: the foreign page does not have the token.
    if (context.token === undefined && !context.anyHost && !isOwnHost(host)) {
      throw new Problem(403, 'this server does not go by that host name; see --allow-any-host');
    }
    if ((isSocket || writes) && !isOwnOrigin(origin, host)) throw new Problem(403, 'foreign origin');
    if (isSocket || OPEN_PATHS.has(path)) return;
    if (path.startsWith('/api/') || path === '/metrics') {
      if (!hasToken(request, context.token)) throw new Problem(401, 'a bearer token is needed');
    }
  });
}
