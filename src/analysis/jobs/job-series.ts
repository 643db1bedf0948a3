import type {Fabric} from '../../fabric/fabric.ts';
import {TICKS_PER_BIN} from '../../fabric/history/port-ticks.ts';
import type {Port} from '../../fabric/ports.ts';
import {TICK_MS} from '../../shared/bins.ts';

/** Bins that are remembered: periods of a minute take eight cycles to be sure of. */
const MEMORY_BINS = 6_400;
/** An agent with less of the samples does not decide how well their times are known. */
const LEAST_SHARE = 0.1;

/** RoCEv2 samples by ticks that came in from the hosts of one job. */
export class JobSeries {
  private counts = new Float64Array(64 * TICKS_PER_BIN);
  private bins = 0;
  /** The next bin to take. */
  private next = Number.NaN;
  private ports: readonly Port[] = [];
  private slots = new Set<number>();
  private known = new Map<string, Port>();
  private readonly fabric: Fabric;
  /** The last bin that had samples, NaN before the first. */
  lastActive = Number.NaN;

  constructor(fabric: Fabric) {
    this.fabric = fabric;
  }

  /** Ticks that are known. */
  get length(): number {
    return this.bins * TICKS_PER_BIN;
  }

  /** The port that a host's traffic comes in at, as it was known last. */
  port(host: string): Port | undefined {
    return this.known.get(host);
  }

  /**
   * Takes the final bins since the last call; where the hosts' ports are others than before, all that is kept of them.
   * `portOf` tells the port of a host; one that is silent keeps the port that it had.
   */
  advance(hosts: readonly string[], portOf: (host: string) => Port | undefined): void {
    const {fabric} = this;
    const known = new Map<string, Port>();
    for (const host of hosts) {
      const port = portOf(host) ?? this.known.get(host);
      if (port) known.set(host, port);
    }
    this.known = known;
    const ports = [...new Set(known.values())];
    const end = fabric.finalBin;
    const isSame = ports.length === this.ports.length && ports.every((port) => this.slots.has(port.slot));
    const oldest = Math.max(fabric.firstBin, end - fabric.portTicks.depth);
    if (!isSame || !(this.next >= oldest)) {
      this.ports = ports;
      this.slots = new Set(ports.map(({slot}) => slot));
      this.bins = 0;
      this.next = oldest;
    }
    const from = this.next;
    const bins = end - from;
    if (!(bins > 0)) return;
    this.reserve(this.bins + bins);
    const fresh = this.counts.subarray(this.length, this.length + bins * TICKS_PER_BIN);
    fresh.fill(0);
    for (const port of ports) fabric.portTicks.addTo(port.slot, from, end, fresh);
    for (let i = fresh.length - 1; i >= 0; i--) {
      if (fresh[i] === 0) continue;
      this.lastActive = from + Math.floor(i / TICKS_PER_BIN);
      break;
    }
    this.bins += bins;
    this.next = end;
    if (this.bins > MEMORY_BINS) {
      const drop = this.bins - MEMORY_BINS;
      this.counts.copyWithin(0, drop * TICKS_PER_BIN, this.length);
      this.bins = MEMORY_BINS;
    }
  }

  /** What was counted elsewhere and is to be looked at, of one of several jobs on the same ports. */
  own: {counts: Float64Array; stepMs: number} | undefined;

  /** The samples of this job alone, as far as they can be told from those of others on the same ports. */
  counted(): {counts: Float64Array; stepMs: number} {
    return this.own ?? {counts: this.copy(), stepMs: TICK_MS};
  }

  /** A copy of the last ticks, at most `most` of them. */
  copy(most = Number.POSITIVE_INFINITY): Float64Array {
    return this.counts.slice(Math.max(0, this.length - most), this.length);
  }

  /** By how much the times of the samples may be off, ms: by the worst of the agents that send much. */
  get resolutionMs(): number {
    const second = Math.floor(this.fabric.time / 1_000);
    const agents = [...new Set(this.ports.map(({agent}) => agent))].map(({recent}) => recent.before(second));
    const received = agents.reduce((sum, one) => sum + one.received, 0);
    const many = agents.filter((one) => one.received >= LEAST_SHARE * received);
    return Math.max(TICK_MS, ...many.map(({uncertainMs}) => uncertainMs ?? 0));
  }

  private reserve(bins: number): void {
    if (bins * TICKS_PER_BIN <= this.counts.length) return;
    const longer = new Float64Array(Math.max(2 * this.counts.length, bins * TICKS_PER_BIN));
    longer.set(this.counts.subarray(0, this.length));
    this.counts = longer;
  }
}
