import type {Fabric} from '../../fabric/fabric.ts';
import {Sum} from '../../fabric/flow-window.ts';
import type {Port} from '../../fabric/ports.ts';
import {portLabel} from '../../fabric/ports.ts';
import {BIN_MS} from '../../shared/bins.ts';
import {IN, type LinkLoads, LinkSums, OUT, utilisationOf} from '../imbalance/link-loads.ts';
import type {PeriodReport} from '../period/period-engine.ts';
import {type MarkedSamples, marksRise, median, periodOf} from './incast.ts';
import {type Burst, IncastPort, marksOf, type PortMarks, secondOf} from './incast-port.ts';
import {SentSamples} from './sent-samples.ts';

/** Many hosts that send to one at once, again and again: more than its port takes. */
export interface IncastReport {
  link: string;
  /** Who stands behind the port: the host that nearly all that left there in bursts was for; null where there is no such one. */
  host: string | null;
  /** Epoch ms: the first of the bursts that are remembered, and the last. */
  since: number;
  last: number;
  bursts: number;
  /** Distinct sources at least, of the burst in the middle; and those with the most samples. */
  sources: number;
  addresses: string[];
  /** Sources that the port, or ports beside it, have at other times. */
  usualSources: number;
  /** Part of the port's speed that frames came for in the bursts. */
  utilisation: number;
  /** Marked part of RoCEv2 frames in bursts, and notifications a frame. */
  ceShare: number;
  cnpPerFrame: number;
  periodic: boolean;
  periodMs: number | null;
}

/** So many times as many sources as usual. */
const MANY = 4;
/** Standard deviations by which marks must rise, and by what factor. */
const SURE = 3.5;
const RISES = 2;
/** So many bursts are told of; after so many bins without one it is over. */
const TOLD_AT = 3;
const OVER_BINS = 300;
/** Flows whose samples are shorter on average carry no data. */
const LEAST_DATA_BYTES = 200;
/** A port is watched when its marks stand out by so many standard deviations; so many are. */
const WORTH_WATCHING = 2;
const MOST_WATCHED = 256;
const LOOK_EVERY_BINS = 20;
/** Ports beside that are compared with, and addresses that are named. */
const MOST_BESIDE = 64;
const MOST_NAMED = 32;
/** Flows are told by when they arrived: of a second by the next one, and agents hold samples back for up to another. */
const TOLD_LATER_SECONDS = 2;

/** Looks for edge ports that are full in bursts of many sources while marks rise. */
export class IncastEngine {
  private readonly fabric: Fabric;
  private readonly loads: LinkLoads;
  private readonly periods: {report: PeriodReport | undefined} | undefined;
  private readonly watched = new Map<Port, IncastPort>();
  private readonly told = new Set<Port>();
  private readonly out = new LinkSums();
  private readonly into = new LinkSums();
  /** The last second whose flows were counted. */
  private counted = 0;

  constructor(fabric: Fabric, loads: LinkLoads, periods?: {report: PeriodReport | undefined}) {
    this.fabric = fabric;
    this.loads = loads;
    this.periods = periods;
  }

  /** Those that go on, of most sources first. */
  get report(): IncastReport[] {
    return [...this.watched.values()].flatMap((one) => reportOf(one, this.fabricPeriods()) ?? []).sort(bySources);
  }

  /** A bin of the loads is complete. */
  takeBin(): void {
    const {loads, watched} = this;
    const {bin} = loads;
    for (const [port, one] of watched) {
      one.take(bin, loads.lastLoad(port), (way) => loads.readBin(port, way, way === OUT ? this.out : this.into));
    }
    // Others look when blocks end.
    if (bin % LOOK_EVERY_BINS === LOOK_EVERY_BINS / 2) this.look();
  }

  /** Watches ports that were full and have more marks than others, the clearest first. */
  private choose(): void {
    const {fabric, loads, watched} = this;
    const isEdge = ({slot}: Port) => fabric.roles.at(slot, loads.bin) === 'edge';
    const fresh = loads.fullPorts().filter((port) => !watched.has(port) && isEdge(port));
    if (fresh.length === 0) return;
    const [out, into] = [new LinkSums(), new LinkSums()];
    for (const port of fabric.ports.all) {
      if (!isEdge(port)) continue;
      loads.window(port, OUT, out);
      loads.window(port, IN, into);
    }
    const all = marksOf(out, into);
    const byRise = fresh.map((port) => {
      const own = marksOf(loads.window(port, OUT, this.out.clear()), loads.window(port, IN, this.into.clear()));
      const others = combined(all, own, -1);
      return {port, rise: Math.max(marksRise(own.ce, others.ce), marksRise(own.cnp, others.cnp))};
    });
    byRise.sort((a, b) => b.rise - a.rise);
    for (const {port, rise} of byRise) {
      if (rise < WORTH_WATCHING || watched.size === MOST_WATCHED) break;
      watched.set(port, new IncastPort(port, loads.bin));
    }
  }

