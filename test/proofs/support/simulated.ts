/** A simulated fabric before the server, in one process and in simulated time, with what really passed beside it. */
import {Moments} from '../../../src/fabric/history/moments.ts';
import type {Role} from '../../../src/fabric/ports.ts';
import {readBin, type Scope} from '../../../src/fabric/reader.ts';
import {ROLES} from '../../../src/fabric/roles/roles.ts';
import {BIN_MS} from '../../../src/shared/bins.ts';
import type {SimulationOptions} from '../../../src/simulator/options.ts';
import type {PortTallies} from '../../../src/simulator/ports.ts';
import {Simulation} from '../../../src/simulator/simulation.ts';
import type {PortRole, SwitchPlan} from '../../../src/simulator/topology.ts';
import type {TrafficFactory} from '../../../src/simulator/traffic.ts';
import {Transport, type TransportOptions} from '../../../src/simulator/transport.ts';
import {type RoleSums, sumByRole, type TruthSink} from '../../../src/simulator/truth.ts';
import {Pipeline} from './pipeline.ts';

const MAPPED = 0xffff;
const ADDRESS_AT = 8;
const IPV4 = 1;
/** What was held back on its way is late by no more. */
const SLICE_MS = 10;

interface Total {
  estimate: Moments;
  /** Bytes. */
  truth: number;
  /** Those of them that entered while nothing of their agent came through, by design of the scenario. */
  unheard: number;
}

export class Simulated {
  readonly pipeline: Pipeline;
  readonly simulation: Simulation;
  /** What entered at the ports of each role in final bins, and what the server says of it. */
  readonly totals: Record<Role, Total> = {
    edge: {estimate: new Moments(), truth: 0, unheard: 0},
    core: {estimate: new Moments(), truth: 0, unheard: 0},
    unknown: {estimate: new Moments(), truth: 0, unheard: 0},
  };
  /** Hears of each switch's bins what really passed. */
  onTruth: TruthSink = () => {};
  /** What passed the ports of each role, by bin. */
  private readonly truth = new Map<number, RoleSums>();
  /** Bytes that entered at ports of each role while nothing came through, by bin. */
  private readonly unheard = new Map<number, Record<PortRole, number>>();
  private totalFrom = Number.POSITIVE_INFINITY;

  readonly transport: Transport;
  private readonly aheadMs: () => number;

  /** `aheadMs`: how far the server's clock is ahead of the simulated time. `traffic` in place of what the options say. */
  constructor(
    options: SimulationOptions,
    transport: Partial<TransportOptions> = {},
    aheadMs = () => 0,
    traffic?: TrafficFactory,
  ) {
    this.aheadMs = aheadMs;
    this.pipeline = new Pipeline();
    const from = new Uint32Array(4);
    this.transport = new Transport(transport, options.seed, options.startMs, (bytes, length, atMs) => {
      readAddress(bytes, from);
      this.pipeline.receive(bytes, length, from, atMs + this.aheadMs());
    });
    const send = (bytes: Uint8Array, length: number, atMs: number) => this.transport.send(bytes, length, atMs);
    const hear: TruthSink = (bin, plan, tallies) => {
      this.onTruth(bin, plan, tallies);
      if (!this.truth.has(bin)) this.truth.set(bin, sumByRole(this.simulation.topology, tallies));
      const at = bin * BIN_MS - options.startMs;
      const isSilent = (transport.silences ?? []).some(
        ({afterMs, forMs, agent}) =>
          at + BIN_MS > afterMs && at < afterMs + forMs && (agent === undefined || agent === plan.agent),
      );
      if (isSilent) this.noteUnheard(bin, plan, tallies);
    };
    this.simulation = new Simulation(options, send, hear, traffic);
  }

  /** Lets so much time pass. */
  pass(ms: number): void {
    const to = this.simulation.nowMs + ms;
    while (this.simulation.nowMs < to) {
      this.simulation.advance(Math.min(to, this.simulation.nowMs + SLICE_MS));
      this.transport.advance(this.simulation.nowMs);
    }
    this.pipeline.ingest.tick(to + this.aheadMs());
    this.addUp();
  }

  /** Begins to total up, from a bin on. */
  total(from: number): void {
    this.totalFrom = from;
  }

  private noteUnheard(bin: number, {firstPort, ports}: SwitchPlan, tallies: PortTallies): void {
    const sums = this.unheard.get(bin) ?? {edge: 0, core: 0};
    this.unheard.set(bin, sums);
    for (let port = firstPort; port < firstPort + ports; port++) {
      sums[this.simulation.topology.role(port)] += tallies.in.bytes(port);
    }
  }

  private addUp(): void {
    const {fabric} = this.pipeline;
    const to = fabric.finalBin;
    for (; this.totalFrom < to; this.totalFrom++) {
      const bin = this.totalFrom;
      for (const role of ROLES) {
        const scope: Scope = {kind: 'fabric', role};
        readBin(fabric, scope, 'all', bin, this.totals[role].estimate);
        if (role === 'unknown') continue;
        this.totals[role].truth += this.truth.get(bin)![role].in.bytes;
        this.totals[role].unheard += this.unheard.get(bin)?.[role] ?? 0;
      }
      this.truth.delete(bin);
      this.unheard.delete(bin);
    }
  }
}

/** Agents send from their own address. */
function readAddress(bytes: Uint8Array, into: Uint32Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  if (view.getUint32(4) === IPV4) into.set([0, 0, MAPPED, view.getUint32(ADDRESS_AT)]);
  else for (let word = 0; word < 4; word++) into[word] = view.getUint32(ADDRESS_AT + 4 * word);
}
