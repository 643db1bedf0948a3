import {fingerprint, type Notice} from './notice.ts';

/** What outlives a restart of an alert that fires. */
type Kept = Omit<Notice, 'endsAt'>;

/**
 * The alerts that were told as firing, in this run of the server and in the one before: whoever was told of one is told
 * of its end too, also when the server was started anew in between.
 */
export class FiringAlerts {
  /** By fingerprint. */
  private readonly firing = new Map<string, Notice>();
  /** Those of the run before that have not been told of in this one. */
  private readonly before = new Set<string>();

  constructor(before: readonly Kept[] = []) {
    for (const kept of before) {
      const key = fingerprint(kept.labels);
      this.firing.set(key, {...kept, endsAt: undefined});
      this.before.add(key);
    }
  }

  /** Takes note of what is told; what fires since a former run is told as firing since then. */
  take(notices: readonly Notice[]): Notice[] {
    return notices.map((notice) => {
      const key = fingerprint(notice.labels);
      const startsAt = this.firing.get(key)?.startsAt ?? notice.startsAt;
      const told = {...notice, startsAt};
      this.before.delete(key);
      if (notice.endsAt === undefined) this.firing.set(key, told);
      else this.firing.delete(key);
      return told;
    });
  }

  /** What fired in the run before, and is over now: not told of by the time at which it must have fired again. */
  over(now: number, dueAt: (notice: Notice) => number): Notice[] {
    const over: Notice[] = [];
    for (const key of this.before) {
      const notice = this.firing.get(key)!;
      if (now < dueAt(notice)) continue;
      this.before.delete(key);
      this.firing.delete(key);
      const summary = `over since the server was started again: ${notice.annotations['summary']}`;
      over.push({...notice, annotations: {...notice.annotations, summary}, endsAt: now});
    }
    return over;
  }

  /** What is to be kept over a restart; undefined where nothing fires. */
  get json(): Kept[] | undefined {
    if (this.firing.size === 0) return undefined;
    return [...this.firing.values()].map(({labels, annotations, startsAt, path}) => {
      return {labels, annotations, startsAt, path};
    });
  }
}

/** Reads what `json` gave; throws where it is something else. */
export function parseFiring(data: unknown): Kept[] {
  if (!Array.isArray(data)) throw new Error('holds no list of alerts');
  return data.map((one: Partial<Record<keyof Kept, unknown>> | null) => {
    const {labels, annotations, startsAt, path} = one ?? {};
    if (!isTexts(labels) || !isTexts(annotations) || typeof startsAt !== 'number' || typeof path !== 'string') {
      throw new Error('holds something that is no alert');
    }
    return {labels, annotations, startsAt, path};
  });
}

function isTexts(value: unknown): value is Record<string, string> {
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).every((text) => typeof text === 'string');
}
