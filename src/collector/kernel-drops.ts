import {readdirSync, readFileSync, readlinkSync} from 'node:fs';

/**
 * What the kernel says of this process's own UDP sockets on one port: how many datagrams it dropped in front of them,
 * from the last column of /proc/net/udp and udp6 (Linux, net/ipv4/udp.c). The sockets are known by their inode, so
 * another process's socket on the same port does not count.
 */
export class KernelDrops {
  private readonly port: number;
  private readonly read: (file: string) => string;
  private readonly inodes: ReadonlySet<string>;

  constructor(port: number, read = readText, inodes: ReadonlySet<string> = ownSocketInodes()) {
    this.port = port;
    this.read = read;
    this.inodes = inodes;
  }

  /** Drops since the sockets were opened; 0 where the system does not tell. */
  total(): number {
    return this.inFile('/proc/net/udp') + this.inFile('/proc/net/udp6');
  }

  private inFile(file: string): number {
    const wanted = this.port.toString(16).toUpperCase().padStart(4, '0');
    let drops = 0;
    for (const line of this.read(file).split('\n').slice(1)) {
      const columns = line.trim().split(/\s+/);
      const local = columns[1];
      const inode = columns[9];
      if (local?.endsWith(`:${wanted}`) !== true || inode === undefined || !this.inodes.has(inode)) continue;
      drops += Number(columns[12]) || 0;
    }
    return drops;
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

/** Inodes of all sockets that this process holds. */
function ownSocketInodes(): Set<string> {
  const inodes = new Set<string>();
  try {
    for (const descriptor of readdirSync('/proc/self/fd')) {
      const inode = socketInode(descriptor);
      if (inode !== undefined) inodes.add(inode);
    }
  } catch {
    // No /proc: not Linux. The drops then stay at 0, and `health` says which receiver is in use.
  }
  return inodes;
}

function socketInode(descriptor: string): string | undefined {
  try {
    return /^socket:\[(\d+)]$/.exec(readlinkSync(`/proc/self/fd/${descriptor}`))?.[1];
  } catch {
    return undefined; // the descriptor that read the folder is closed by now
  }
}
