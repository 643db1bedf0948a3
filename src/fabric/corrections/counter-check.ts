import {Basis, Direction} from '../../account/schema.ts';
import type {Agent} from '../agents.ts';
import type {Fabric} from '../fabric.ts';
import {Moments} from '../history/moments.ts';
import type {Port} from '../ports.ts';
import {readBin} from '../reader.ts';
import {addCompared, type Compared, CounterSpan, nothingCompared} from './counter-span.ts';
import {type Comparison, compare, differs} from './counter-verdict.ts';

/**
 * Counters were read so many bins before they arrived, at most: switches keep them for about a second. And so many bins
 * are not final yet, so that their corrections are still to come.
 */
const READ_BEFORE_BINS = 15;
/** Longer for agents whose datagrams are rarer, but not beyond what is told of any of them. */
const MOST_READ_BEFORE_BINS = 30;
/** A port that should have had so many samples and has none is not sampled: the member of a bundle, say. */
const EXPECTED = 20;

/** What is compared of a port and direction. */
interface Watched {
  span: CounterSpan;
  /** Basis and speed that it goes by; with others it begins anew. */
  basis: number;
  speed: number | undefined;
}

/**
 * Holds the samples of each port and direction against the interface's own counters, all the time. Only what was
 * measured there can be compared. What is found is told and not corrected by itself: counters say that something is
 * wrong, but not since when, nor whether it is the rate, a tap on other traffic, or counters of another kind.
 */
export class CounterCheck {
  /** At slot * 2 + direction. */
  private readonly watched: (Watched | undefined)[] = [];
  private readonly moments = new Moments();
  /** Ports with news since they were asked for last. */
  private readonly changed = new Set<Port>();

  /** A port's counters have arrived; octets are what they grew by, NaN where it does not keep them. */
  read(fabric: Fabric, port: Port, elapsedMs: number, inOctets: number, outOctets: number): void {
    this.readOne(fabric, port, Direction.In, elapsedMs, inOctets);
    this.readOne(fabric, port, Direction.Out, elapsedMs, outOctets);
    this.changed.add(port);
  }

  private readOne(fabric: Fabric, port: Port, direction: number, elapsedMs: number, octets: number): void {
    const at = port.slot * 2 + direction;
    const {rows, newest} = fabric;
    const basis = rows.basis(port.slot, direction, newest);
    if (basis === Basis.Derived || Number.isNaN(octets)) {
      this.watched[at] = undefined;
      return;
    }
    const reading = {
      tallied: fabric.tally.of(port.slot, direction),
      edge: this.edge(fabric, port, direction),
    };
    const watched = this.watched[at];
    if (!watched || elapsedMs <= 0 || watched.basis !== basis || watched.speed !== port.speed) {
      this.watched[at] = {span: new CounterSpan(reading), basis, speed: port.speed};
      return;
    }
    const {span} = watched;
    span.add(reading, elapsedMs, octets);
    const recent = span.recent();
    if (recent && differs(recent, span.earlier())) span.forgetOlder();
  }

  /** Bytes that may have been counted on the other side of a reading: those of the time that it may be off by. */
  private edge(fabric: Fabric, port: Port, direction: number): number {
    const usual = port.agent.presence.usualBins();
    const bins = Math.min(MOST_READ_BEFORE_BINS, Math.max(READ_BEFORE_BINS, usual));
    const {moments} = this;
    moments.clear();
    const scope = {kind: 'link', port, direction} as const;
    // Before the first bin is complete there is none to be read.
    const from = Math.max(fabric.firstBin, fabric.newest - bins + 1);
    for (let bin = from; bin <= fabric.newest; bin++) readBin(fabric, scope, 'all', bin, moments);
    return moments.bytes + 2 * Math.sqrt(moments.squares);
  }

  /** An agent's samples are weighed otherwise now: what was compared before says nothing of it. */
  restart({ports}: Agent): void {
    for (const slot of ports) this.clear(slot);
  }

  /** A port has left. */
  release(port: Port): void {
    this.clear(port.slot);
    this.changed.delete(port);
  }

  private clear(slot: number): void {
    this.watched[slot * 2 + Direction.In] = undefined;
    this.watched[slot * 2 + Direction.Out] = undefined;
  }

  /** A port's samples against its counters; undefined where there is nothing to compare. */
  ofPort({slot}: Port, direction: number): Comparison | undefined {
    const watched = this.watched[slot * 2 + direction];
    return watched && compare(watched.span.whole());
  }

  /**
   * The samples of all ports of an agent together against their counters; undefined until most of them have been read
   * twice.
   */
  ofAgent({ports}: Agent): Comparison | undefined {
    const read: Compared[] = [];
    let spans = 0;
    for (const slot of ports) {
      for (let at = slot * 2; at <= slot * 2 + 1; at++) {
        const watched = this.watched[at];
        if (!watched) continue;
        spans++;
        const whole = watched.span.whole();
        if (whole.ms > 0) read.push(whole);
      }
    }
    if (read.length * 2 <= spans) return undefined;
    const all = read.reduce(addCompared, nothingCompared());
    const typical = all.samples > 0 ? all.bytes / all.samples : 0;
    const sum = nothingCompared();
    let ms = 0;
    for (const one of read) {
      // One that has no samples belongs to the sum, unless it should have had many.
      if (one.samples === 0 && one.octets > EXPECTED * typical) continue;
      addCompared(sum, one);
      ms = Math.max(ms, one.ms);
    }
    return compare({...sum, ms});
  }

  /** Ports whose counters have been read since the last call. */
  takeChanged(): Port[] {
    const ports = [...this.changed];
    this.changed.clear();
    return ports;
  }
}
