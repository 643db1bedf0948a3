import {readFile} from 'node:fs/promises';
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {extname, join, normalize} from 'node:path';
import {json} from 'node:stream/consumers';
import {type WebSocket, WebSocketServer} from 'ws';
import {REVISED_BINS} from '../../../src/shared/bins.ts';
import {
  type ClientMessage,
  CloseCode,
  DIRECTION_NAMES,
  FrameFlag,
  LIVE_PATH,
  LIVE_PROTOCOL,
  type SubscribeMessage,
} from '../../../src/shared/live.ts';
import {fakeAnalysis, fakeTrend} from './fake-analysis.ts';
import {FakeFabric, REFERENCE, type Scenario} from './fake-fabric.ts';
import {fakeAgents, fakeEvents, fakeHealth, fakeLinks} from './fake-health.ts';
import {fakeSeries} from './fake-series.ts';
import {FrameBuilder} from './frame-builder.ts';

/** The header that the real server sends with the page. */
export const POLICY = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

export interface FakeOptions {
  /** Folder of the built page. */
  root: string;
  scenario?: Partial<Scenario>;
  token?: string;
  /** Port to listen on; any free one by default. */
  port?: number;
}

interface Client {
  socket: WebSocket;
  subscription: SubscribeMessage | null;
  authorized: boolean;
}

/** Serves the page and a live socket with invented figures, on loopback. */
export class FakeServer {
  fabric: FakeFabric;
  /** Messages that pages sent, for tests to look at. */
  readonly received: ClientMessage[] = [];
  /** What pages asked of REST. */
  readonly asked: string[] = [];
  /** What pages put. */
  readonly put: {path: string; body: unknown}[] = [];
  readonly #options: FakeOptions;
  readonly #http: Server;
  readonly #sockets = new WebSocketServer({noServer: true, handleProtocols: () => LIVE_PROTOCOL});
  readonly #clients = new Set<Client>();
  #timer: NodeJS.Timeout | undefined;
  #newest = 0;

