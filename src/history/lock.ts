import {existsSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

/** File of the lock in the folder it guards. */
const NAME = 'lock';
/** Fields of /proc/PID/stat behind the name: the start time is the 22nd of all, the name the second (proc(5)). */
const START_TIME = 19;

/** Who holds a lock: process ids are given anew, so the time that the process was started at belongs to it. */
interface Holder {
  pid: number;
  /** Clock ticks since boot, and which boot; null where the system does not tell. */
  started: string | null;
  boot: string | null;
}

/** The folder belongs to another server that runs. */
export class LockedError extends Error {
  constructor(directory: string, pid: number) {
    super(`${directory} is in use by another tenhertz (process ${pid})`);
  }
}

/**
 * Takes a folder for this process, so that two servers do not overwrite each other's state. The lock of a process that
 * has ended is taken over. Returns what gives it back; throws `LockedError`, or what the file system says.
 */
export function lock(directory: string): () => void {
  const file = join(directory, NAME);
  const mine = JSON.stringify(holderOf(process.pid));
  if (!take(file, mine)) {
    const holder = readHolder(file);
    if (holder && isRunning(holder)) throw new LockedError(directory, holder.pid);
    rmSync(file, {force: true});
    if (!take(file, mine)) throw new LockedError(directory, readHolder(file)?.pid ?? 0);
  }
  return () => {
    if (existsSync(file) && readFileSync(file, 'utf8') === mine) rmSync(file, {force: true});
  };
}

/** Whether the file could be made: it is there already when somebody else has. */
function take(file: string, content: string): boolean {
  try {
    writeFileSync(file, content, {flag: 'wx', mode: 0o600});
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Undefined where the file says nothing of use: its writer was cut off. */
function readHolder(file: string): Holder | undefined {
  try {
    const holder = JSON.parse(readFileSync(file, 'utf8')) as Holder;
    return Number.isInteger(holder.pid) && holder.pid > 0 ? holder : undefined;
  } catch {
    return undefined;
  }
}

function isRunning(holder: Holder): boolean {
  const now = holderOf(holder.pid);
  if (now.started !== null) return now.started === holder.started && now.boot === holder.boot;
  // There is no such process, or the system tells nothing of processes.
  return holder.started === null && holder.pid !== process.pid && isAlive(holder.pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function holderOf(pid: number): Holder {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[START_TIME]!;
    return {pid, started, boot: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()};
  } catch {
    return {pid, started: null, boot: null};
  }
}
