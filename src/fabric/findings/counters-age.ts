import type {Fabric} from '../fabric.ts';

/** How many ports sent interface counters, and how old the last ones of the newest and of the oldest are, ms. */
export interface CountersAge {
  ports: number;
  known: number;
  newestMs: number | null;
  oldestMs: number | null;
}

/** Ages are by the time of the bins. */
export function countersAge({ports, time}: Pick<Fabric, 'ports' | 'time'>): CountersAge {
  let known = 0;
  let newest = Number.NEGATIVE_INFINITY;
  let oldest = Number.POSITIVE_INFINITY;
  for (const {counters} of ports.all) {
    if (!counters) continue;
    known++;
    newest = Math.max(newest, counters.time);
    oldest = Math.min(oldest, counters.time);
  }
  // Counters arrive before the bin that they arrive in is complete.
  const age = (at: number) => Math.max(0, Math.round(time - at));
  return known === 0
    ? {ports: ports.all.length, known, newestMs: null, oldestMs: null}
    : {ports: ports.all.length, known, newestMs: age(newest), oldestMs: age(oldest)};
}
