/** Network namespaces and wires for ovs.ts, by iproute2. */
import {execFileSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {networkInterfaces} from 'node:os';
import {paths} from './tools.ts';

/** Counters of a switch's port, seen from the switch: `rx` came from the host. Bytes without FCS. */
export interface PortCounters {
  readonly device: string;
  readonly ifIndex: number;
  readonly rxPackets: number;
  readonly rxBytes: number;
  readonly rxDropped: number;
  readonly txPackets: number;
  readonly txBytes: number;
  readonly txDropped: number;
}

export interface Wire {
  readonly collector: string;
  readonly agent: string;
  /** The agent's end, by whose address the agent is known. */
  readonly device: string;
}

/** Blocks of four addresses in 198.18.0.0/15, which is set aside for tests of network equipment (RFC 2544). */
const BLOCKS = 2 ** 15;

/** A wire from this namespace (device `name`) into another, with an address on either end. */
export function collectorWire(name: string, namespace: string): Wire {
  const taken = new Set(
    Object.values(networkInterfaces())
      .flat()
      .map((address) => address?.address),
  );
  for (let i = 0; i < BLOCKS; i++) {
    const block = ((process.pid + i) % BLOCKS) * 4;
    const address = (host: number) => `198.${18 + (block >> 16)}.${(block >> 8) & 255}.${(block & 255) + host}`;
    if (taken.has(address(1))) continue;
    run(paths.ip, 'link', 'add', name, 'type', 'veth', 'peer', 'name', 'collector', 'netns', namespace);
    run(paths.ip, 'addr', 'add', `${address(1)}/30`, 'dev', name);
    run(paths.ip, 'link', 'set', name, 'up');
    run(paths.ip, '-n', namespace, 'addr', 'add', `${address(2)}/30`, 'dev', 'collector');
    run(paths.ip, '-n', namespace, 'link', 'set', 'collector', 'up');
    return {collector: address(1), agent: address(2), device: 'collector'};
  }
  throw new Error('no free addresses in 198.18.0.0/15');
}

export function readCounters(namespace: string, wanted: (device: string) => boolean): PortCounters[] {
  const links = JSON.parse(run(paths.ip, '-n', namespace, '-json', '-statistics', 'link', 'show')) as {
    ifname: string;
    ifindex: number;
    stats64: Record<'rx' | 'tx', {packets: number; bytes: number; dropped: number}>;
  }[];
  return links
    .filter(({ifname}) => wanted(ifname))
    .map(({ifname, ifindex, stats64: {rx, tx}}) => ({
      device: ifname,
      ifIndex: ifindex,
      rxPackets: rx.packets,
      rxBytes: rx.bytes,
      rxDropped: rx.dropped,
      txPackets: tx.packets,
      txBytes: tx.bytes,
      txDropped: tx.dropped,
    }))
    .sort((a, b) => a.device.localeCompare(b.device, 'en', {numeric: true}));
}

/** Namespaces of test processes that were killed and could not tidy up; their names hold the pid. */
export function removeLeftovers(): void {
  for (const line of run(paths.ip, 'netns', 'list').split('\n')) {
    const [name = ''] = line.split(' ');
    const pid = /^th(\d+)-\d+-/.exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) tryRun(paths.ip, 'netns', 'del', name);
  }
}

/** Runs to its end and returns what it printed; the error holds what it complained about. */
export function run(command: string, ...args: string[]): string {
  return execFileSync(command, args, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 30_000});
}

/** For tidying up: what is gone already is as good as removed. */
export function tryRun(command: string, ...args: string[]): void {
  try {
    run(command, ...args);
  } catch {
    // Gone already.
  }
}
