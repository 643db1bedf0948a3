/**
 * A real sFlow agent: Open vSwitch with its user-space datapath, and hosts that talk through it.
 *
 * Everything is in network namespaces named after this process: a switch's namespace holds its daemons and its ends of
 * the wires, each host has one more. The user-space datapath insists on a device called `ovs-netdev`, so that only a
 * namespace of its own lets two agents, or one beside the system's Open vSwitch, run at a time. It also means that the
 * agent reaches its collector over a wire, not over loopback: the collector must listen on `collectorHost` (or on all
 * addresses), and each agent has an address of its own.
 *
 * What its samples are like (Open vSwitch 3.1): data source 2:1000 for every port, so neither input nor output; both
 * interfaces known; flooded frames have output "multiple" with the count of ports, the bridge's own included; one sample
 * per frame, on the way in; frame_length is the kernel's count of bytes plus 4, stripped 4; the pool grows by the nominal
 * rate for each sample, so it says nothing of loss; uptime advances in whole seconds; a datagram goes when it is full (6
 * samples of 128 bytes) or at the next second's tick. The kernel's counters of the ports agree with it to the frame.
 */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {Child, cleanEnvironment, waitFor} from './child.ts';
import {collectorWire, type PortCounters, readCounters, removeLeftovers, run, tryRun} from './netns.ts';
import {paths} from './tools.ts';

const HOST_PROGRAM = fileURLToPath(new URL('roce-host.py', import.meta.url));
const SCHEMA = '/usr/share/openvswitch/vswitch.ovsschema';
const MTU = 4200;
const BRIDGE = 'br0';

export interface OvsOptions {
  readonly hosts?: number;
  /** UDP port of the collector, in the test's own network namespace. */
  readonly collectorPort: number;
  readonly sampling?: number;
  /** Seconds between counter samples. */
  readonly polling?: number;
  readonly headerBytes?: number;
}

export interface Traffic {
  readonly seconds: number;
  /** Length of the bursts and of the pauses between them; a burst starts at once. */
  readonly onMs?: number;
  readonly offMs?: number;
  /** While on. */
  readonly packetsPerSecond?: number;
  readonly payload?: number;
  /** One packet in so many carries CE, which the receiver answers with a CNP; 0 for none. */
  readonly ceEvery?: number;
}

/** What a sender sent; bytes as sFlow counts them, with FCS. */
export interface Sent {
  readonly frames: number;
  readonly bytes: number;
  readonly ce: number;
  readonly messages: number;
}

/** What a host got on port 4791 and answered, since the start. */
export interface Answered {
  readonly received: number;
  readonly ce: number;
  readonly acks: number;
  readonly cnps: number;
  readonly answerBytes: number;
  readonly tcpBytes: number;
}

const SILENT: Answered = {received: 0, ce: 0, acks: 0, cnps: 0, answerBytes: 0, tcpBytes: 0};
/** Three times the lull after which a host prints its totals, and how often to look. */
const LULL_MS = 300;
const LOOKS = 20;

let started = 0;

/** Starts a switch with its hosts. Needs `needs('ovs')`. */
export async function startOvs(options: OvsOptions): Promise<OvsAgent> {
  removeLeftovers();
  const agent = new OvsAgent(`th${process.pid}-${++started}`);
  try {
    await agent.start(options);
    return agent;
  } catch (error) {
    await agent.stop();
    throw error;
  }
}

export class OvsAgent {
  /** Where the collector must listen. */
  collectorHost = '';
  /** What the datagrams say, and their source. */
  agentAddress = '';
  private readonly name: string;
  private readonly dir = mkdtempSync(join(tmpdir(), 'tenhertz-ovs-'));
  private readonly children: Child[] = [];
  private readonly responders: Child[] = [];
  private readonly database = `unix:${this.dir}/db.sock`;
  private sflow = '';
  private hosts = 0;

  constructor(name: string) {
    this.name = name;
  }

