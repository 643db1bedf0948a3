import type {Evidence} from './roles-evidence.ts';
import {MAX_ARRIVALS} from './roles-odds.ts';
import {ThingKind} from './things.ts';

/** TTLs that hosts begin with: one of them has crossed no router. */
const INITIAL_TTLS = [64, 128, 255];
/**
 * Frames a second that a source of other IP traffic must send to be taken for a host: switches send some of their own
 * (telemetry, sFlow itself at some 1,000 datagrams).
 */
const HOST_FRAMES_PER_SECOND = 2_000;
/** So few are put in order without calling anybody. */
const FEW = 16;

/** What has come in at the port that is looked at, as numbers of sightings. */
export class Arrivals {
  /** The most frequent ones, in this order; what came in at more ports alike than are followed is not among them. */
  readonly here: number[] = [];
  /** Those of them that come straight from hosts. */
  readonly fromHosts: number[] = [];
  private readonly evidence: Evidence;

  constructor(evidence: Evidence) {
    this.evidence = evidence;
  }

  /** Lists what has come in at a port. Returns how much there was to look at. */
  gather(slot: number): number {
    const {sightings, things} = this.evidence;
    const {here, fromHosts} = this;
    here.length = 0;
    fromHosts.length = 0;
    let seen = 0;
    for (let index = sightings.first(slot); index !== 0; index = sightings.nextAtPort(index)) {
      seen++;
      if (!things.isCrowded(sightings.thing(index))) here.push(index);
    }
    this.order();
    if (here.length > MAX_ARRIVALS) here.length = MAX_ARRIVALS;
    for (const index of here) if (this.isFromHost(index)) fromHosts.push(index);
    return seen;
  }

  isFlow(index: number): boolean {
    return this.evidence.things.kind(this.evidence.sightings.thing(index)) === ThingKind.Flow;
  }

  /** Whether it has crossed no router; a sample that was taken on the way out may have crossed the switch itself. */
  hasInitialTtl(index: number): boolean {
    const {sightings} = this.evidence;
    const ttl = sightings.ttl(index);
    return INITIAL_TTLS.includes(ttl) || (sightings.isDerived(index) && INITIAL_TTLS.includes(ttl + 1));
  }

  /** Whether it comes straight from its host. Of other IP traffic than RoCEv2 there must be more than a switch sends itself. */
  private isFromHost(index: number): boolean {
    if (!this.hasInitialTtl(index)) return false;
    const {sightings, things} = this.evidence;
    const isOther = things.kind(sightings.thing(index)) === ThingKind.Host;
    return !isOther || sightings.framesPerSecond(index) >= HOST_FRAMES_PER_SECOND;
  }

  private order(): void {
    const {here} = this;
    const {sightings} = this.evidence;
    if (here.length > FEW) {
      here.sort((a, b) => sightings.settled(b) - sightings.settled(a));
      return;
    }
    for (let i = 1; i < here.length; i++) {
      const index = here[i]!;
      const settled = sightings.settled(index);
      let to = i;
      for (; to > 0 && sightings.settled(here[to - 1]!) < settled; to--) here[to] = here[to - 1]!;
      here[to] = index;
    }
  }
}
