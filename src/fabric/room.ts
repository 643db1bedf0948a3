import {BIN_MS} from '../shared/bins.ts';
import type {Agent} from './agents.ts';
import type {Fabric} from './fabric.ts';
import type {Port} from './ports.ts';

/** Only what was silent for so long gives way (10 minutes), so that forged agents cannot drive out real ones. */
const SILENT_BINS = 6_000;
/** Room is made so often at most. */
const EVERY_BINS = 10;
/** And for so many, as a share of the table: what is silent for longest gives way first. */
const SHARE = 1 / 16;

/**
 * Makes room in full tables when newcomers were refused: agents that were silent for long leave with all that is kept of
 * them, and ports likewise. Where there is room nobody leaves: links are for ever.
 */
export class Room {
  private madeAt = Number.NEGATIVE_INFINITY;

  /** To be called when a bin is complete. */
  make(fabric: Fabric): void {
    const {agents, ports, newest} = fabric;
    if (!(agents.isWanted || ports.isWanted) || newest - this.madeAt < EVERY_BINS) return;
    this.madeAt = newest;
    const before = newest - SILENT_BINS;
    const leaving = agents.isWanted
      ? longestSilent(agents.all, agents.max, before, ({lastArrival}) => Math.floor(lastArrival / BIN_MS))
      : [];
    const portsOf = leaving.flatMap((agent) => agent.ports.map((slot) => ports.at(slot)!));
    const alone = ports.isWanted ? longestSilent(ports.all, ports.max, before, (port) => lastBin(fabric, port)) : [];
    agents.isWanted = false;
    ports.isWanted = false;
    if (leaving.length + alone.length > 0) release(fabric, new Set(leaving), new Set([...portsOf, ...alone]));
  }
}

/** Of what was last heard of before a bin, as much as may leave at once. */
function longestSilent<T>(all: readonly T[], max: number, before: number, heardBin: (one: T) => number): T[] {
  const silent = all.map((one) => ({one, bin: heardBin(one)})).filter(({bin}) => bin < before);
  silent.sort((a, b) => a.bin - b.bin);
  return silent.slice(0, Math.ceil(max * SHARE)).map(({one}) => one);
}

/** The last bin with anything of a port. */
function lastBin({rows, ports}: Fabric, port: Port): number {
  let last = ports.heard[port.slot]!;
  for (const direction of [0, 1]) {
    for (const row of rows.of(port.slot, direction)) last = Math.max(last, rows.lastBin(row));
  }
  return last;
}

/** Forgets agents and ports, everywhere: slots and indexes are about to be given to others. */
function release(fabric: Fabric, agents: ReadonlySet<Agent>, ports: ReadonlySet<Port>): void {
  for (const port of ports) {
    fabric.rows.release(port.slot);
    fabric.totals.release(port.slot);
    fabric.tally.release(port.slot);
    fabric.portTicks.release(port.slot);
    fabric.portTicksOut.release(port.slot);
    fabric.counterCheck.release(port);
    fabric.roles.release(port);
    fabric.tiers.release(port);
  }
  for (const agent of agents) {
    fabric.roles.releaseAgent(agent);
    fabric.drops.releaseAgent(agent);
  }
  fabric.inferred.release(ports, agents);
  fabric.flows.release(ports);
  fabric.ports.release(ports);
  fabric.agents.release(agents);
}
