import type {Agent} from '../../fabric/agents.ts';
import type {Fabric} from '../../fabric/fabric.ts';
import {Moments} from '../../fabric/history/moments.ts';
import {marksLeaving} from '../../fabric/marks-leaving.ts';
import type {CounterRates, Port, Role} from '../../fabric/ports.ts';
import {FABRIC_SCOPE, readBin, type Scope} from '../../fabric/reader.ts';
import {directionOf} from '../../fabric/rows.ts';
import {BIN_MS} from '../../shared/bins.ts';
import {BinState, type MeasureName} from '../../shared/live.ts';
import {type Banded, fabricMarks, linkMarks, type Marks} from '../congestion/marks.ts';
import {byteBand, frameBand, kindBand} from '../sampling-error.ts';
import {exact, scaled} from './banded.ts';
import {type Engines, Findings} from './threshold-found.ts';
import {GaugeReadings} from './threshold-gauges.ts';
import {OperationReadings} from './threshold-operations.ts';

/** What a figure is of. */
export type Subject =
  | {kind: 'fabric'}
  | {kind: 'role'; role: Role}
  | {kind: 'agent'; agent: Agent}
  | {kind: 'link'; port: Port}
  | {kind: 'job'; id: string; name: string | undefined};

export type Direction = 'in' | 'out';

/** Bins that means are taken over: the last settled 2 s. */
const WINDOW_BINS = 20;
/** Preamble, start of frame and the gap behind it (IEEE 802.3, 4.4.2), bytes. */
const BETWEEN_FRAMES = 20;
/** Counters that are older than three of their intervals, and than this, say nothing of now. */
const INTERVALS = 3;
const COUNTERS_WORTH_MS = 90_000;

interface Traffic {
  moments: Moments;
  bins: number;
}

/**
 * Reads the figures that thresholds are set on, as they are now. Several figures of one subject one after the other
 * cost one reading of its bins.
 */
export class ThresholdReader {
  private readonly fabric: Fabric;
  /** What engines have found. */
  readonly found: Findings;
  readonly operations: OperationReadings;
  readonly gauges: GaugeReadings;
  private subject: Subject | undefined;
  private readonly held = new Map<string, Traffic | Marks | undefined>();

  constructor(fabric: Fabric, engines: Engines = {}) {
    this.fabric = fabric;
    this.found = new Findings(fabric, engines);
    this.operations = new OperationReadings(fabric);
    this.gauges = new GaugeReadings(fabric);
  }

  bits(of: Subject, direction: Direction, measure: MeasureName): Banded | undefined {
    return perSecond(this.traffic(of, direction, measure), 8, ({moments}) => ({
      value: moments.bytes,
      ...byteBand(moments),
    }));
  }

  frames(of: Subject, direction: Direction, measure: MeasureName): Banded | undefined {
    return perSecond(this.traffic(of, direction, measure), 1, ({moments}) => ({
      value: moments.frames,
      ...frameBand(moments),
    }));
  }

  /** As a share of the link's speed, with what is sent between frames. */
  utilisation(of: Subject, direction: Direction, measure: MeasureName): Banded | undefined {
    const speed = of.kind === 'link' ? of.port.speed : undefined;
    const traffic = this.traffic(of, direction, measure);
    if (speed === undefined || traffic === undefined) return undefined;
    const {bytes, frames} = traffic.moments;
    const onTheWire = bytes > 0 ? 1 + (BETWEEN_FRAMES * frames) / bytes : 1;
    return perSecond(traffic, (8 * onTheWire) / speed, ({moments}) => ({value: moments.bytes, ...byteBand(moments)}));
  }

  ceShare(of: Subject, direction: Direction): Banded | undefined {
    return this.marks(of, direction)?.ceShare;
  }

  cnps(of: Subject, direction: Direction): Banded | undefined {
    return this.marks(of, direction)?.cnpPerSecond;
  }

  /** Packets a second that left at edge links trimmed. */
  trimmed(): Banded | undefined {
    const {from, to} = this.window();
    const bins = to - from + 1;
    if (!(bins > 0)) return undefined;
    const {frames, moments} = marksLeaving(this.fabric, from, to);
    const {trimmed} = frames;
    return scaled({value: trimmed, ...kindBand(trimmed, moments)}, 1_000 / (bins * BIN_MS));
  }

  /** The sum of rates that interfaces count; undefined where none of them is counted and fresh. */
  counted(of: Subject, ...rates: (keyof CounterRates)[]): Banded | undefined {
    let sum: number | undefined;
    for (const {counters} of this.ports(of)) {
      if (!counters) continue;
      const age = this.fabric.time - counters.time;
      if (age > Math.max(COUNTERS_WORTH_MS, INTERVALS * counters.elapsedMs)) continue;
      for (const rate of rates) {
        const value = counters[rate];
        if (value !== null) sum = (sum ?? 0) + value;
      }
    }
    return sum === undefined ? undefined : exact(sum);
  }

