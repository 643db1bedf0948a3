import {BIN_MS} from '../../shared/bins.ts';
import type {Fabric} from '../fabric.ts';
import {between, missingByPlace, NOTHING, type Reading, readLedgers} from '../findings/waterfall.ts';
import {AgentWatch, MANY_AGENTS} from './watch-agents.ts';
import {DropWatch, MANY_DROPS} from './watch-drops.ts';
import {Herd} from './watch-herd.ts';
import {MANY_PORTS, PortWatch} from './watch-ports.ts';
import {MANY_RATES, RateWatch} from './watch-rates.ts';
import {ServerWatch} from './watch-server.ts';
import {lookAtStorms, MANY_STORMS} from './watch-storms.ts';

/** What is happening now is what happened in so many seconds. */
export const RECENT_SECONDS = 10;

const MANY = {...MANY_AGENTS, ...MANY_PORTS, ...MANY_RATES, ...MANY_DROPS, ...MANY_STORMS};

/** What happened in the last seconds: none in the first one. */
export interface Recent {
  seconds: number;
  reading: Reading;
}

/**
 * Looks at the fabric once a second of the bins' time, raises events for what has changed, and remembers what the
 * ledgers held, so that losses can be told as they are now.
 */
export class Watch {
  readonly server = new ServerWatch();
  readonly agents = new AgentWatch();
  readonly rates = new RateWatch();
  private readonly ports = new PortWatch();
  private readonly drops = new DropWatch();
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
    this.rates.look(fabric, this.herd);
    this.drops.look(fabric, this.herd);
    lookAtStorms(fabric.gauges, this.herd);
    this.herd.raise(events, time, MANY);
    this.server.look(reading.counts, time, events);
  }

  /** Datagrams that this machine dropped or left out in the last seconds. */
  recentDrops(): {seconds: number; dropped: number} {
    const {seconds, reading} = this.recent();
    const {kernel, ring, thinned} = missingByPlace(reading);
    return {seconds, dropped: kernel + ring + thinned};
  }

  /** What the ledgers grew by in the last seconds. */
  recent(): Recent {
    const first = this.readings[0];
    const last = this.readings.at(-1);
    if (!first || !last) return {seconds: 0, reading: NOTHING};
    return {seconds: last.second - first.second, reading: between(first.reading, last.reading)};
  }
}
