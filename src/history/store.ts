import {mkdirSync, readFileSync, renameSync} from 'node:fs';
import {open, rename, rm} from 'node:fs/promises';
import {join} from 'node:path';

/** Layout of the files; another one is not read. */
const VERSION = 1;

interface Envelope {
  tenhertz: string;
  version: number;
  data: unknown;
}

/**
 * What outlives the server: a folder of JSON files, each written whole beside the old one and put in its place when it
 * is on disk. A file that cannot be read is kept aside, and the server starts without it.
 */
export class Store {
  private readonly directory: string;
  private readonly warn: (message: string) => void;
  /** Writes happen one after the other. */
  private last: Promise<void> = Promise.resolve();

  /** Makes the folder where there is none. Throws what the file system says. */
  constructor(directory: string, warn: (message: string) => void) {
    mkdirSync(directory, {recursive: true, mode: 0o700});
    this.directory = directory;
    this.warn = warn;
  }

  /** What was written under a name, read by `parse`; undefined where there is nothing that it can read. */
  read<T>(name: string, parse: (data: unknown) => T): T | undefined {
    const file = this.fileOf(name);
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.warn(`cannot read ${file}: ${reasonOf(error)}`);
      return undefined;
    }
    try {
      const {tenhertz, version, data} = JSON.parse(text) as Envelope;
      if (tenhertz !== name) throw new Error(`holds no ${name}`);
      if (version !== VERSION) throw new Error(`has version ${version}, not ${VERSION}`);
      return parse(data);
    } catch (error) {
      this.setAside(file, reasonOf(error));
      return undefined;
    }
  }

  /** Writes `data` under a name, or removes what is there when it is undefined. Resolves when that is on disk. */
  write(name: string, data: unknown): Promise<void> {
    const written = this.last.then(() => (data === undefined ? this.remove(name) : this.replace(name, data)));
    this.last = written.catch(() => {}); // who wrote it hears of it
    return written;
  }

  private async replace(name: string, data: unknown): Promise<void> {
    const file = this.fileOf(name);
    const beside = `${file}.tmp`;
    const handle = await open(beside, 'w', 0o600);
    try {
      await handle.writeFile(`${JSON.stringify({tenhertz: name, version: VERSION, data} satisfies Envelope)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, file);
    await this.syncDirectory();
  }

  private async remove(name: string): Promise<void> {
    await rm(this.fileOf(name), {force: true});
    await this.syncDirectory();
  }

  /** That a file has another place is on disk only then. */
  private async syncDirectory(): Promise<void> {
    const handle = await open(this.directory, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  private setAside(file: string, reason: string): void {
    const aside = `${file}.unreadable`;
    try {
      renameSync(file, aside);
      this.warn(`${file} cannot be used (${reason}): kept as ${aside}, starting without it`);
    } catch (error) {
      this.warn(`${file} cannot be used (${reason}) nor moved aside (${reasonOf(error)}): starting without it`);
    }
  }

  private fileOf(name: string): string {
    return join(this.directory, `${name}.json`);
  }
}

function reasonOf(error: unknown): string {
  return (error as Error).message;
}