  /** Of the samples of the last seconds. */
  missingShare(of: Subject): Banded | undefined {
    const {agents, time} = this.fabric;
    let received = 0;
    let missing = 0;
    for (const agent of of.kind === 'agent' ? [of.agent] : agents.all) {
      const recent = agent.recent.before(Math.floor(time / 1_000));
      received += recent.received;
      missing += recent.missing;
    }
    return received + missing > 0 ? exact(missing / (received + missing)) : undefined;
  }

  /** Datagrams a second. */
  droppedHere(): Banded | undefined {
    const {seconds, dropped} = this.fabric.watch.recentDrops();
    return seconds > 0 ? exact(dropped / seconds) : undefined;
  }

  unknownRoles(): Banded | undefined {
    const {from, to} = this.window();
    return from <= to ? exact(this.fabric.sums.unknownShare(from, to)) : undefined;
  }

  /** s */
  silence(of: Subject): Banded | undefined {
    if (of.kind !== 'agent') return undefined;
    return exact(Math.max(0, this.fabric.time - of.agent.lastArrival) / 1_000);
  }

  /** s */
  timeResolution(of: Subject): Banded | undefined {
    if (of.kind !== 'agent') return undefined;
    const {uncertainMs} = of.agent.recent.before(Math.floor(this.fabric.time / 1_000));
    return uncertainMs === null ? undefined : exact(uncertainMs / 1_000);
  }

  versusCounters(of: Subject): Banded | undefined {
    const comparison = of.kind === 'agent' ? this.fabric.counterCheck.ofAgent(of.agent) : undefined;
    return comparison && {value: comparison.ratio, low: comparison.low, high: comparison.high};
  }

  private ports(of: Subject): readonly Port[] {
    const {ports} = this.fabric;
    if (of.kind === 'link') return [of.port];
    return of.kind === 'agent' ? of.agent.ports.map((slot) => ports.at(slot)!) : ports.all;
  }

  /** Both inclusive. */
  private window(): {from: number; to: number} {
    const {finalBin, firstBin} = this.fabric;
    return {from: Math.max(finalBin - WINDOW_BINS, firstBin), to: finalBin - 1};
  }

  private traffic(of: Subject, direction: Direction, measure: MeasureName): Traffic | undefined {
    if (of.kind === 'job') return undefined;
    return this.once(of, `${measure} ${direction}`, () => {
      const traffic = {moments: new Moments(), bins: 0};
      if (of.kind === 'agent') {
        // All ports of an agent are there in the same bins.
        for (const port of this.ports(of)) {
          traffic.bins = this.read({kind: 'link', port, direction: directionOf(direction)}, measure, traffic.moments);
        }
      } else {
        const scope: Scope =
          of.kind === 'fabric'
            ? FABRIC_SCOPE
            : of.kind === 'role'
              ? {kind: 'fabric', role: of.role}
              : {kind: 'link', port: of.port, direction: directionOf(direction)};
        traffic.bins = this.read(scope, measure, traffic.moments);
      }
      return traffic.bins > 0 ? traffic : undefined;
    });
  }

  /** Adds the bins of the window up; returns in how many there was somebody. */
  private read(scope: Scope, measure: MeasureName, into: Moments): number {
    const {from, to} = this.window();
    let bins = 0;
    for (let bin = from; bin <= to; bin++)
      if (readBin(this.fabric, scope, measure, bin, into) !== BinState.Absent) bins++;
    return bins;
  }

  private marks(of: Subject, direction: Direction): Marks | undefined {
    return this.once(of, `marks ${direction}`, () => {
      const {from, to} = this.window();
      if (of.kind === 'fabric') return fabricMarks(this.fabric, from, to);
      return of.kind === 'link' ? linkMarks(this.fabric, of.port, directionOf(direction), from, to) : undefined;
    });
  }

  /** What was read of this very subject is not read again: each look has subjects of its own. */
  private once<T extends Traffic | Marks>(of: Subject, what: string, read: () => T | undefined): T | undefined {
    if (this.subject !== of) {
      this.subject = of;
      this.held.clear();
    }
    if (!this.held.has(what)) this.held.set(what, read());
    return this.held.get(what) as T | undefined;
  }
}

function perSecond(traffic: Traffic | undefined, by: number, pick: (traffic: Traffic) => Banded): Banded | undefined {
  if (!traffic) return undefined;
  return scaled(pick(traffic), (by * 1_000) / (traffic.bins * BIN_MS));
}
