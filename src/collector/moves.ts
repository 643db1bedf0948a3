import {Mark, type MarkHandler} from './native/ring.ts';

/** A thread waits no longer for what another one knows of an agent: then nobody waits for it any more either. */
export const MOST_WAIT_MS = 2_000;

/** What knows of agents, by the bucket that they are dispatched by; and is told of pauses in front of it. */
export interface MoveTarget<State> {
  leave(bucket: number): State;
  arrive(bucket: number, state: State): void;
  backlog(from: number): void;
  endBacklog(): void;
}

/** The way to another thread. */
export interface Peer<State> {
  send(number: number, state: State): void;
  /** What came first and was not taken yet. */
  receive(): {number: number; state: State} | undefined;
}

export interface MoveClock {
  now(): number;
  at(monotonicMs: number): number;
}

/**
 * Hands over agents between threads at the marks that the dispatcher sets among their datagrams: the thread that they
 * leave sends what it knows of them, the one that they come to goes on behind its mark when it has that. Moves have one
 * order, in all rings, so that no two threads wait for each other.
 */
export class Moves<State> {
  /** Agents of a bucket came here: with what was known of them, and without. */
  arrived = 0;
  lost = 0;
  private readonly target: MoveTarget<State>;
  private readonly peers: readonly (Peer<State> | undefined)[];
  private readonly clock: MoveClock;
  private readonly isCrowded: () => boolean;
  private waitingSince = Number.NaN;

  /**
   * `peers` by thread; none for this one. `isCrowded` tells that so much waits behind a mark that datagrams would soon be
   * thinned: worse than to go on without what is known of one agent.
   */
  constructor(
    target: MoveTarget<State>,
    peers: readonly (Peer<State> | undefined)[],
    clock: MoveClock,
    isCrowded: () => boolean = () => false,
  ) {
    this.target = target;
    this.peers = peers;
    this.clock = clock;
    this.isCrowded = isCrowded;
  }

  /** For the reader of this thread's ring. */
  readonly onMark: MarkHandler = (mark, bucket, peer, number, timeMs) => {
    const {target} = this;
    if (mark === Mark.Leave) this.peers[peer]?.send(number, target.leave(bucket));
    else if (mark === Mark.Arrive) return this.arrive(bucket, peer, number);
    else if (mark === Mark.Backlog) target.backlog(this.clock.at(timeMs));
    else if (mark === Mark.BacklogEnd) target.endBacklog();
    return true;
  };

  private arrive(bucket: number, from: number, number: number): boolean {
    const peer = this.peers[from];
    for (let told = peer?.receive(); told !== undefined; told = peer?.receive()) {
      if (told.number !== number) continue; // of a move that was given up
      this.target.arrive(bucket, told.state);
      this.arrived++;
      return this.goOn();
    }
    const now = this.clock.now();
    if (Number.isNaN(this.waitingSince)) this.waitingSince = now;
    if (now - this.waitingSince < MOST_WAIT_MS && !this.isCrowded()) return false;
    this.lost++;
    return this.goOn();
  }

  private goOn(): true {
    this.waitingSince = Number.NaN;
    return true;
  }
}
