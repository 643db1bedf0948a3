import {once} from 'node:events';
import {createWriteStream, type WriteStream} from 'node:fs';
import {finished} from 'node:stream/promises';
import {BIN_MS, type SimulationOptions} from './options.ts';
import type {PortTallies} from './ports.ts';
import {type Destination, UdpSender} from './sender.ts';
import {Simulation} from './simulation.ts';
import {IslandTopology, type SwitchPlan} from './topology.ts';
import {Transport, type TransportOptions} from './transport.ts';
import {exchangeLine, fabricLine, truthLines} from './truth.ts';

/** Simulated time in one go when late: short, so that sockets and signals get their turn while catching up. */
const STRIDE_MS = 50;
const REPORT_MS = 5_000;
/** Time to lay down the traffic, at least and for each node, so that the first slots are not late already. */
const SETUP_MS = 200;
const SETUP_NODE_MS = 0.8;

export interface RunOptions {
  /** `startMs` is set by the runner: an edge of a bin, soon. */
  readonly simulation: SimulationOptions;
  /** What befalls the datagrams before they are sent. */
  readonly transport?: Partial<TransportOptions> | undefined;
  readonly collector: Destination;
  /** Ends by itself after so long; Infinity: runs until aborted. */
  readonly durationMs: number;
  readonly truthFile?: string | undefined;
  readonly signal?: AbortSignal;
  readonly print?: (line: string) => void;
  /** Epoch milliseconds; never runs backwards. */
  readonly now?: () => number;
}

/** What a run came to. */
export interface RunSummary {
  readonly startMs: number;
  readonly endMs: number;
  readonly sent: number;
  readonly handedBytes: number;
  readonly failed: number;
}

/** Runs a simulation in real time against a collector, until its duration is over or it is aborted. */
export async function run(options: RunOptions): Promise<RunSummary> {
  const {signal, print = () => {}, now = steadyNow()} = options;
  const truth = options.truthFile === undefined ? undefined : await openTruth(options.truthFile);
  const sender = await UdpSender.open(options.collector);
  const setupMs = Math.max(SETUP_MS, options.simulation.nodes * SETUP_NODE_MS);
  const startMs = Math.ceil((now() + setupMs) / BIN_MS) * BIN_MS;
  const transport = new Transport(options.transport ?? {}, options.simulation.seed, startMs, (bytes, length) =>
    sender.send(bytes, length),
  );
  const simulation: Simulation = new Simulation(
    {...options.simulation, startMs},
    (bytes, length, atMs) => transport.send(bytes, length, atMs),
    truth && ((bin, plan, tallies) => truth.write(truthText(simulation, bin, plan, tallies))),
  );
  if (truth !== undefined) {
    for (const job of simulation.jobs) job.onExchange = (exchange) => truth.write(exchangeLine(job.name, exchange));
  }
  const endMs = startMs + options.durationMs;
  let reportMs = startMs + REPORT_MS;
  let mostLateMs = 0;
  try {
    while (simulation.nowMs < endMs && signal?.aborted !== true) {
      const at = now();
      mostLateMs = Math.max(mostLateMs, at - simulation.nowMs);
      // A slot goes out once its time has come, never before it.
      simulation.advance(Math.min(at, endMs, simulation.nowMs + STRIDE_MS));
      transport.advance(simulation.nowMs);
      if (at >= reportMs) {
        print(reportLine(sender, at - startMs, mostLateMs));
        reportMs += REPORT_MS * Math.ceil((at - reportMs + 1) / REPORT_MS);
        mostLateMs = 0;
      }
      await pause(simulation.nowMs - now());
    }
    const endedMs = simulation.nowMs;
    simulation.end();
    transport.end();
    await sender.close();
    print(reportLine(sender, Math.max(0, endedMs - startMs), mostLateMs));
    return {startMs, endMs: endedMs, sent: sender.sent, handedBytes: sender.handedBytes, failed: sender.failed};
  } finally {
    if (truth !== undefined) await finished(truth.end());
  }
}

/** What the truth file says of a bin of a switch; behind the last switch, of a fabric of several tiers, the sums. */
function truthText({topology}: Simulation, bin: number, plan: SwitchPlan, tallies: PortTallies): string {
  if (topology instanceof IslandTopology) return truthLines(bin, plan, tallies);
  const lines = truthLines(bin, plan, tallies, topology);
  return plan === topology.switches.at(-1) ? lines + fabricLine(bin, topology, tallies) : lines;
}

/** The truth's file, open: a folder that is not there is an error before anything is sent. */
async function openTruth(file: string): Promise<WriteStream> {
  const stream = createWriteStream(file);
  await once(stream, 'open');
  return stream;
}

/** The wall clock at the start of the process and the steady clock from there on. */
function steadyNow(): () => number {
  const offset = Date.now() - performance.now();
  return () => performance.now() + offset;
}

/** Waits until a slot is due; late already, only lets others run. Timers may fire early by a fraction: then again. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    if (ms <= 0) setImmediate(resolve);
    else setTimeout(resolve, Math.ceil(ms));
  });
}

function reportLine(sender: UdpSender, elapsedMs: number, lateMs: number): string {
  const seconds = elapsedMs / 1_000;
  const failures = sender.failed === 0 ? '' : `, ${sender.failed} not sent (${sender.lastFailure})`;
  const megabytes = (sender.handedBytes / 1e6).toFixed(1);
  const late = lateMs > BIN_MS ? `, up to ${Math.round(lateMs)} ms late` : '';
  return `${seconds.toFixed(1)} s: ${sender.sent} datagrams, ${megabytes} MB${failures}${late}`;
}
