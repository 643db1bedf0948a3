/** A simulated fabric before the server, in one process and in simulated time, with what really passed beside it. */
import {Moments} from '../../../src/fabric/moments.ts';
import type {Role} from '../../../src/fabric/ports.ts';
import {readBin, type Scope} from '../../../src/fabric/reader.ts';
import type {SimulationOptions} from '../../../src/simulator/options.ts';
import {Simulation} from '../../../src/simulator/simulation.ts';
import {type RoleSums, sumByRole} from '../../../src/simulator/truth.ts';
import {Pipeline} from './pipeline.ts';

const MAPPED = 0xffff;
const ADDRESS_AT = 8;
const IPV4 = 1;

export class Simulated {
  readonly pipeline: Pipeline;
  readonly simulation: Simulation;
  /** What passed the ports of each role, by bin. */
  readonly truth = new Map<number, RoleSums>();

  constructor(options: SimulationOptions) {
    this.pipeline = new Pipeline(3_000);
    const from = new Uint32Array(4);
    const take = (bytes: Uint8Array, length: number, atMs: number) => {
      readAddress(bytes, from);
      this.pipeline.receive(bytes, length, from, atMs);
    };
    this.simulation = new Simulation(options, take, (bin, _plan, tallies) => {
      if (!this.truth.has(bin)) this.truth.set(bin, sumByRole(this.simulation.topology, tallies));
    });
  }

  /** Lets so much time pass. */
  pass(ms: number): void {
    const to = this.simulation.nowMs + ms;
    this.simulation.advance(to);
    this.pipeline.ingest.tick(to);
  }

  /** Bytes that really entered at the ports of a role in the bins from..to, `to` exclusive. */
  entered(role: keyof RoleSums, from: number, to: number): number {
    let bytes = 0;
    for (let bin = from; bin < to; bin++) bytes += this.truth.get(bin)?.[role].in.bytes ?? 0;
    return bytes;
  }

  /** What the server says of it. */
  estimated(role: Role, from: number, to: number): Moments {
    const moments = new Moments();
    const scope: Scope = {kind: 'fabric', role};
    for (let bin = from; bin < to; bin++) readBin(this.pipeline.fabric, scope, 'all', bin, moments);
    return moments;
  }
}

/** Agents send from their own address. */
function readAddress(bytes: Uint8Array, into: Uint32Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  if (view.getUint32(4) === IPV4) into.set([0, 0, MAPPED, view.getUint32(ADDRESS_AT)]);
  else for (let word = 0; word < 4; word++) into[word] = view.getUint32(ADDRESS_AT + 4 * word);
}
