/** What the server says of the roles of a simulated fabric's ports, second by second, beside what they are. */
import {DEFAULT_LIMITS} from '../../../src/account/accountant.ts';
import {decodePartial} from '../../../src/account/codec.ts';
import {Ingest} from '../../../src/account/ingest.ts';
import {Fabric} from '../../../src/fabric/fabric.ts';
import type {SimulationOptions} from '../../../src/simulator/options.ts';
import {Simulation} from '../../../src/simulator/simulation.ts';
import {Transport, type TransportOptions} from '../../../src/simulator/transport.ts';

/** How often the collector's clock is looked at. */
const TICK_MS = 50;
/** Agents send from an address of their own network; which it is does not matter here. */
const FROM = new Uint32Array([0, 0, 0xffff, 0xc6336401]);

export interface RoleRun {
  fabric: Fabric;
  /** Ports that something came in at. */
  ports: number;
  /** In any second: what was said, where that was not so. */
  wrong: string[];
  /** At the end. */
  unknown: string[];
}

export interface RoleRunOptions {
  simulation: SimulationOptions;
  seconds?: number;
  transport?: Partial<TransportOptions> | undefined;
  /** Called each second. */
  each?: (fabric: Fabric) => void;
}

export function runRoles({simulation: options, seconds = 10, transport = {}, each}: RoleRunOptions): RoleRun {
  const fabric = new Fabric({depth: 100, flows: 1_000});
  const ingest = new Ingest({limits: DEFAULT_LIMITS, producer: 0, epoch: 1, seed: 7}, (encoded) => {
    fabric.apply(decodePartial(encoded));
  });
  const way = new Transport(transport, options.seed, options.startMs, (bytes, length, atMs) => {
    ingest.buffer.set(bytes.subarray(0, length));
    ingest.receive(length, FROM, atMs);
  });
  const send = (bytes: Uint8Array, length: number, atMs: number) => way.send(bytes, length, atMs);
  const simulation = new Simulation(options, send);
  const run: RoleRun = {fabric, ports: 0, wrong: [], unknown: []};
  for (let now = options.startMs; now < options.startMs + seconds * 1_000; ) {
    now += TICK_MS;
    simulation.advance(now);
    way.advance(now);
    ingest.tick(now);
    if ((now - options.startMs) % 1_000 !== 0) continue;
    compare(run, simulation, (now - options.startMs) / 1_000);
    each?.(fabric);
  }
  return run;
}

function compare(run: RoleRun, {topology}: Simulation, second: number): void {
  run.unknown = [];
  run.ports = 0;
  for (const plan of topology.switches) {
    for (let i = 0; i < plan.ports; i++) {
      const port = run.fabric.ports.get(`${plan.agent}~${i + 1}`);
      if (!port) continue;
      run.ports++;
      const {role, why} = run.fabric.roles.of(port);
      const text = `${second} s, ${plan.name} port ${i + 1}, ${port.id}: ${role}, ${why}`;
      if (role === 'unknown') run.unknown.push(text);
      else if (role !== topology.role(plan.firstPort + i)) run.wrong.push(text);
    }
  }
}
