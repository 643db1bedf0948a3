import {BIN_MS} from '../shared/bins.ts';
import type {Waterfall} from '../shared/health.ts';
import type {Fabric} from './fabric.ts';
import {AgentWatch, MANY_AGENTS} from './watch-agents.ts';
import {Herd} from './watch-herd.ts';
import {MANY_PORTS, PortWatch} from './watch-ports.ts';
import {ServerWatch} from './watch-server.ts';
import {between, missingByPlace, type Reading, readLedgers, waterfallOf} from './waterfall.ts';

/** What is happening now is what happened in so many seconds. */
export const RECENT_SECONDS = 10;

const MANY = {...MANY_AGENTS, ...MANY_PORTS};

/** What happened in the last seconds. */
export interface Recent {
  seconds: number;
  waterfall: Waterfall;
  missing: ReturnType<typeof missingByPlace>;
}

/**
 * Looks at the fabric once a second of the bins' time, raises events for what has changed, and remembers what the
 * ledgers held, so that losses can be told as they are now.
 */
export class Watch {
  readonly server = new ServerWatch();
  private readonly agents = new AgentWatch();
  private readonly ports = new PortWatch();
  private readonly herd = new Herd();
  private readonly readings: {second: number; reading: Reading}[] = [];

  /** To be called when a bin is complete. */
  look(fabric: Fabric): void {
    const second = Math.floor((fabric.newest * BIN_MS) / 1_000);
    const last = this.readings.at(-1);
    if (last && last.second >= second) return;
    const reading = readLedgers(fabric);
    this.readings.push({second, reading});
    while (this.readings[0]!.second < second - RECENT_SECONDS) this.readings.shift();
    const {events, time} = fabric;
    this.agents.look(fabric, this.herd);
    this.ports.look(fabric.ports, this.herd);
    this.herd.raise(events, time, MANY);
    this.server.look(reading.counts, time, events);
  }

  /** What happened in the last seconds; undefined while there are none. */
  recent(): Recent | undefined {
    const first = this.readings[0];
    const last = this.readings.at(-1);
    if (!first || !last || first === last) return undefined;
    const reading = between(first.reading, last.reading);
    return {
      seconds: last.second - first.second,
      waterfall: waterfallOf(reading),
      missing: missingByPlace(reading),
    };
  }
}
