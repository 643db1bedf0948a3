/** Recorded scrapes told again, in real time and to the real Prometheus: one target for each recording. */
import {once} from 'node:events';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {startPrometheus} from '../support/prometheus.ts';
import type {Recording} from './recording.ts';

/** Scrapes that follow the last page and tell it again, until the rules have seen it. */
const BEHIND = 2;
const FIRED = 'group by (instance, alertname) (count_over_time(ALERTS{alertstate="firing"}[1d]))';

/**
 * Lets Prometheus scrape all recordings side by side, as slowly as they were recorded, under the rules of a text.
 * Returns the alerts that fired at any time, by the recording's name.
 */
export async function replay(
  recordings: ReadonlyMap<string, Recording>,
  rules: string,
  intervalSeconds: number,
): Promise<Map<string, string[]>> {
  const all = [...recordings.values()];
  const told = all.map(() => 0);
  const server = createServer(({url}, answer) => {
    const at = Number(url!.slice(1));
    const {pages} = all[at]!;
    const page = pages[Math.min(told[at]!++, pages.length - 1)];
    answer.writeHead(page === undefined ? 503 : 200, {'content-type': 'text/plain; version=0.0.4'}).end(page);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const targets = [...recordings.keys()].map((name, at) => ({
    targets: [address],
    labels: {instance: name, __metrics_path__: `/${at}`},
  }));
  const prometheus = await startPrometheus({target: targets, interval: `${intervalSeconds}s`, rules});
  try {
    while (told.some((count, at) => count < all[at]!.pages.length + BEHIND)) await once(server, 'request');
    const fired = new Map<string, string[]>([...recordings.keys()].map((name) => [name, []]));
    for (const {metric} of await prometheus.query(FIRED)) fired.get(metric['instance']!)!.push(metric['alertname']!);
    for (const names of fired.values()) names.sort();
    return fired;
  } finally {
    await prometheus.stop();
    server.close();
    server.closeAllConnections();
  }
}
