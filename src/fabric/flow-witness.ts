import type {SectionData} from '../account/codec.ts';
import {Basis} from '../account/schema.ts';
import type {Agent} from './agents.ts';
import {FlowColumn} from './flow-columns.ts';
import {PSNS} from './flow-psn.ts';
import type {Flow} from './flow-top.ts';
import type {FlowWays} from './flow-ways.ts';
import type {Sighting, SumStore} from './flow-window.ts';
import {PsnWitness} from './psn-witness.ts';
import type {RecentKeys} from './recent-keys.ts';

/** A step by more is one back, or too long to be told. */
const MOST_FORWARD = PSNS / 2;
/** Seconds between two samples of a queue pair after which nobody knows how often its numbers went round. */
const MOST_SILENT_SECONDS = 3;
/** Seconds behind a READ between two hosts in which the numbers of their queue pairs are not taken for packets. */
export const READ_SECONDS = 60;

/** What sequence numbers say of what agents' samples stand for: flows that were seen at one place alone tell. */
export class FlowWitness {
  private readonly store: SumStore;
  private readonly ways: FlowWays;
  private readonly witnesses = new WeakMap<Agent, PsnWitness>();
  /** The last second that any producer has told of. */
  private newest = 0;

  constructor(store: SumStore, ways: FlowWays) {
    this.store = store;
    this.ways = ways;
  }

  /** Time has come to this second. */
  advance(second: number): void {
    this.newest = second;
  }

  /** Holds the samples of row `i` of a flow, seen at a place, against its packets' own numbers. */
  take(
    flows: RecentKeys<Flow>,
    index: number,
    place: number,
    columns: SectionData['columns'],
    i: number,
    weight: number,
    second: number,
  ): void {
    if (columns[FlowColumn.Reads]![i]! > 0) flows.at(index).hosts.readSecond = second;
    const psn = columns[FlowColumn.LastPsn]![i]!;
    if (psn === 0) return;
    const {store} = this;
    const last = store.psn(place);
    const silent = second - store.psnSecond(place);
    store.setPsn(place, psn, second);
    const step = (psn - last + PSNS) % PSNS;
    if (last === 0 || silent > MOST_SILENT_SECONDS || step === 0 || step > MOST_FORWARD) return;
    const flow = flows.at(index);
    if (columns[FlowColumn.Backward]![i]! > 0 || second - flow.hosts.readSecond < READ_SECONDS) return;
    const sighting = flow.sightings.find((one) => one.place === place)!;
    const {side, port} = sighting;
    if (side >>> 1 === Basis.Derived || !this.ways.counts(sighting, this.newest)) return;
    if (this.isElsewhere(flow, sighting)) return;
    const known = this.witnesses.get(port.agent) ?? new PsnWitness();
    this.witnesses.set(port.agent, known);
    known.add(second, columns[FlowColumn.Followed]![i]!, weight, step);
  }

  /** What they say of the agent's samples over the last minute; undefined where too few of them tell. */
  compare(agent: Agent): ReturnType<PsnWitness['compare']> {
    return this.witnesses.get(agent)?.compare(this.newest);
  }

  /** Whether packets of a flow may come by another port as well as by this one. */
  private isElsewhere({sightings}: Flow, {ttl, side, port}: Sighting): boolean {
    return sightings.some(
      (other) =>
        other.port !== port &&
        other.ttl === ttl &&
        (other.side & 1) === (side & 1) &&
        this.ways.counts(other, this.newest),
    );
  }
}
