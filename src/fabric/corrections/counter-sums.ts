import type {Fabric} from '../fabric.ts';
import type {CounterRates, Port} from '../ports.ts';

/** What interfaces counted of errors and discards, packets a second; null where none of them keeps such a counter. */
export interface CounterSums {
  inErrors: number | null;
  outErrors: number | null;
  inDiscards: number | null;
  outDiscards: number | null;
}

/** Counters that were not read again in so many of their own intervals are not of now. */
const MOST_INTERVALS = 3;

/** Sums over ports, each by its last two readings; they are as old as those, usually up to half a minute. */
export function sumCounters({time}: Pick<Fabric, 'time'>, ports: readonly Port[]): CounterSums {
  const counters = ports.flatMap((port) => (port.counters && isOfNow(port.counters, time) ? [port.counters] : []));
  const sum = (pick: (rates: CounterRates) => number | null): number | null => {
    const known = counters.map(pick).filter((rate) => rate !== null);
    return known.length === 0 ? null : known.reduce((total, rate) => total + rate, 0);
  };
  return {
    inErrors: sum(({inErrorsPerSecond}) => inErrorsPerSecond),
    outErrors: sum(({outErrorsPerSecond}) => outErrorsPerSecond),
    inDiscards: sum(({inDiscardsPerSecond}) => inDiscardsPerSecond),
    outDiscards: sum(({outDiscardsPerSecond}) => outDiscardsPerSecond),
  };
}

function isOfNow({time, elapsedMs}: CounterRates, now: number): boolean {
  return now - time <= MOST_INTERVALS * elapsedMs;
}
