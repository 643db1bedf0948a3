import {defaultOptions, type SimulationOptions} from '../../src/simulator/options.ts';
import {Simulation} from '../../src/simulator/simulation.ts';
import type {TrafficFactory} from '../../src/simulator/traffic.ts';
import {truthLines} from '../../src/simulator/truth.ts';
import {
  type Walked,
  type WalkedCounters,
  type WalkedDiscard,
  type WalkedFlow,
  type WalkedHost,
  walk,
} from './walker.ts';

export interface Sums {
  bytes: number;
  frames: number;
  roceBytes: number;
  roceFrames: number;
}

export interface TruthLine {
  bin: number;
  agent: string;
  ifIndex: number;
  in: Sums;
  out: Sums;
  dropped?: Sums;
  role: 'edge' | 'core';
}

/** Some time in 2025, on the edge of a bin. */
export const START_MS = 1_750_000_000_000;

export const small: SimulationOptions = {...defaultOptions, nodes: 16, startMs: START_MS, sampling: 1_000, seed: 7};

export interface Recorded {
  datagrams: (Walked & {length: number; atMs: number})[];
  flows: WalkedFlow[];
  counters: WalkedCounters[];
  discards: WalkedDiscard[];
  hosts: WalkedHost[];
  truth: TruthLine[];
}

/** Runs so much simulated time and reads everything that came out. */
export function simulate(options: SimulationOptions, ms: number, traffic?: TrafficFactory): Recorded {
  const recorded: Recorded = {datagrams: [], flows: [], counters: [], discards: [], hosts: [], truth: []};
  const simulation: Simulation = new Simulation(
    options,
    (bytes, length, atMs) => {
      const walked = walk(bytes, length, atMs);
      recorded.datagrams.push({...walked, length, atMs});
      for (const sample of walked.samples) {
        if (sample.kind === 'flow') recorded.flows.push(sample);
        else if (sample.kind === 'counters') recorded.counters.push(sample);
        else if (sample.kind === 'discard') recorded.discards.push(sample);
        else recorded.hosts.push(sample);
      }
    },
    (bin, plan, tallies) => {
      for (const line of truthLines(bin, plan, tallies, simulation.topology).split('\n')) {
        if (line !== '') recorded.truth.push(JSON.parse(line));
      }
    },
    traffic,
  );
  simulation.advance(options.startMs + ms);
  simulation.end();
  return recorded;
}

export function groupBy<T, K>(items: readonly T[], key: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}
