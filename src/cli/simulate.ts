import {randomInt} from 'node:crypto';
import {writeFileSync} from 'node:fs';
import {Command, InvalidArgumentError, Option} from 'commander';
import {nearest} from '../config.ts';
import {parseAddress} from '../simulator/address.ts';
import {defaultOptions, findFault, type SimulationOptions} from '../simulator/options.ts';
import {run} from '../simulator/runner.ts';
import {optionsOf, type Scenario} from '../simulator/scenario.ts';
import {reference} from '../simulator/scenarios/reference.ts';
import {findScenario, scenarios} from '../simulator/scenarios.ts';
import type {Destination} from '../simulator/sender.ts';
import {makeTopology} from '../simulator/simulation.ts';
import {topologyFile} from '../simulator/topology-file.ts';
import {parseDuration, parseHostPort, parseSpeed} from '../simulator/units.ts';

/** Column of the names in the list of scenarios. */
const NAME_WIDTH = 25;

/** What commander makes of the flags. */
interface Flags {
  scenario: Scenario;
  list?: boolean;
  collector: Destination;
  nodes: number;
  switches: number;
  speed: number;
  sampling: number;
  cycle: number;
  duty: number;
  jitter: number;
  load: number;
  flush: number;
  agent: string;
  vlan: number;
  ipv6: boolean;
  duration?: number;
  seed?: number;
  topology?: string;
  truth?: string;
}

/** `tenhertz simulate`: sends what the switches of a GPU cluster would send to any sFlow collector. */
export function simulateCommand(): Command {
  const d = defaultOptions;
  return new Command('simulate')
    .description('send the sFlow of a simulated GPU cluster to a collector, in real time')
    .addOption(
      new Option('--scenario <name>', 'what to simulate (see --list); the other options override it')
        .argParser(scenario)
        .default(reference, reference.name),
    )
    .option('--list', 'list the scenarios')
    .option('--collector <host:port>', 'where the datagrams go', hostPort, {host: '127.0.0.1', port: 6343})
    .option('--nodes <n>', 'nodes, each with one port', number, d.nodes)
    .option('--switches <n>', 'switches that share the nodes, each with its own agent address', number, d.switches)
    .option('--speed <bit/s>', 'speed of every port, e.g. 100G', speed, d.speed)
    .option('--sampling <n>', 'sample 1 in n packets', number, d.sampling)
    .option('--cycle <time>', 'length of a compute and exchange cycle', duration, d.cycleMs)
    .option('--duty <share>', 'share of the cycle that is exchange', number, d.duty)
    .option('--jitter <share>', "spread of the nodes' starts and ends, in cycles", number, d.jitter)
    .option('--load <share>', 'share of the line rate in the exchange', number, d.load)
    .option('--flush <time>', 'longest wait of a sample in a part-filled datagram', duration, d.flushMs)
    .option('--agent <address>', 'agent address of the first switch; the others count up', address, d.agent)
    .option('--vlan <id>', '802.1Q tag of the frames; 0 sends them untagged', number, d.vlan)
    .option('--ipv6', 'RoCEv2 over IPv6', d.ipv6)
    .option('--duration <time>', 'stop after this time, e.g. 40s (default: run until interrupted)', duration)
    .option('--seed <n>', 'repeat the run that printed this seed (default: random)', seed)
    .option('--topology <file>', "write the fabric's topology, as PUT /api/v1/topology takes it")
    .option('--truth <file>', 'write what really passed each port in each 100 ms, one JSON object a line')
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
    .action(simulate);
}

/** Flags that are options of the simulation. */
const OPTIONS: Partial<Record<keyof Flags, keyof SimulationOptions>> = {
  nodes: 'nodes',
  switches: 'switches',
  speed: 'speed',
  sampling: 'sampling',
  cycle: 'cycleMs',
  duty: 'duty',
  jitter: 'jitter',
  load: 'load',
  flush: 'flushMs',
  agent: 'agent',
  vlan: 'vlan',
  ipv6: 'ipv6',
};

async function simulate(flags: Flags, command: Command): Promise<void> {
  if (flags.list) {
    for (const {name, summary} of scenarios) print(`${name.padEnd(NAME_WIDTH)}${summary}`);
    return;
  }
  const given = Object.entries(OPTIONS).filter(([flag]) => command.getOptionValueSource(flag) === 'cli');
  const overrides = Object.fromEntries(given.map(([flag, option]) => [option, flags[flag as keyof Flags]]));
  const options = optionsOf(flags.scenario, {...overrides, seed: flags.seed ?? randomInt(2 ** 32)});
  const fault = findFault(options);
  if (fault !== undefined) {
    process.stderr.write(`error: ${fault}\n`);
    process.exitCode = 2;
    return;
  }
  const topology = makeTopology(options);
  const {collector, topology: file, truth: truthFile, duration: durationMs = Number.POSITIVE_INFINITY} = flags;
  print(headline(flags.scenario, options, topology.switches.length, collector));
  const stop = new AbortController();
  const abort = () => stop.abort();
  process.once('SIGINT', abort).once('SIGTERM', abort);
  // Who reads the lines has had enough, `head` for one.
  process.stdout.on('error', abort);
  try {
    if (file !== undefined) writeFileSync(file, `${JSON.stringify(topologyFile(topology), null, 2)}\n`);
    const {transport} = flags.scenario;
    await run({simulation: options, transport, collector, durationMs, truthFile, signal: stop.signal, print});
  } catch (error) {
    process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  } finally {
    process.off('SIGINT', abort).off('SIGTERM', abort);
  }
}

function headline(
  {name}: Scenario,
  options: SimulationOptions,
  switchCount: number,
  {host, port}: Destination,
): string {
  const switches = switchCount === 1 ? '1 switch' : `${switchCount} switches`;
  const size = `${name}: ${options.nodes} nodes at ${options.speed / 1e9} Gbit/s on ${switches}`;
  const target = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  const jobs = options.jobs.map((job) => `${job.name} ${job.cycleMs} ms`).join(', ') || `cycle ${options.cycleMs} ms`;
  return `${size}, 1 in ${options.sampling}, ${jobs}, seed ${options.seed}, to ${target}`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** A commander parser out of one that answers undefined to what it does not understand. */
function parsed<T>(parse: (text: string) => T | undefined, expected: string): (text: string) => T {
  return (text) => {
    const value = parse(text);
    if (value === undefined) throw new InvalidArgumentError(`Expected ${expected}.`);
    return value;
  };
}

function parseNumber(text: string): number | undefined {
  const value = Number(text);
  return text.trim() !== '' && Number.isFinite(value) ? value : undefined;
}

function parseSeed(text: string): number | undefined {
  return /^\d{1,10}$/.test(text) && Number(text) < 2 ** 32 ? Number(text) : undefined;
}

/** A commander parser of a scenario's name. */
export function scenario(name: string): Scenario {
  const found = findScenario(name);
  if (found !== undefined) return found;
  const names = scenarios.map((each) => each.name);
  throw new InvalidArgumentError(`Did you mean ${nearest(name, names)}? --list lists them.`);
}

const number = parsed(parseNumber, 'a number');
const duration = parsed(parseDuration, 'a time such as 500ms, 40s or 1h');
const speed = parsed(parseSpeed, 'a speed in bit/s such as 100G');
const seed = parsed(parseSeed, 'a whole number from 0 to 4294967295');
const hostPort = parsed(parseHostPort, 'host:port, [address]:port for IPv6');
const address = parsed((text) => (parseAddress(text) ? text : undefined), 'an IPv4 or IPv6 address');