  /** Every two seconds: counts sources, judges bursts, and tells. */
  private look(): void {
    const {watched, loads} = this;
    this.choose();
    if (watched.size === 0) return;
    const beside = this.beside();
    this.countSources(beside);
    const newest = this.fabric.flows.newestSecond;
    const marks = new Map(beside.map((one) => [one, marksOf(loads.window(one.port, OUT), loads.window(one.port, IN))]));
    const all = [...marks.values()].reduce((sum, one) => combined(sum, one, 1), NO_MARKS);
    for (const one of watched.values()) {
      const others = beside.filter((other) => other !== one);
      const marksOfOthers = combined(all, marks.get(one) ?? NO_MARKS, -1);
      for (const burst of one.bursts) {
        if (burst.sources === undefined && secondOf(burst.to) + TOLD_LATER_SECONDS < newest) {
          judge(one, burst, others, marksOfOthers);
        }
      }
      this.tell(one);
      one.forget(loads.bin);
      if (one.isIdle(loads.bin)) {
        watched.delete(one.port);
        this.told.delete(one.port);
      }
    }
  }

  /** Edge ports that send RoCEv2, to compare with. */
  private beside(): IncastPort[] {
    const {fabric, loads, watched} = this;
    const found: IncastPort[] = [];
    for (const port of fabric.ports.all) {
      if (found.length === MOST_BESIDE) break;
      if (fabric.roles.at(port.slot, loads.bin) !== 'edge' || loads.window(port, OUT).roceSamples === 0) continue;
      found.push(watched.get(port) ?? new IncastPort(port, loads.bin));
    }
    return found;
  }

  /** Samples by source and second of the ports that are watched, and of all the window's seconds of those beside. */
  private countSources(beside: readonly IncastPort[]): void {
    const {flows} = this.fabric;
    const ports = new Map<Port, IncastPort>([...beside.map((one) => [one.port, one] as const), ...this.watched]);
    const to = flows.newestSecond - 1; // the newest may not be whole
    const fresh = new Map<IncastPort, Map<number, SentSamples>>();
    for (const one of ports.values()) {
      const seconds = new Map<number, SentSamples>();
      const from = this.watched.has(one.port) ? Math.max(this.counted + 1, to - 4) : to - 4;
      for (let second = from; second <= to; second++)
        if (!one.seconds.has(second)) seconds.set(second, new SentSamples());
      fresh.set(one, seconds);
    }
    flows.eachLeaving(ports.keys(), (port, {source, destination}, sighting) => {
      // A slot may be another port's by now.
      for (const [second, sent] of fresh.get(ports.get(port)!) ?? []) {
        const samples = sighting.at(Sum.Samples, second);
        if (samples === 0) continue;
        const isData = sighting.at(Sum.Bytes, second) >= LEAST_DATA_BYTES * sighting.at(Sum.Frames, second);
        if (!isData) continue;
        sent.add(source, destination, samples);
      }
    });
    for (const [one, seconds] of fresh) for (const [second, sent] of seconds) one.seconds.set(second, sent);
    this.counted = to;
  }

  private tell(one: IncastPort): void {
    const {fabric, loads, told} = this;
    const incasts = one.bursts.filter(({isIncast}) => isIncast);
    if (incasts.length === 0 || loads.bin - incasts.at(-1)!.to > OVER_BINS) told.delete(one.port);
    const report = reportOf(one, this.fabricPeriods());
    if (!report || told.has(one.port) || loads.bin - incasts.at(-1)!.to > OVER_BINS) return;
    told.add(one.port);
    const {host, sources, usualSources, utilisation, ceShare, cnpPerFrame, bursts} = report;
    const victim = host === null ? '' : ` to ${fabric.names.host(host) ?? host}`;
    const names = report.addresses.map((address) => fabric.names.host(address) ?? address);
    const shown = names.slice(0, 8).join(', ') + (names.length > 8 ? ` and ${names.length - 8} more` : '');
    fabric.events.raise({
      time: loads.time,
      kind: 'incast',
      level: 'warning',
      text:
        `${Math.round(sources)} hosts at once send${victim} more than ${portLabel(one.port)} takes, in ${bursts} bursts of the minute before that were strong enough to see` +
        `${report.periodMs === null ? '' : `, in a cycle of ${Math.round(report.periodMs)} ms`}, where ${Math.round(usualSources)} are usual: ${shown}`,
      agent: one.port.agent.address,
      link: one.port.id,
      figures: {sources, usualSources, utilisation, ceShare, cnpPerFrame, bursts},
    });
  }