  constructor(options: FakeOptions) {
    this.#options = options;
    this.fabric = new FakeFabric({...REFERENCE, ...options.scenario});
    this.#http = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://localhost');
      if (request.method === 'PUT') {
        void json(request).then((body) => {
          this.put.push({path: url.pathname, body});
          response.writeHead(204).end();
        });
        return;
      }
      const answer = this.#rest(url, request.headers.authorization);
      if (answer !== undefined) {
        response.statusCode = answer === null ? 401 : 200;
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(answer));
        return;
      }
      void this.#file(url.pathname).then((file) => {
        response.setHeader('content-security-policy', POLICY);
        response.setHeader('content-type', file?.type ?? 'text/plain');
        response.statusCode = file === null ? 404 : 200;
        response.end(file?.body ?? 'not found');
      });
    });
    this.#http.on('upgrade', (request, socket, head) => {
      if (new URL(request.url ?? '/', 'http://localhost').pathname !== LIVE_PATH) socket.destroy();
      else this.#sockets.handleUpgrade(request, socket, head, (client) => this.#welcome(client));
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  /** Changes what is pretended while pages look on. */
  pretend(change: Partial<Scenario>): void {
    this.fabric = new FakeFabric({...this.fabric.scenario, ...change});
    for (const client of this.#clients) this.#snapshot(client);
  }

  async start(): Promise<this> {
    await new Promise<void>((done) => this.#http.listen(this.#options.port ?? 0, '127.0.0.1', done));
    this.#newest = Math.floor(Date.now() / 100) - 1;
    this.#timer = setInterval(() => this.#tick(), 100);
    return this;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    for (const {socket} of this.#clients) socket.terminate();
    this.#sockets.close();
    this.#http.closeAllConnections();
    await new Promise<void>((done) => this.#http.close(() => done()));
  }

  /** What REST answers; null without the token, undefined where there is nothing. */
  #rest({pathname, searchParams}: URL, authorization: string | undefined): unknown {
    if (!/^\/(api\/v1|app)\//.test(pathname)) return undefined;
    this.asked.push(pathname + (searchParams.size > 0 ? `?${searchParams}` : ''));
    const {token} = this.#options;
    if (token !== undefined && authorization !== `Bearer ${token}`) return null;
    const finalBefore = (this.#newest - 12) * 100;
    if (pathname === '/app/ai-metrics/scripts/metrics.js/trend/json') {
      return fakeTrend(this.fabric, finalBefore, Number(searchParams.get('after') ?? 0));
    }
    if (pathname === '/app/ai-metrics/scripts/metrics.js/metric/json') {
      return {discards_in: 0, discards_out: this.fabric.scenario.dropping ? 4_200 : 0};
    }
    if (pathname.endsWith('/series')) return fakeSeries(this.fabric, pathname, searchParams, finalBefore);
    switch (pathname.slice('/api/v1/'.length)) {
      case 'health':
        return {finalBefore, ...fakeHealth(this.fabric)};
      case 'agents':
        return {finalBefore, agents: fakeAgents(this.fabric, finalBefore)};
      case 'links':
        return {finalBefore, links: fakeLinks(this.fabric, searchParams.get('agent') ?? '')};
      default:
        return fakeAnalysis(pathname.slice('/api/v1/'.length), searchParams, this.fabric, finalBefore);
    }
  }

  async #file(path: string): Promise<{type: string; body: Buffer} | null> {
    const name = normalize(path === '/' ? '/index.html' : path);
    try {
      return {
        type: TYPES[extname(name)] ?? 'application/octet-stream',
        body: await readFile(join(this.#options.root, name)),
      };
    } catch {
      return null;
    }
  }

  #welcome(socket: WebSocket): void {
    const client: Client = {socket, subscription: null, authorized: this.#options.token === undefined};
    this.#clients.add(client);
    socket.on('close', () => this.#clients.delete(client));
    socket.on('message', (data) => {
      const message = JSON.parse(String(data)) as ClientMessage;
      this.received.push(message);
      if (!client.authorized) {
        client.authorized = message.type === 'auth' && message.token === this.#options.token;
        if (!client.authorized) socket.close(CloseCode.Unauthorized, 'token');
      } else if (message.type === 'subscribe') {
        client.subscription = message;
        this.#snapshot(client);
      }
    });
  }

  #snapshot(client: Client): void {
    const subscription = client.subscription;
    if (subscription === null) return;
    const count = Math.min(3000, subscription.history ?? REVISED_BINS);
    const frame = this.#frame(subscription, this.#newest - count + 1, count);
    frame.topic({topic: 'links', revision: 1, links: this.fabric.scenario.receiving ? this.fabric.list : []});
    frame.topic(this.fabric.summary(this.#newest));
    frame.topic(this.#flows());
    frame.topic(fakeEvents(this.fabric.scenario.events, Date.now()));
    client.socket.send(frame.build(this.#newest, this.#newest - 11, Date.now(), FrameFlag.Snapshot));
  }

  #flows() {
    return {
      topic: 'flows' as const,
      window: 5,
      flows: this.fabric.flows(this.#newest),
      other: {flows: 1904, bitsPerSecond: 9.1e12, low: 9.0e12, high: 9.2e12},
    };
  }

  #tick(): void {
    const newest = Math.floor(Date.now() / 100) - 1;
    while (this.#newest < newest) {
      this.#newest++;
      for (const client of this.#clients) {
        if (client.subscription === null || client.socket.bufferedAmount > 1e7) continue;
        // The newest bin, and one that was revised.
        const frame = this.#frame(client.subscription, this.#newest - 1, 2);
        if (this.#newest % 5 === 0) frame.topic(this.fabric.summary(this.#newest));
        if (this.#newest % 10 === 0) frame.topic(this.#flows());
        client.socket.send(frame.build(this.#newest, this.#newest - 11, Date.now()));
      }
    }
  }

  #frame(subscription: SubscribeMessage, firstBin: number, count: number): FrameBuilder {
    const {fabric} = this;
    const frame = new FrameBuilder();
    if (!fabric.scenario.receiving) return frame;
    const bins = Array.from({length: count}, (_, i) => firstBin + i);
    const measure = subscription.measure ?? 'roce';
    frame.fabric(
      firstBin,
      bins.map((bin) => fabric.total(bin, this.#newest, 'roce')),
      bins.map((bin) => fabric.total(bin, this.#newest, 'all')),
    );
    for (const id of subscription.links ?? []) {
      const link = fabric.list.findIndex((l) => l.id === id);
      if (link < 0) continue;
      for (const direction of DIRECTION_NAMES) {
        if (![direction, 'both'].includes(subscription.direction ?? 'in')) continue;
        const figures = bins.map((bin) =>
          fabric.link(direction === 'in' ? link : link + 1, bin, this.#newest, measure),
        );
        frame.link(fabric.list[link]!.slot, measure, direction, firstBin, figures);
      }
    }
    if (subscription.heatmap === true) {
      const slots = fabric.scenario.links;
      const cells = new Uint8Array(slots * count);
      for (const [i, bin] of bins.entries()) fabric.column(bin, this.#newest, measure, cells, i * slots);
      frame.heatmap(0, slots, firstBin, count, cells);
    }
    return frame;
  }
}
