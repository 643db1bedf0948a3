import {describe, expect, it} from 'vitest';
import {ManualClock} from '../../src/clock.ts';
import {MOST_WAIT_MS, Moves, type Peer} from '../../src/collector/moves.ts';
import {Mark} from '../../src/collector/native/ring.ts';

/** Two threads that share nothing but what they send each other. */
function setUp() {
  const clock = new ManualClock(1_000);
  const queues: {number: number; state: string}[][] = [[], []];
  const events: string[] = [];
  const crowd = {is: false};
  const thread = (self: number): Moves<string> => {
    const target = {
      leave: (bucket: number) => {
        events.push(`${self} leaves ${bucket}`);
        return `what ${self} knew of ${bucket}`;
      },
      arrive: (bucket: number, state: string) => events.push(`${self} takes ${bucket}: ${state}`),
      backlog: (from: number) => events.push(`${self} backlog since ${from}`),
      endBacklog: () => events.push(`${self} backlog ends`),
    };
    const peer: Peer<string> = {
      send: (number, state) => queues[1 - self]!.push({number, state}),
      receive: () => queues[self]!.shift(),
    };
    const peers = self === 0 ? [undefined, peer] : [peer, undefined];
    return new Moves(target, peers, {now: () => clock.now(), at: (ms) => ms + 500}, () => crowd.is);
  };
  return {clock, crowd, events, threads: [thread(0), thread(1)] as const};
}

describe('a handover', () => {
  it('waits for what the other thread knows, and goes on with that', () => {
    const {events, threads} = setUp();
    expect(threads[1].onMark(Mark.Arrive, 9, 0, 3, 0)).toBe(false);
    expect(threads[0].onMark(Mark.Leave, 9, 1, 3, 0)).toBe(true);
    expect(threads[1].onMark(Mark.Arrive, 9, 0, 3, 0)).toBe(true);
    expect(events).toEqual(['0 leaves 9', '1 takes 9: what 0 knew of 9']);
    expect([threads[1].arrived, threads[1].lost]).toEqual([1, 0]);
  });

  it('goes on without where that takes too long, and takes nothing that comes too late', () => {
    const {clock, events, threads} = setUp();
    expect(threads[1].onMark(Mark.Arrive, 9, 0, 3, 0)).toBe(false);
    clock.set(1_000 + MOST_WAIT_MS - 1);
    expect(threads[1].onMark(Mark.Arrive, 9, 0, 3, 0)).toBe(false);
    clock.set(1_000 + MOST_WAIT_MS);
    expect(threads[1].onMark(Mark.Arrive, 9, 0, 3, 0)).toBe(true);
    threads[0].onMark(Mark.Leave, 9, 1, 3, 0);
    threads[0].onMark(Mark.Leave, 8, 1, 4, 0);
    expect(threads[1].onMark(Mark.Arrive, 8, 0, 4, 0)).toBe(true);
    expect(events).toEqual(['0 leaves 9', '0 leaves 8', '1 takes 8: what 0 knew of 8']);
    expect([threads[1].arrived, threads[1].lost]).toEqual([1, 1]);
    // The next one has its own time.
    expect(threads[1].onMark(Mark.Arrive, 7, 0, 5, 0)).toBe(false);
  });

  it('waits no longer than there is room for what comes meanwhile', () => {
    const {threads, crowd} = setUp();
    expect(threads[1].onMark(Mark.Arrive, 9, 0, 3, 0)).toBe(false);
    crowd.is = true;
    expect(threads[1].onMark(Mark.Arrive, 9, 0, 3, 0)).toBe(true);
    expect([threads[1].arrived, threads[1].lost]).toEqual([0, 1]);
  });

  it('never has two threads wait for each other', () => {
    const {threads} = setUp();
    // 0 gives 1 to the other and gets 2 from it: both marks stand in the order of the moves in both rings.
    expect(threads[0].onMark(Mark.Leave, 1, 1, 0, 0)).toBe(true);
    expect(threads[0].onMark(Mark.Arrive, 2, 1, 1, 0)).toBe(false);
    expect(threads[1].onMark(Mark.Arrive, 1, 0, 0, 0)).toBe(true);
    expect(threads[1].onMark(Mark.Leave, 2, 0, 1, 0)).toBe(true);
    expect(threads[0].onMark(Mark.Arrive, 2, 1, 1, 0)).toBe(true);
  });

  it('tells of pauses in front of the sockets', () => {
    const {events, threads} = setUp();
    threads[0].onMark(Mark.Backlog, 0, 0, 0, 100);
    threads[0].onMark(Mark.BacklogEnd, 0, 0, 0, 0);
    expect(events).toEqual(['0 backlog since 600', '0 backlog ends']);
  });
});