  private fabricPeriods(): number[] {
    return (this.periods?.report?.periods ?? []).map(({periodMs}) => periodMs);
  }
}

/** Says of a burst how many sources it had, and whether it is an incast. */
function judge(one: IncastPort, burst: Burst, others: readonly IncastPort[], marksOfOthers: PortMarks): void {
  burst.sources = sentIn(one, burst).sourcesAtLeast;
  if (burst.sources < MANY) return;
  const marks = marksOf(burst.out, burst.in);
  const {quiet} = one;
  const rises = (now: MarkedSamples, own: MarkedSamples, beside: MarkedSamples) => {
    const before = own.samples > now.samples ? own : beside;
    const share = (of: MarkedSamples) => (of.samples > 0 ? of.marked / of.samples : 0);
    return marksRise(now, before) > SURE && share(now) > RISES * share(before);
  };
  if (!rises(marks.ce, quiet.ce, marksOfOthers.ce) && !rises(marks.cnp, quiet.cnp, marksOfOthers.cnp)) return;
  burst.usual = usualOf(one, burst, others);
  burst.isIncast = burst.sources >= MANY * burst.usual;
}

const NO_MARKS: PortMarks = {ce: {marked: 0, samples: 0}, cnp: {marked: 0, samples: 0}};

/** Some marks with others, taken `times`. */
function combined(a: PortMarks, b: PortMarks, times: 1 | -1): PortMarks {
  const both = (of: MarkedSamples, and: MarkedSamples) => ({
    marked: of.marked + times * and.marked,
    samples: of.samples + times * and.samples,
  });
  return {ce: both(a.ce, b.ce), cnp: both(a.cnp, b.cnp)};
}

/** What was sent in the seconds in which flows were told of a burst, added to `into`. */
function sentIn({seconds}: IncastPort, {from, to}: Burst, into = new SentSamples()): SentSamples {
  for (let second = secondOf(from) + 1; second <= secondOf(to) + TOLD_LATER_SECONDS; second++) {
    const sent = seconds.get(second);
    if (sent) into.addAll(sent);
  }
  return into;
}

/** Sources at the port in seconds that it was not busy in, or at other ports meanwhile: the larger median, 1 at least. */
function usualOf(one: IncastPort, burst: Burst, others: readonly IncastPort[]): number {
  const own: number[] = [];
  for (const [second, sent] of one.seconds) {
    // Whether it was busy before it was watched is not known.
    if (second <= secondOf(one.since) + TOLD_LATER_SECONDS) continue;
    const isBusy = [1, TOLD_LATER_SECONDS].some((later) => one.busySeconds.has(second - later));
    if (!isBusy) own.push(sent.sourcesAtLeast);
  }
  const beside = others.map((other) => sentIn(other, burst).sourcesAtLeast);
  return Math.max(1, median(own), median(beside));
}

function reportOf(one: IncastPort, fabricPeriods: readonly number[]): IncastReport | undefined {
  const bursts = one.bursts.filter(({isIncast}) => isIncast);
  if (bursts.length < TOLD_AT) return undefined;
  const out = new LinkSums();
  const into = new LinkSums();
  const sent = new SentSamples();
  for (const burst of bursts) {
    out.add(burst.out);
    into.add(burst.in);
    sentIn(one, burst, sent);
  }
  const {ce, cnp} = marksOf(out, into);
  // One that went on for long is several, but began once.
  const begins = bursts.filter(({from}, i) => from - (bursts[i - 1]?.to ?? Number.NEGATIVE_INFINITY) > 1);
  const periodMs = periodOf(
    begins.map(({from}) => from * BIN_MS),
    fabricPeriods,
  );
  return {
    link: one.port.id,
    host: sent.host,
    since: bursts[0]!.from * BIN_MS,
    last: (bursts.at(-1)!.to + 1) * BIN_MS,
    bursts: bursts.length,
    sources: median(bursts.map(({sources}) => sources!)),
    addresses: sent.topSources(MOST_NAMED),
    usualSources: median(bursts.map(({usual}) => usual)),
    utilisation: utilisationOf(out, one.port.speed)?.utilisation ?? 0,
    ceShare: ce.samples > 0 ? ce.marked / ce.samples : 0,
    cnpPerFrame: cnp.samples > 0 ? cnp.marked / cnp.samples : 0,
    periodic: periodMs !== undefined,
    periodMs: periodMs ?? null,
  };
}

const bySources = (a: IncastReport, b: IncastReport) => b.sources - a.sources;
