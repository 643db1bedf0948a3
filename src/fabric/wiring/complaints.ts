/** What an operator gave is wrong. The message names the entries; nothing of it was applied. */
export class EntryError extends Error {
  override name = 'EntryError';
}

/** Complaints that one message holds; more help nobody. */
const MOST_TOLD = 5;

/** Collects what is wrong with a list, so that all of it can be mended at once. */
export class Complaints {
  private readonly told: string[] = [];
  private count = 0;

  /** `entry` is the way to what is wrong, such as `links.L1.port2`. */
  add(entry: string, what: string): void {
    this.count++;
    if (this.told.length < MOST_TOLD) this.told.push(`${entry}: ${what}`);
  }

  /** Throws `EntryError` when there was any. */
  raise(): void {
    if (this.count === 0) return;
    const more = this.count - this.told.length;
    throw new EntryError(`${this.told.join('; ')}${more > 0 ? `; and ${more} more` : ''}`);
  }
}

/** Longest name that is taken, characters. */
const MAX_NAME = 255;

/** Whether a text may be a name: not empty, not long, nothing that a terminal or a log would take for a command. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '' && value.length <= MAX_NAME && !/\p{Cc}/u.test(value);
}

/** A JSON object, neither null nor a list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
