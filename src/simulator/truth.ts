import type {Exchange} from './job-clock.ts';
import type {PortTallies, Tally} from './ports.ts';
import type {PortRole, SwitchPlan, Topology} from './topology.ts';

/** Told of each switch when a bin closes. The sums are of that bin, of all ports, and valid only during the call. */
export type TruthSink = (bin: number, plan: SwitchPlan, tallies: PortTallies) => void;

/** What passed in one direction. Bytes are with FCS and without preamble. */
export interface Passed {
  bytes: number;
  frames: number;
  roceBytes: number;
  roceFrames: number;
}

/** What passed all ports of a role. A frame enters once at an edge port, and at a core port on every hop after that. */
export type RoleSums = Record<PortRole, {in: Passed; out: Passed}>;

/** The sums of a bin by the true roles of the ports. */
export function sumByRole(topology: Topology, tallies: PortTallies): RoleSums {
  const none = (): Passed => ({bytes: 0, frames: 0, roceBytes: 0, roceFrames: 0});
  const sums: RoleSums = {edge: {in: none(), out: none()}, core: {in: none(), out: none()}};
  for (let port = 0; port < topology.ports; port++) {
    const of = sums[topology.role(port)];
    addTo(of.in, tallies.in, port);
    addTo(of.out, tallies.out, port);
  }
  return sums;
}

/**
 * A bin of a switch as lines of the truth file: one JSON object for each port that saw a frame in the bin; a port
 * without a line was silent. `bin` is floor(epoch ms / 100). Bytes are with FCS and without preamble, as sFlow's
 * frame_length counts. `in` is what came from the wire, `out` what went onto it. `dropped`, frames meant for this
 * port that its line rate left no room for, is there only where there were some; over a switch,
 * in = out + dropped. With a topology each line tells the port's role.
 */
export function truthLines(bin: number, plan: SwitchPlan, tallies: PortTallies, topology?: Topology): string {
  let lines = '';
  for (let i = 0; i < plan.ports; i++) {
    const port = plan.firstPort + i;
    const hasDrops = tallies.dropped.frames(port) > 0;
    if (tallies.in.frames(port) === 0 && tallies.out.frames(port) === 0 && !hasDrops) continue;
    lines += `{"bin":${bin},"agent":"${plan.agent}","ifIndex":${i + 1},"in":${sums(tallies.in, port)}`;
    lines += `,"out":${sums(tallies.out, port)}`;
    if (hasDrops) lines += `,"dropped":${sums(tallies.dropped, port)}`;
    if (topology !== undefined) lines += `,"role":"${topology.role(port)}"`;
    lines += '}\n';
  }
  return lines;
}

/** The line of a bin for the whole fabric, by role; written behind those of the ports. */
export function fabricLine(bin: number, topology: Topology, tallies: PortTallies): string {
  return `${JSON.stringify({bin, fabric: sumByRole(topology, tallies)})}\n`;
}

/** The line of an exchange of a job, written when it begins: epoch milliseconds (see `Exchange`). */
export function exchangeLine(job: string, {number, readyMs, startMs, endMs}: Exchange): string {
  return `${JSON.stringify({job, exchange: number, readyMs, startMs, endMs})}\n`;
}

function sums(tally: Tally, port: number): string {
  const all = `"bytes":${tally.bytes(port)},"frames":${tally.frames(port)}`;
  return `{${all},"roceBytes":${tally.roceBytes(port)},"roceFrames":${tally.roceFrames(port)}}`;
}

function addTo(sums: Passed, tally: Tally, port: number): void {
  sums.bytes += tally.bytes(port);
  sums.frames += tally.frames(port);
  sums.roceBytes += tally.roceBytes(port);
  sums.roceFrames += tally.roceFrames(port);
}
