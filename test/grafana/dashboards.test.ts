import {createSocket} from 'node:dgram';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, describe, expect, it} from 'vitest';
import {datagram, flow, gauges} from '../account/support/wire.ts';
import {type Prometheus, startPrometheus} from '../support/prometheus.ts';
import {Rest, until} from '../support/rest.ts';
import {type Server, startServer} from '../support/server.ts';
import {needs} from '../support/tools.ts';
import {dashboards, groupingsOf, legendLabels, type Panel, queriesOf, selectorsOf} from './dashboards.ts';

/** Labels that Prometheus gives every series itself; ours of the same name it keeps as `exported_…`. */
const OWN_LABELS = ['instance', 'job'];
const RATE_INTERVAL = '1m';
const GRID_WIDTH = 24;

const overlap = (a: Panel['gridPos'], b: Panel['gridPos']) =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

describe('the shipped dashboards', () => {
  it('are those of the fabric, of links, of jobs and of data health', () => {
    const files = ['data-health.json', 'fabric.json', 'jobs.json', 'links.json'];
    expect(dashboards.map(({file}) => file)).toEqual(files);
    expect(new Set(dashboards.map(({uid}) => uid)).size).toBe(dashboards.length);
  });

  it.each(dashboards)('$file is one that Grafana 10 and later take, with the data source left open', (dashboard) => {
    const {panels, schemaVersion, templating, uid} = dashboard;
    expect(schemaVersion).toBeGreaterThanOrEqual(38);
    expect(uid).toMatch(/^[a-z-]{1,40}$/);
    expect(templating.list[0]).toMatchObject({name: 'datasource', type: 'datasource', query: 'prometheus'});
    expect(new Set(panels.map(({id}) => id)).size).toBe(panels.length);
    for (const {title, type, description, gridPos, targets = [], fieldConfig} of panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(GRID_WIDTH);
      if (type === 'row') continue;
      expect(description, title).toMatch(/\.$/);
      expect(fieldConfig?.defaults.unit, title).toBeDefined();
      expect(targets.length, title).toBeGreaterThan(0);
      expect(new Set(targets.map(({refId}) => refId)).size, title).toBe(targets.length);
      for (const {datasource, expr} of targets) {
        expect(datasource, title).toEqual({type: 'prometheus', uid: expect.stringMatching(/^\$\{datasource\}$/)});
        // No variable that is not there.
        for (const [, name] of expr.matchAll(/\$(?!__rate_interval)(\w+)/g)) {
          expect(templating.list.map((variable) => variable.name)).toContain(name);
        }
      }
    }
    panels.forEach((one, i) => {
      for (const other of panels.slice(i + 1)) {
        expect(overlap(one.gridPos, other.gridPos), `${one.title} over ${other.title}`).toBe(false);
      }
    });
  });
});

/** So that everything that a dashboard may show is there to be shown. */
const SETTINGS = `
alertWebhook: http://127.0.0.1:1/
thresholds:
  busy: {metric: roce-bits-per-second, scope: fabric, value: 1000000, for: 0s}
`;

