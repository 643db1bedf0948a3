import {signal} from '@preact/signals';
import {type ClientMessage, CloseCode, LIVE_PATH, LIVE_PROTOCOL, type SubscribeMessage} from '../../src/shared/live.ts';
import {readBlocks, readHeader} from './frame.ts';
import type {Loop} from './loop.ts';
import type {Store} from './store.ts';

/** Where the socket stands. */
export type Status = 'connecting' | 'open' | 'lost' | 'login';

/** Waits between attempts: short at first, for a restart takes a second or two. */
const BACKOFF_MS = [500, 1000, 2000, 4000, 8000];

/** A socket that says nothing for so long is dead, whatever the browser believes. */
const SILENT_MS = 10_000;

const TOKEN_KEY = 'tenhertz.token';

/** Keeps the live socket open and puts what it says into the store. */
export class Connection {
  readonly status = signal<Status>('connecting');
  /** True where a token was given and turned down. */
  readonly refused = signal(false);
  /** When the connection was lost and when the next attempt is due, on the browser's monotonic clock. */
  lostAt = 0;
  retryAt = 0;
  readonly #store: Store;
  readonly #loop: Loop;
  readonly #url: string;
  #socket: WebSocket | null = null;
  #subscription: ((anew: boolean) => SubscribeMessage) | null = null;
  #failures = 0;
  #timer = 0;
  #openedAt = 0;

  constructor(store: Store, loop: Loop, url: string) {
    this.#store = store;
    this.#loop = loop;
    this.#url = url;
  }

  /** Address of the socket beside the page. */
  static urlFor(page: Location): string {
    return `${page.protocol === 'https:' ? 'wss:' : 'ws:'}//${page.host}${LIVE_PATH}`;
  }

  /**
   * Replaces the subscription. `make` is asked now, and again after every reconnection, with true: what was missed
   * meanwhile has to be asked for too.
   */
  subscribe(make: (anew: boolean) => SubscribeMessage): void {
    this.#subscription = make;
    this.#send(make(false));
  }

  /** Asks for everything shown once more: bins were left out on the way. */
  refresh(): void {
    if (this.#subscription !== null) this.#send(this.#subscription(true));
  }

  /** Keeps a token for this tab and tries again with it. */
  login(token: string): void {
    sessionStorage.setItem(TOKEN_KEY, token);
    this.open();
  }

  /** What a request beside the socket carries: the token, where there is one. */
  headers(): Record<string, string> {
    const token = sessionStorage.getItem(TOKEN_KEY);
    return token === null ? {} : {authorization: `Bearer ${token}`};
  }

  open(): void {
    clearTimeout(this.#timer);
    this.retryAt = 0;
    this.#drop();
    const socket = new WebSocket(this.#url, LIVE_PROTOCOL);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => this.#opened();
    socket.onmessage = (event: MessageEvent<unknown>) => this.#received(event.data);
    socket.onclose = (event) => this.#closed(event.code);
    this.#socket = socket;
  }

  /** Called twice a second: gives up a socket that has fallen silent. */
  watch(now: number): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    if (now - Math.max(this.#store.arrivedAt, this.#openedAt) < SILENT_MS) return;
    this.#drop();
    this.#closed(1006);
  }

  #drop(): void {
    const socket = this.#socket;
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    this.#socket = null;
  }

  #opened(): void {
    this.#openedAt = performance.now();
    const token = sessionStorage.getItem(TOKEN_KEY);
    if (token !== null) this.#send({type: 'auth', token});
    if (this.#subscription !== null) this.#send(this.#subscription(true));
  }

  #received(data: unknown): void {
    if (!(data instanceof ArrayBuffer)) return;
    const start = performance.now();
    const header = readHeader(data);
    if (header === null) return;
    this.#failures = 0;
    // Only a frame proves that the server lets this page in: a token is turned down after the socket has opened.
    if (this.status.peek() !== 'open') this.status.value = 'open';
    if (this.refused.peek()) this.refused.value = false;
    this.#store.begin(header, start);
    readBlocks(data, this.#store);
    this.#loop.handled.push(performance.now() - start);
    this.#loop.request();
  }

  #closed(code: number): void {
    this.#socket = null;
    if (code === CloseCode.Unauthorized) {
      this.refused.value = sessionStorage.getItem(TOKEN_KEY) !== null;
      sessionStorage.removeItem(TOKEN_KEY);
      this.status.value = 'login';
      return;
    }
    const now = performance.now();
    if (this.status.peek() !== 'lost') this.lostAt = this.#store.arrivedAt >= 0 ? this.#store.arrivedAt : now;
    this.status.value = 'lost';
    const wait = BACKOFF_MS[Math.min(this.#failures++, BACKOFF_MS.length - 1)]!;
    // Many pages must not come back in the same instant.
    this.retryAt = now + wait * (0.8 + Math.random() * 0.4);
    this.#timer = window.setTimeout(() => this.open(), this.retryAt - now);
  }

  #send(message: ClientMessage): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}
