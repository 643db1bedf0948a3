/**
 * Programs that tests start. Each is ended by its own pid, by `stop()` or else when the test process ends; the kernel
 * does it (`setpriv --pdeathsig`) where that process is killed and can do nothing itself.
 */
import {type ChildProcess, spawn} from 'node:child_process';
import {existsSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

const SETPRIV = '/usr/bin/setpriv';
/** Enough to see what went wrong; a program that logs without end must not fill memory. */
const OUTPUT_LIMIT = 1 << 20;

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export interface ChildOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

export class Child {
  readonly pid: number;
  private readonly child: ChildProcess;
  private readonly ended: Promise<void>;
  private out = '';
  private err = '';
  private ending: {code: number | null; signal: NodeJS.Signals | null} | undefined;

  constructor(command: string, args: readonly string[], options: ChildOptions = {}) {
    const [file, fileArgs] = existsSync(SETPRIV)
      ? [SETPRIV, ['--pdeathsig', 'KILL', '--', command, ...args]]
      : [command, [...args]];
    this.child = spawn(file, fileArgs, {...options, stdio: ['ignore', 'pipe', 'pipe']});
    this.pid = this.child.pid ?? -1;
    running.add(this.child);
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.out = (this.out + text).slice(-OUTPUT_LIMIT);
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.err = (this.err + text).slice(-OUTPUT_LIMIT);
    });
    this.ended = new Promise((resolve) => {
      const end = (code: number | null, signal: NodeJS.Signals | null) => {
        running.delete(this.child);
        this.ending = {code, signal};
        resolve();
      };
      this.child.once('close', end);
      this.child.once('error', (error) => {
        this.err += String(error);
        end(127, null);
      });
    });
  }

  get stdout(): string {
    return this.out;
  }

  get stderr(): string {
    return this.err;
  }

  /** Null while it runs, and after it was ended by a signal. */
  get exitCode(): number | null {
    return this.ending?.code ?? null;
  }

  get hasEnded(): boolean {
    return this.ending !== undefined;
  }

  /** Waits for the end by itself; rejects, and ends it, when that takes longer. */
  async finished(withinMs: number): Promise<number | null> {
    if (!(await this.endsWithin(withinMs))) {
      await this.stop(0);
      throw new Error(`still running after ${withinMs} ms\n${this.output()}`);
    }
    return this.exitCode;
  }

  /** SIGTERM, and SIGKILL when it has not ended in time. */
  async stop(withinMs = 5_000): Promise<void> {
    if (this.hasEnded) return;
    if (withinMs > 0) {
      this.child.kill('SIGTERM');
      if (await this.endsWithin(withinMs)) return;
    }
    this.child.kill('SIGKILL');
    await this.ended;
  }

  output(): string {
    return `stdout: ${this.out.slice(-4_000)}\nstderr: ${this.err.slice(-4_000)}`;
  }

  private async endsWithin(ms: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
    });
    await Promise.race([this.ended, late]);
    clearTimeout(timer);
    return this.hasEnded;
  }
}

/** Polls a bounded number of times; gives up early when the child has ended. */
export async function waitFor(what: string, child: Child, ready: () => Promise<boolean>, tries = 150): Promise<void> {
  for (let i = 0; i < tries && !child.hasEnded; i++) {
    if (await ready().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const state = child.hasEnded ? `ended with ${child.exitCode}` : 'is running but not ready';
  const output = child.output();
  await child.stop();
  throw new Error(`${what} ${state}\n${output}`);
}

/** What servers keep; each has its own place, and none that of the person who runs the tests. */
const states = mkdtempSync(join(tmpdir(), 'tenhertz-states-'));
process.on('exit', () => rmSync(states, {recursive: true, force: true}));

/** This process's environment without our own settings, which would configure (or puzzle) the program under test. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const others = Object.entries(process.env).filter(([name]) => !name.startsWith('TENHERTZ_'));
  return {...Object.fromEntries(others), XDG_STATE_HOME: mkdtempSync(join(states, 'of-'))};
}