  async start({hosts = 4, collectorPort, sampling = 10, polling = 1, headerBytes = 128}: OvsOptions): Promise<void> {
    const inSwitch = this.namespace('switch');
    run(paths.ip, 'netns', 'add', inSwitch);
    run(paths.ip, '-n', inSwitch, 'link', 'set', 'lo', 'up');
    const wire = collectorWire(this.name, inSwitch);
    this.collectorHost = wire.collector;
    this.agentAddress = wire.agent;
    await this.startDaemons(inSwitch);
    this.vsctl('add-br', BRIDGE, '--', 'set', 'bridge', BRIDGE, 'datapath_type=netdev');
    const target = `"${this.collectorHost}:${collectorPort}"`;
    const settings = [`header=${headerBytes}`, `sampling=${sampling}`, `polling=${polling}`];
    this.sflow = this.vsctl(
      ...['--id=@s', 'create', 'sflow', `agent=${wire.device}`, `targets=[${target}]`, ...settings],
      ...['--', 'set', 'bridge', BRIDGE, 'sflow=@s'],
    ).trim();
    // Only now, so that it samples the first frame of the first host.
    for (let host = 1; host <= hosts; host++) await this.addHost(host);
  }

  /**
   * Changes the sampling rate of the running agent. Open vSwitch makes a new agent of it: datagram and sample
   * sequences, pool and uptime start again, and up to a second of samples that were waiting to be sent is lost.
   */
  setSampling(sampling: number): void {
    this.vsctl('set', 'sflow', this.sflow, `sampling=${sampling}`);
  }

  setPolling(seconds: number): void {
    this.vsctl('set', 'sflow', this.sflow, `polling=${seconds}`);
  }

  /** RoCEv2 from one host to another (1 is the first); resolves when all is sent. */
  async send(from: number, to: number, traffic: Traffic): Promise<Sent> {
    const {seconds, onMs = 250, offMs = 250, packetsPerSecond = 1600, payload = 1024, ceEvery = 50} = traffic;
    const words = [seconds, onMs, offMs, packetsPerSecond, payload, ceEvery].map(String);
    return (await this.hostProgram(from, seconds, 'roce', hostAddress(to), ...words)) as Sent;
  }

  /** TCP to port 4791: what must not be taken for RoCEv2. */
  async sendTcp(from: number, to: number, bytes: number): Promise<void> {
    await this.hostProgram(from, 20, 'tcp', hostAddress(to), String(bytes));
  }

  /** What this host received and answered so far, once it has been quiet for a while. */
  async answered(host: number): Promise<Answered> {
    let last = '';
    for (let i = 0; i < LOOKS; i++) {
      const seen = this.responders[host - 1]?.stdout.trim().split('\n').slice(1).at(-1) ?? '';
      if (i > 0 && seen === last) break;
      last = seen;
      await new Promise((resolve) => setTimeout(resolve, LULL_MS));
    }
    return last === '' ? SILENT : (JSON.parse(last) as Answered);
  }

  /** The switch's ports as the kernel counts them, in the order of the hosts. */
  counters(): PortCounters[] {
    return readCounters(this.namespace('switch'), (device) => /^v\d+$/.test(device));
  }

  /** Takes a port down or up, as a pulled cable does. */
  setPort(host: number, state: 'up' | 'down'): void {
    run(paths.ip, '-n', this.namespace('switch'), 'link', 'set', `v${host}`, state);
  }

  vsctl(...args: string[]): string {
    return run(paths.ovsVsctl, `--db=${this.database}`, '--timeout=10', ...args);
  }

  appctl(...args: string[]): string {
    return run(paths.ovsAppctl, `--target=${this.dir}/vswitchd.ctl`, ...args);
  }

  /** Ends all processes and removes namespaces, wires and files. */
  async stop(): Promise<void> {
    for (const child of this.children.reverse()) await child.stop();
    for (let host = 1; host <= this.hosts; host++) tryRun(paths.ip, 'netns', 'del', this.namespace(`h${host}`));
    // With the namespace go its ends of all wires, and so the wires.
    tryRun(paths.ip, 'netns', 'del', this.namespace('switch'));
    rmSync(this.dir, {recursive: true, force: true});
  }

