import type {HostScore} from './straggler.ts';

/** Deviations from which a host is named: four are reached by chance in a job of a thousand hosts. */
const NAMED = 5.6;
/** From which the first of all is suspected, when it is so again in cycles that have nothing in common. */
const SUSPECTED = 4;
/** What it must stay below to be let go, for so many looks that are so many cycles apart. */
const CALM = 4;
const CALM_LOOKS = 3;
const CALM_CYCLES = 5;
/** Cycles of the shortest window: looks that are so far apart have nothing in common. */
const WINDOW_CYCLES = 20;
/** Where more hosts than these are late alike, and were when first seen so, that is how the job is made. */
const MANY_SHARE = 0.05;
const MANY = 3;
/** Such a host must have become later by so much of the period. */
const CHANGED = 0.02;

/** A host that is named or suspected, with its surest window. */
export interface Straggler extends HostScore {
  certainty: 'named' | 'suspected';
  effectMs: number;
  /** Its 95 % interval. */
  effectLowMs: number;
  effectHighMs: number;
  /** When it was first seen so, epoch ms. */
  since: number;
  /** Cycles of the window that shows it best. */
  cycles: number;
}

export interface ListChange {
  what: 'named' | 'cleared';
  straggler: Straggler;
  time: number;
}

/** One look at a job: the scores of one window. */
export interface Look {
  time: number;
  /** Cycles of the job so far. */
  cycle: number;
  periodMs: number;
  /** By window, the shortest first. */
  windows: readonly {scores: readonly HostScore[]; cycles: number}[];
}

interface Kept {
  straggler: Straggler;
  /** The shortest window that has shown it: what that does not show any more is over. */
  window: number;
  calmLooks: number;
  calmAt: number;
}

/** The surest score of a host, and the shortest window in which it is as sure as it must be. */
interface Found {
  straggler: Straggler;
  window: number;
}

/** Who of a job is late or slow, over looks: names, suspects, and lets go. */
export class StragglerList {
  private readonly hosts: number;
  private readonly kept = new Map<string, Kept>();
  /** Who was first of all, and since which cycle it has been in all looks that were not the same host's. */
  private first: {key: string; cycle: number} | undefined;
  /** By key: the cycle in which it was let go. */
  private readonly over = new Map<string, number>();
  /** By key how late a host was when it was first seen. */
  private readonly usual = new Map<string, number>();

  constructor(hosts: number) {
    this.hosts = hosts;
  }

  /** Named and suspected, the surest first. */
  get all(): Straggler[] {
    return [...this.kept.values()].map(({straggler}) => straggler).sort((a, b) => b.z - a.z);
  }

  take(look: Look): ListChange[] {
    const found = this.withoutRoles(this.surest(look));
    const changes: ListChange[] = [];
    for (const [key, {straggler, window}] of found) {
      const kept = this.kept.get(key);
      const certainty = straggler.z >= NAMED || kept?.straggler.certainty === 'named' ? 'named' : 'suspected';
      if (certainty === 'suspected' && !this.isFirstAgain(key, look)) continue;
      const isNew = certainty === 'named' && kept?.straggler.certainty !== 'named';
      const now: Straggler = {...straggler, certainty, since: kept?.straggler.since ?? look.time};
      if (!kept) this.kept.set(key, {straggler: now, window, calmLooks: 0, calmAt: look.cycle});
      else Object.assign(kept, {straggler: now, window: Math.min(kept.window, window)});
      if (isNew) changes.push({what: 'named', straggler: now, time: look.time});
    }
    this.noteFirst(look);
    for (const [key, kept] of this.kept) if (this.isOver(key, kept, look)) changes.push(...this.letGo(key, kept, look));
    return changes;
  }

  /** Whether the window that showed a host best has not for some looks. */
  private isOver(key: string, kept: Kept, {windows, cycle}: Look): boolean {
    const {scores} = windows[Math.min(kept.window, windows.length - 1)];
    if (scores.some((score) => score.z >= CALM && keyOf(score) === key)) {
      kept.calmLooks = 0;
      kept.calmAt = cycle;
      return false;
    }
    if (cycle - kept.calmAt < CALM_CYCLES) return false;
    kept.calmAt = cycle;
    return ++kept.calmLooks >= CALM_LOOKS;
  }

  private letGo(key: string, {straggler}: Kept, {time, cycle}: Look): ListChange[] {
    this.kept.delete(key);
    this.over.set(key, cycle);
    return straggler.certainty === 'named' ? [{what: 'cleared', straggler, time}] : [];
  }

  /** The surest score of each host in all windows, above what calm is; a window that holds what is over does not count. */
  private surest({windows, time, cycle, periodMs}: Look): Map<string, Found> {
    const found = new Map<string, Found>();
    windows.forEach(({scores, cycles}, window) => {
      for (const score of scores) {
        const key = keyOf(score);
        const known = found.get(key);
        if (score.z < CALM || (known && known.straggler.z >= score.z)) continue;
        if (cycle - cycles < (this.over.get(key) ?? 0) && window > 0) continue;
        const straggler: Straggler = {
          ...score,
          certainty: 'suspected',
          effectMs: score.share * periodMs,
          effectLowMs: score.low * periodMs,
          effectHighMs: score.high * periodMs,
          since: time,
          cycles,
        };
        found.set(key, {straggler, window: known && known.straggler.z >= NAMED ? known.window : window});
      }
    });
    return found;
  }

  /** Whether a host was first of all already so long ago that no cycle is in both windows, and is again. */
  private isFirstAgain(key: string, {windows, cycle}: Look): boolean {
    const [first] = windows[0].scores;
    const isFirst = first !== undefined && keyOf(first) === key;
    return isFirst && this.first?.key === key && cycle - this.first.cycle >= WINDOW_CYCLES;
  }

  private noteFirst({windows, cycle}: Look): void {
    const [first] = windows[0].scores;
    if (!first || first.z < SUSPECTED) this.first = undefined;
    else if (this.first?.key !== keyOf(first)) this.first = {key: keyOf(first), cycle};
  }

  /** Many that have always been late alike are stages of a pipeline, or have another part in the job. */
  private withoutRoles(found: Map<string, Found>): Map<string, Found> {
    for (const [key, {straggler}] of found) if (!this.usual.has(key)) this.usual.set(key, straggler.share);
    const late = [...found].filter(([, {straggler}]) => straggler.kind !== 'agent-late');
    if (late.length > Math.max(MANY, MANY_SHARE * this.hosts)) {
      for (const [key, {straggler}] of late) if (straggler.share - this.usual.get(key)! < CHANGED) found.delete(key);
    }
    return found;
  }
}

const keyOf = ({host, kind}: HostScore) => `${kind === 'agent-late' ? 'agent' : 'host'} ${host}`;
