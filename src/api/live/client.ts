import type {ClientMessage, SubscribeMessage} from '../../shared/live.ts';
import {CloseCode} from '../../shared/live.ts';
import {isSameSecret} from '../security.ts';
import {checkSubscription, type Subscription} from './subscription.ts';

/** What the hub needs of a socket; `ws` in production, a list in tests. */
export interface LiveSocket {
  readonly bufferedAmount: number;
  send(data: Buffer | string): void;
  close(code: number, reason: string): void;
}

/** Bytes on their way to a client before it counts as slow. */
const MAX_BUFFERED = 512 * 1024;

/** One browser: what it wants, and how far it has got. */
export class LiveClient {
  readonly socket: LiveSocket;
  readonly isJson: boolean;
  subscription: Subscription | undefined;
  /** The next frame answers a new subscription. */
  wantsSnapshot = false;
  /** Bins that were left out because this client did not keep up. */
  skippedBins = 0;
  /** What was sent last of each topic, by its version. */
  readonly sent = new Map<string, number>();
  private readonly token: string | undefined;
  private isAuthorized: boolean;
  /** Turned away: what it may still say is not heard. */
  private isRefused = false;

  /** `isAuthorized`: the request itself carried the token, or none is asked for. */
  constructor(socket: LiveSocket, isJson: boolean, token: string | undefined, isAuthorized: boolean) {
    this.socket = socket;
    this.isJson = isJson;
    this.token = token;
    this.isAuthorized = isAuthorized;
  }

  /** Whether what was sent before is still on its way. */
  get isSlow(): boolean {
    return this.socket.bufferedAmount > MAX_BUFFERED;
  }

  /** Takes a message. A wrong one closes the socket with a reason. Returns whether there is a new subscription. */
  receive(text: string): boolean {
    if (this.isRefused) return false;
    let message: ClientMessage;
    try {
      message = JSON.parse(text) as ClientMessage;
    } catch {
      return this.refuse(CloseCode.BadMessage, 'not JSON');
    }
    if (typeof message !== 'object' || message === null) return this.refuse(CloseCode.BadMessage, 'not an object');
    if (message.type === 'auth') return this.authorize(message.token);
    if (!this.isAuthorized) return this.refuse(CloseCode.Unauthorized, 'a token is needed first');
    if (message.type === 'subscribe') return this.subscribe(message);
    return this.refuse(CloseCode.BadMessage, 'unknown type');
  }

  /** The time for a token is over. */
  expectAuthorized(): void {
    if (!this.isAuthorized) this.refuse(CloseCode.Unauthorized, 'no token came');
  }

  /** The time for a first subscription is over. */
  expectSubscribed(): void {
    if (!this.subscription) this.refuse(CloseCode.BadMessage, 'no subscription came');
  }

  private authorize(token: unknown): boolean {
    if (this.isAuthorized) return false;
    if (typeof token !== 'string' || !isSameSecret(token, this.token!)) {
      return this.refuse(CloseCode.Unauthorized, 'wrong token');
    }
    this.isAuthorized = true;
    return false;
  }

  private subscribe(message: SubscribeMessage): boolean {
    const checked = checkSubscription(message);
    if (typeof checked === 'string') return this.refuse(CloseCode.BadMessage, checked);
    this.subscription = checked;
    this.wantsSnapshot = true;
    this.sent.clear();
    return true;
  }

  private refuse(code: number, reason: string): false {
    this.isRefused = true;
    this.subscription = undefined;
    this.wantsSnapshot = false;
    this.socket.close(code, reason);
    return false;
  }
}