  private async startDaemons(inSwitch: string): Promise<void> {
    const file = join(this.dir, 'conf.db');
    run(paths.ovsdbTool, 'create', file, SCHEMA);
    const server = this.spawn(inSwitch, paths.ovsdbServer, file, `--remote=p${this.database}`, ...this.control('db'));
    await waitFor('ovsdb-server', server, async () => {
      this.vsctl('--no-wait', 'init');
      return true;
    });
    // Without --disable-system it would tidy up the kernel's datapaths, which belong to the system's Open vSwitch.
    const daemon = this.spawn(
      inSwitch,
      ...[paths.ovsVswitchd, this.database, '--disable-system', ...this.control('vswitchd')],
    );
    await waitFor('ovs-vswitchd', daemon, async () => this.appctl('version') !== '');
  }

  private async addHost(host: number): Promise<void> {
    const inSwitch = this.namespace('switch');
    const inHost = this.namespace(`h${host}`);
    const device = `v${host}`;
    run(paths.ip, 'netns', 'add', inHost);
    this.hosts = host;
    run(paths.ip, '-n', inSwitch, 'link', 'add', device, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', inHost);
    for (const [namespace, end] of [
      [inSwitch, device],
      [inHost, 'eth0'],
    ] as const) {
      // Veth leaves checksums open and joins or splits segments, which nothing behind the user-space switch repairs:
      // TCP would not get through, and the kernel would count other frames than the switch sees.
      const off = ['tx', 'off', 'tso', 'off', 'gso', 'off', 'gro', 'off'];
      run(paths.ip, 'netns', 'exec', namespace, paths.ethtool, '-K', end, ...off);
      run(paths.ip, '-n', namespace, 'link', 'set', end, 'mtu', String(MTU));
    }
    this.vsctl('add-port', BRIDGE, device);
    // A frame that comes before the switch listens would be in the kernel's counters only.
    run(paths.ip, '-n', inSwitch, 'link', 'set', device, 'up');
    run(paths.ip, '-n', inHost, 'link', 'set', 'eth0', 'up');
    run(paths.ip, '-n', inHost, 'link', 'set', 'lo', 'up');
    run(paths.ip, '-n', inHost, 'addr', 'add', `${hostAddress(host)}/24`, 'dev', 'eth0');
    const responder = this.spawn(inHost, paths.python, HOST_PROGRAM, 'respond');
    this.responders.push(responder);
    await waitFor(`host ${host}`, responder, async () => responder.stdout.startsWith('ready'));
  }

  private async hostProgram(host: number, seconds: number, ...args: string[]): Promise<unknown> {
    const child = this.spawn(this.namespace(`h${host}`), paths.python, HOST_PROGRAM, ...args);
    if ((await child.finished(seconds * 1000 + 10_000)) !== 0) throw new Error(`host ${host}: ${child.output()}`);
    return JSON.parse(child.stdout);
  }

  /** `ip netns exec` becomes the program it starts, so the pid is the program's. */
  private spawn(namespace: string, command: string, ...args: string[]): Child {
    const env = {...cleanEnvironment(), OVS_RUNDIR: this.dir, OVS_LOGDIR: this.dir, OVS_DBDIR: this.dir};
    const child = new Child(paths.ip, ['netns', 'exec', namespace, command, ...args], {env});
    this.children.push(child);
    return child;
  }

  private control(name: string): string[] {
    return [`--unixctl=${this.dir}/${name}.ctl`, '--no-chdir', '--verbose=console:warn'];
  }

  private namespace(part: string): string {
    return `${this.name}-${part}`;
  }
}

/** The address of a host inside its network; every switch's network is its own. */
export function hostAddress(host: number): string {
  return `10.9.0.${host}`;
}