needs('prometheus')('every query of the dashboards', () => {
  let server: Server | undefined;
  let prometheus: Prometheus | undefined;
  let stranger: Stranger | undefined;
  const folder = mkdtempSync(join(tmpdir(), 'tenhertz-grafana-'));
  afterEach(async () => {
    stranger?.stop();
    await prometheus?.stop();
    await server?.stop();
    rmSync(folder, {recursive: true, force: true});
  });

  it('asks for metrics and labels that there are, and is answered by the real Prometheus', {
    timeout: 240_000,
  }, async () => {
    const config = join(folder, 'tenhertz.yaml');
    writeFileSync(config, SETTINGS);
    server = await startServer({
      command: 'demo',
      args: ['--config', config],
      simulator: ['--scenario', 'drops', '--seed', '6'],
    });
    stranger = new Stranger(server.udpPort);
    const rest = new Rest(server.url);
    await until(
      'links',
      () => rest.links(),
      (links) => links.some(({in: {roce}}) => roce.samples),
    );
    const running = await startPrometheus({target: `127.0.0.1:${server.httpPort}`, interval: '1s'});
    prometheus = running;
    await running.queryUntil('count_over_time(up[1m]) > 3', (series) => series.length > 0);
    // What follows is an event that Prometheus has not seen yet.
    const topology = await fetch(`${server.url}/api/v1/topology`, {method: 'PUT', body: '{"links": {}}'});
    expect(topology.status).toBe(204);
    await fetch(`${server.url}/api/v1/topology`, {method: 'DELETE'});

    const wrong: string[] = [];
    for (const dashboard of dashboards) {
      for (const {where, expr, legend} of queriesOf(dashboard, RATE_INTERVAL)) {
        const answer = await running
          .queryUntil(expr, (series) => series.some(({value}) => Number.isFinite(value)))
          .catch((error: Error) => error);
        if (answer instanceof Error) {
          wrong.push(`${where}: ${answer.message}`);
          continue;
        }
        const labels = new Set(answer.flatMap(({metric}) => Object.keys(metric)));
        for (const label of legendLabels(legend)) if (!labels.has(label)) wrong.push(`${where}: no label ${label}`);
      }
    }
    const told = labelsByMetric(await (await fetch(`${server.url}/metrics`)).text());
    for (const dashboard of dashboards) {
      const variables = dashboard.templating.list.map(({query}) => (typeof query === 'string' ? '' : query.query));
      const asked = queriesOf(dashboard, RATE_INTERVAL).map(({where, expr}) => ({where, expr}));
      for (const {where, expr} of [...asked, ...variables.map((query) => ({where: dashboard.file, expr: query}))]) {
        const known = selectorsOf(expr).map(({name, labels}) => {
          if (!told.has(name)) wrong.push(`${where}: there is no ${name}`);
          const labelled = [...(told.get(name) ?? [])].map((label) => (label === 'job' ? 'exported_job' : label));
          const own = [...OWN_LABELS, ...labelled];
          for (const label of labels) if (!own.includes(label)) wrong.push(`${where}: ${name} has no label ${label}`);
          return own;
        });
        for (const label of groupingsOf(expr)) {
          if (!known.every((own) => own.includes(label))) wrong.push(`${where}: not all have a label ${label}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });
});

/** An agent that tells of queues and pauses, and of much that cannot be used. */
class Stranger {
  private readonly socket = createSocket('udp4');
  private readonly timer: NodeJS.Timeout;
  private sequence = 0;

  constructor(udpPort: number) {
    const agent = '198.51.100.7';
    this.timer = setInterval(() => {
      const sequence = ++this.sequence;
      const queued = flow({sequence: 2 * sequence, queue: 3, depth: 80_000, transit: 1_200});
      const paused = gauges([[11, sequence, 0, 10_000 * sequence, 0, 0]], {sequence});
      const whole = datagram([queued, flow({sequence: 2 * sequence + 1, rate: 0}), paused], {agent, sequence});
      const other = datagram([queued], {agent: '198.51.100.8', sequence});
      for (const bytes of [whole, other.subarray(0, other.length - 8), Buffer.from('GET / HTTP/1.1')]) {
        this.socket.send(bytes, udpPort, '127.0.0.1');
      }
    }, 100);
  }

  stop(): void {
    clearInterval(this.timer);
    this.socket.close();
  }
}

/** The labels of every metric that a page tells. */
function labelsByMetric(text: string): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const line of text.split('\n')) {
    const [, name, inner = ''] = /^([a-z_]+)(?:\{(.*)\})? \S+$/.exec(line) ?? [];
    if (name === undefined) continue;
    const labels = found.get(name) ?? new Set();
    found.set(name, labels);
    for (const [, label] of inner.matchAll(/([a-z_]+)="/g)) labels.add(label!);
  }
  return found;
}
