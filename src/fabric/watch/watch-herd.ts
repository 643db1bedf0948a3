import type {EventKind, EventLog, FabricEvent} from './events.ts';
import {count} from './watch-text.ts';

/** So many events of one kind at one time are told one by one; more are told as one. */
const ONE_BY_ONE = 5;
/** Of those, so many are named. */
const NAMED = 5;

/** An event, and what it is about in a list of many. */
export interface HerdEvent extends Omit<FabricEvent, 'id' | 'time'> {
  name: string;
}

/**
 * Collects what was seen at one time. A fabric of thousands of agents that comes up, or is cut off, is one event and
 * not thousands.
 */
export class Herd {
  private readonly byKind = new Map<EventKind, HerdEvent[]>();

  add(event: HerdEvent): void {
    const alike = this.byKind.get(event.kind);
    if (alike) alike.push(event);
    else this.byKind.set(event.kind, [event]);
  }

  /** Raises what was collected; `many` says what happened to that many where they are told as one. */
  raise(log: EventLog, time: number, many: Partial<Record<EventKind, (count: string) => string>>): void {
    for (const [kind, alike] of this.byKind) {
      const say = many[kind];
      if (alike.length <= ONE_BY_ONE || say === undefined) {
        for (const {name: _, ...event} of alike) log.raise({time, ...event});
        continue;
      }
      const names = alike.slice(0, NAMED).map(({name}) => name);
      log.raise({
        time,
        kind,
        level: alike[0]!.level,
        text: `${say(count(alike.length))}: ${names.join(', ')} and ${count(alike.length - NAMED)} more`,
        ...(alike[0]!.threshold === undefined ? {} : {threshold: alike[0]!.threshold}),
        figures: {count: alike.length},
      });
    }
    this.byKind.clear();
  }
}
