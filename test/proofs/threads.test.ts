/** The fabric takes agents that go from one ingest thread to another for the ones that they are. */
import {expect, it} from 'vitest';
import {type AccountLimits, DEFAULT_LIMITS} from '../../src/account/accountant.ts';
import {decodePartial} from '../../src/account/codec.ts';
import {Fabric} from '../../src/fabric/fabric.ts';
import {Direction} from '../../src/fabric/rows.ts';
import {Random} from '../../src/simulator/random.ts';
import {Threads} from '../account/support/threads.ts';
import {proofCount, proofSeed} from '../support/proof.ts';
import {DrawnAgent} from './support/drawn-agent.ts';

const LIMITS: AccountLimits = {...DEFAULT_LIMITS, agents: 32, rows: 256, cells: 2_048, flows: 512, counters: 64};
const START = 1_790_000_000_000;
const SECONDS = 12;
const SLOT_MS = 10;
const AGENTS = 6;
const PORTS = [1, 2, 3];

interface Run {
  fabric: Fabric;
  moves: number;
}

/** Agents whose datagrams are lost, come twice and overtake each other; drawn alike however many threads there are. */
function run(seed: number, threads: number): Run {
  const fabric = new Fabric({depth: 1_000, flows: 500});
  const partials: ArrayBuffer[] = [];
  const all = new Threads(threads, LIMITS, (encoded) => partials.push(encoded));
  const random = new Random(seed, 1);
  const moving = new Random(seed, 2);
  const way: {at: number; bytes: Uint8Array; from: Uint32Array}[] = [];
  const take = (bytes: Uint8Array, length: number, from: Uint32Array, at: number) => {
    if (random.uniform() < 0.1) return;
    const copy = {bytes: bytes.slice(0, length), from: from.slice()};
    way.push({...copy, at: at + (random.uniform() < 0.1 ? 5 + random.below(60) : 0)});
    if (random.uniform() < 0.1) way.push({...copy, at: at + 5 + random.below(60)});
  };
  const agents = Array.from({length: AGENTS}, (_, i) => new DrawnAgent(`10.9.0.${i + 1}`, START, random, take));
  for (const agent of agents) for (const port of PORTS) agent.addPort(port, 1_000);
  for (let ms = 0; ms < SECONDS * 1_000; ms += SLOT_MS) {
    const now = START + ms;
    agents.forEach((agent, i) => {
      if (i === 3 && ms === 6_000) agent.restart(now);
      for (const port of PORTS) agent.frames(port, 1_088, 400 * port * (1 + (i % 2)), now);
      if ((ms / SLOT_MS) % 3 === i % 3) agent.flush(now);
    });
    const due = way.filter(({at}) => at <= now).sort((a, b) => a.at - b.at);
    way.splice(0, way.length, ...way.filter(({at}) => at > now));
    for (const {bytes, from} of due) all.receive(bytes, from, now);
    all.tick(now);
    if (ms % 100 === 0 && threads > 1 && moving.uniform() < 0.5) all.moveAny(moving);
    for (const encoded of partials.splice(0)) fabric.apply(decodePartial(encoded));
  }
  all.finish();
  for (const encoded of partials.splice(0)) fabric.apply(decodePartial(encoded));
  return {fabric, moves: all.moves};
}

/** What does not depend on how often something was told. */
function ledgerOf({agents, lateRows, producers, newest}: Fabric) {
  const streams = agents.all.map(({address, subAgents}) => {
    const {received, missing, duplicates, late, restarts, ...rest} = subAgents.get(0)!;
    const {flowSamples, missingFlowSamples, agentDrops, uptimeMs} = rest;
    return {
      address,
      received,
      missing,
      duplicates,
      late,
      restarts,
      flowSamples,
      missingFlowSamples,
      agentDrops,
      uptimeMs,
    };
  });
  streams.sort((a, b) => (a.address < b.address ? -1 : 1));
  return {streams, lateRows, lost: producers.lost, newest};
}

/** Bytes by link, corrected. */
function bytesOf({ports, totals}: Fabric): Map<string, number> {
  const links = ports.all.filter((port) => port !== undefined && PORTS.includes(port.ifIndex));
  return new Map(links.map(({id, slot}) => [id, totals.ofLink(slot, Direction.In).allBytes]));
}

/** Sampled frames by link and bin. */
function samplesOf({rows, rings, newest}: Fabric): Map<string, number> {
  const sums = new Map<string, number>();
  for (const row of rows.all) {
    if (row === undefined || row.direction !== Direction.In) continue;
    for (let bin = newest - SECONDS * 10; bin <= newest; bin++) {
      const frames = rings.chunk(row.index).frames[rings.at(row.index, bin)]!;
      const key = `${row.port.id} ${bin}`;
      if (frames > 0) sums.set(key, (sums.get(key) ?? 0) + frames);
    }
  }
  return sums;
}

it('agents that move between threads are told of as if one had followed them', () => {
  const first = proofSeed();
  for (let seed = first; seed < first + proofCount(3, 400); seed++) {
    const one = run(seed, 1);
    const several = run(seed, 2 + (seed % 3));
    expect(several.moves, `seed ${seed}`).toBeGreaterThan(15);
    expect(ledgerOf(several.fabric), `seed ${seed}`).toEqual(ledgerOf(one.fabric));
    expect(samplesOf(several.fabric), `seed ${seed}`).toEqual(samplesOf(one.fabric));
    const bytes = bytesOf(several.fabric);
    expect(bytes.size).toBe(AGENTS * PORTS.length);
    // What is missing is laid upon the bins that it is said of, and which those are depends on when it was told.
    const ratios = [...bytesOf(one.fabric)].map(([id, was]) => bytes.get(id)! / was);
    for (const ratio of ratios) expect(Math.abs(ratio - 1), `seed ${seed}`).toBeLessThan(0.05);
    const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
    expect(Math.abs(mean - 1), `seed ${seed}`).toBeLessThan(0.005);
  }
});
