import type {PortTallies, Tally} from './ports.ts';
import type {SwitchPlan} from './topology.ts';

/** Told of each switch when a bin closes. The sums are of that bin, of all ports, and valid only during the call. */
export type TruthSink = (bin: number, plan: SwitchPlan, tallies: PortTallies) => void;

/**
 * A bin of a switch as lines of the truth file: one JSON object for each port that saw a frame in the bin; a port
 * without a line was silent. `bin` is floor(epoch ms / 100). Bytes are with FCS and without preamble, as sFlow's
 * frame_length counts. `in` is what came from the wire, `out` what went onto it. `dropped`, frames meant for this
 * port that its line rate left no room for, is there only where there were some; over a switch,
 * in = out + dropped.
 */
export function truthLines(bin: number, plan: SwitchPlan, tallies: PortTallies): string {
  let lines = '';
  for (let i = 0; i < plan.ports; i++) {
    const port = plan.firstPort + i;
    const hasDrops = tallies.dropped.frames(port) > 0;
    if (tallies.in.frames(port) === 0 && tallies.out.frames(port) === 0 && !hasDrops) continue;
    lines += `{"bin":${bin},"agent":"${plan.agent}","ifIndex":${i + 1},"in":${sums(tallies.in, port)}`;
    lines += `,"out":${sums(tallies.out, port)}`;
    if (hasDrops) lines += `,"dropped":${sums(tallies.dropped, port)}`;
    lines += '}\n';
  }
  return lines;
}

function sums(tally: Tally, port: number): string {
  const all = `"bytes":${tally.bytes(port)},"frames":${tally.frames(port)}`;
  return `{${all},"roceBytes":${tally.roceBytes(port)},"roceFrames":${tally.roceFrames(port)}}`;
}
