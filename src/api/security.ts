import {createHash, timingSafeEqual} from 'node:crypto';
import {isIP} from 'node:net';
import {hostname} from 'node:os';
import type {FastifyInstance, FastifyRequest} from 'fastify';
import {LIVE_PATH} from '../shared/live.ts';
import type {Context} from './context.ts';
import {Problem} from './problem.ts';

/**
 * Routes without a token: the probes, and the page itself, which then asks for it. By the route that was matched, never
 * by the path as it was written: the router decodes `%61pi`.
 */
const OPEN_ROUTES = new Set(['/livez', '/readyz', '/*']);

/** Takes the same time whatever is given, however long that is. */
export function isSameSecret(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

/** Whether the request carries the token, where one is asked for. */
export function hasToken(request: FastifyRequest, token: string | undefined): boolean {
  if (token === undefined) return true;
  const header = request.headers.authorization;
  return header !== undefined && /^bearer /i.test(header) && isSameSecret(header.slice(7).trim(), token);
}

const nameOf = (host: string) => host.replace(/:\d+$/, '').replace(/^\[|]$/g, '');

/**
 * Whether a Host header names this server. A page of a foreign site that had its own name point here (DNS rebinding)
 * sends that name; an address, `localhost` and this machine's own name cannot be pointed elsewhere. A name that merely
 * begins like this machine's can: `server.example.org` for a machine called `server`.
 */
export function isOwnHost(host: string | undefined): boolean {
  if (host === undefined) return false;
  const name = nameOf(host).toLowerCase();
  const own = hostname().toLowerCase();
  return (
    isIP(name) !== 0 || name === 'localhost' || name.endsWith('.localhost') || name === own || name === `${own}.local`
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
    const route = request.routeOptions.url;
    const isSocket = route === LIVE_PATH;
    const writes = request.method !== 'GET' && request.method !== 'HEAD';
    // With a token a foreign name is no danger: the foreign page does not have the token.
    if (context.token === undefined && !context.anyHost && !isOwnHost(host)) {
      throw new Problem(403, 'this server does not go by that host name; see --allow-any-host');
    }
    if ((isSocket || writes) && !isOwnOrigin(origin, host)) throw new Problem(403, 'foreign origin');
    // No route: nothing is there, and that may be said. The socket takes its token later.
    if (route === undefined || isSocket || OPEN_ROUTES.has(route)) return;
    if (!hasToken(request, context.token)) throw new Problem(401, 'a bearer token is needed');
  });
}
