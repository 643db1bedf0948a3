/**
 * A stream of datagrams whose samples are drawn from frames that a test states, told as Partials: what arrives, what
 * the numbers say is missing, and what pools and drops claim.
 */
import type {Random} from '../../src/simulator/random.ts';
import type {Content, SampleRow, SourceRow} from './partial-builder.ts';
import {AGENT, IN} from './partial-builder.ts';

/** What a source tells as its pool. */
export type PoolKind = 'none' | 'fake' | 'own' | 'double' | 'device' | 'garbage';

export interface DrawnPort {
  ifIndex: number;
  /** N that it really samples by, and that it claims. */
  rate: number;
  claims?: number;
  /** Frames of a bin, all of one length. */
  frames(bin: number): number;
  length?: number;
}

export interface StreamOptions {
  agent?: string;
  subAgent?: number;
  ports: readonly DrawnPort[];
  pool?: PoolKind;
  /** Samples a bin that the agent makes at most; the others are drops. */
  policer?: number;
  /** Whether samples are numbered; some agents leave the number as it is. */
  numbered?: boolean;
}

const SAMPLES_PER_DATAGRAM = 6;
const LENGTH = 1_000;

interface State {
  port: DrawnPort;
  /** Frames until the next sample. */
  left: number;
  pool: number;
  /** What was told of it last, and whether anything was. */
  toldPool: number;
  started: boolean;
  /** Lost and dropped since the last sample that arrived. */
  lost: number;
  drops: number;
  /** Since the sources were told last. */
  row: SourceRow;
}

export class DrawnStream {
  /** Frames and bytes that really passed, by ifIndex. */
  readonly truth = new Map<number, {frames: number; bytes: number}>();
  private readonly options: StreamOptions;
  private readonly random: Random;
  private readonly states: State[];
  private devicePool = 0;
  private datagramsLost = 0;
  private silentSince: number | undefined;

  constructor(options: StreamOptions, random: Random) {
    this.options = options;
    this.random = random;
    this.states = options.ports.map((port) => ({
      port,
      left: this.gap(port.rate),
      pool: random.below(2 ** 32),
      toldPool: 0,
      started: false,
      lost: 0,
      drops: 0,
      row: this.rowOf(port),
    }));
    for (const {ifIndex} of options.ports) this.truth.set(ifIndex, {frames: 0, bytes: 0});
  }

  /** One bin, of whose datagrams each is lost with probability `loss`. */
  bin(bin: number, loss = 0): Required<Pick<Content, 'rows' | 'heard' | 'sources'>> {
    const {agent = AGENT, subAgent = 0, policer = Number.POSITIVE_INFINITY, numbered = true} = this.options;
    const taken = this.draw(bin).sort((a, b) => a.at - b.at);
    const lengths = new Map<State, number[]>();
    const heard = {
      agent,
      subAgent,
      at: bin * 100 + 99,
      received: 0,
      missing: 0,
      flowSamples: 0,
      missingFlowSamples: 0,
      agentDrops: 0,
    };
    const before = this.devicePool;
    let isLost = false;
    taken.forEach(({state, at}, i) => {
      if (i >= policer) {
        state.drops++;
        return;
      }
      if (i % SAMPLES_PER_DATAGRAM === 0) {
        isLost = this.random.uniform() < loss;
        if (isLost) this.datagramsLost++;
        else {
          heard.received++;
          heard.missing += this.datagramsLost;
          this.datagramsLost = 0;
        }
      }
      if (isLost) {
        state.lost++;
        return;
      }
      heard.flowSamples++;
      if (numbered) heard.missingFlowSamples += state.lost;
      if (state.started) heard.agentDrops += state.drops;
      this.tell(state, bin, at, before);
      lengths.set(state, [...(lengths.get(state) ?? []), state.port.length ?? LENGTH]);
    });
    this.devicePool += this.passed(bin);
    const rows = [...lengths].map(([{port}, roce]): SampleRow => {
      return {bin, agent, subAgent, port: port.ifIndex, side: IN, rate: port.claims ?? port.rate, roce};
    });
    const silence = this.silence(bin, heard.received > 0);
    return {rows, heard: [{...heard, longestGapMs: silence}], sources: (bin + 1) % 10 === 0 ? this.sources() : []};
  }

  /** When the samples of a bin are taken, as shares of it. */
  private draw(bin: number): {state: State; at: number}[] {
    const taken: {state: State; at: number}[] = [];
    for (const state of this.states) {
      const {port} = state;
      const frames = port.frames(bin);
      const truth = this.truth.get(port.ifIndex)!;
      truth.frames += frames;
      truth.bytes += frames * (port.length ?? LENGTH);
      let next = state.left;
      for (; next < frames; next += 1 + this.gap(port.rate)) taken.push({state, at: (next + 1) / frames});
      state.left = next - frames;
    }
    return taken;
  }

  private passed(bin: number): number {
    return this.states.reduce((sum, {port}) => sum + port.frames(bin), 0);
  }

  /** A sample arrives. */
  private tell(state: State, bin: number, at: number, before: number): void {
    const {row} = state;
    const pool = this.poolOf(state, bin, at, before);
    row.samples++;
    if (state.started) {
      row.spanned!++;
      if (this.options.numbered ?? true) row.missing! += state.lost;
      row.poolDelta! += (pool - state.toldPool) >>> 0;
      row.agentDrops! += state.drops;
    }
    state.started = true;
    state.toldPool = pool;
    state.lost = 0;
    state.drops = 0;
    row.pool = pool;
    row.lastSeen = (bin + at) * 100;
  }

  private poolOf(state: State, bin: number, at: number, before: number): number {
    const {port} = state;
    const claims = port.claims ?? port.rate;
    switch (this.options.pool ?? 'none') {
      case 'none':
        return 0;
      case 'fake':
        return (state.toldPool + claims * (1 + state.lost)) >>> 0;
      case 'own':
        return (state.pool + this.framesUpTo(state, bin) + Math.round(at * port.frames(bin))) >>> 0;
      case 'double':
        return (state.pool + 2 * (this.framesUpTo(state, bin) + Math.round(at * port.frames(bin)))) >>> 0;
      case 'device':
        return Math.round(before + at * this.passed(bin)) >>> 0;
      case 'garbage':
        return this.random.below(2 ** 32);
    }
  }

  /** Frames of a port before a bin. */
  private framesUpTo(state: State, bin: number): number {
    return this.truth.get(state.port.ifIndex)!.frames - state.port.frames(bin);
  }

  private sources(): SourceRow[] {
    const told = this.states.filter(({row}) => row.samples > 0);
    return told.map((state) => {
      const {row} = state;
      state.row = this.rowOf(state.port);
      return row;
    });
  }

  private rowOf({ifIndex, rate, claims = rate}: DrawnPort): SourceRow {
    const {agent = AGENT, subAgent = 0} = this.options;
    return {
      agent,
      subAgent,
      source: ifIndex,
      rate: claims,
      samples: 0,
      spanned: 0,
      missing: 0,
      poolDelta: 0,
      agentDrops: 0,
    };
  }

  /** Ms between datagrams; a bin with any ends a silence. */
  private silence(bin: number, isHeard: boolean): number {
    if (!isHeard) {
      this.silentSince ??= bin;
      return 0;
    }
    const since = this.silentSince ?? bin;
    this.silentSince = undefined;
    return (bin - since) * 100;
  }

  /** Frames between two samples: each is taken with probability 1/N. */
  private gap(rate: number): number {
    return rate <= 1 ? 0 : Math.floor(Math.log(this.random.uniform()) / Math.log1p(-1 / rate));
  }
}
