import {Count} from '../../account/ledger.ts';
import type {Fabric} from '../fabric.ts';

/** What one ingest thread does. */
export interface IngestThread {
  thread: number;
  /** Agents that it handles: whose last datagram came through it. */
  agents: number;
  /** Datagrams since the start. */
  datagrams: number;
}

/** The ingest threads, by the producer of their Partials, and how often agents went from one to another. */
export function ingestThreads({agents, producers, counts}: Fabric) {
  const threads = [...producers.datagrams].map(([thread, datagrams]): IngestThread => ({thread, agents: 0, datagrams}));
  threads.sort((a, b) => a.thread - b.thread);
  const byNumber = new Map(threads.map((one) => [one.thread, one]));
  for (const {producer} of agents.all) {
    const thread = byNumber.get(producer);
    if (thread) thread.agents++;
  }
  return {threads, moves: counts[Count.Moves]!, movesLost: counts[Count.MovesLost]!};
}
