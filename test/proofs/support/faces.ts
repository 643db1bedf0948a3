/** What REST and Prometheus say of a server. */
import {makeApi} from '../../../src/api/server.ts';
import {ManualClock} from '../../../src/clock.ts';
import type {WholeServer} from './whole-server.ts';

const PATHS = ['fabric', 'fabric/series?from=-20s', 'links', 'agents', 'flows', 'events', 'health'] as const;

/** Answers by path, and `/metrics` without what it says of the process. */
export async function faces({context}: WholeServer): Promise<Map<string, string>> {
  const {server} = await makeApi(context, new ManualClock(), '/nowhere');
  const said = new Map<string, string>();
  for (const path of PATHS) {
    const {statusCode, payload} = await server.inject({url: `/api/v1/${path}`, headers: {host: '127.0.0.1:8008'}});
    if (statusCode !== 200) throw new Error(`${path} answers ${statusCode}: ${payload}`);
    said.set(path, payload);
  }
  const {payload} = await server.inject({url: '/metrics', headers: {host: '127.0.0.1:8008'}});
  const lines = payload.split('\n').filter((line) => line.startsWith('tenhertz_'));
  said.set('metrics', lines.join('\n'));
  await server.close();
  return said;
}
