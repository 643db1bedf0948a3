import {countByPsn, type PsnCount} from './flow-psn.ts';
import {inWindow, type Sighting, Sum} from './flow-window.ts';
import {Moments} from './history/moments.ts';
import {Largest, type RestOfFlows} from './largest.ts';
import {total} from './nearness.ts';
import type {Port} from './ports.ts';

/** Flows that are weighed in one step. */
export const FLOWS_A_STEP = 8_192;

/** What names a flow. */
export interface FlowName {
  readonly source: string;
  readonly destination: string;
  readonly destQp: number;
  readonly dscp: number;
}

/** Two hosts, whichever of them sends. */
export interface HostPair {
  /** The last second with a READ between them. */
  readSecond: number;
}

export interface Flow extends FlowName {
  hosts: HostPair;
  sightings: Sighting[];
}

/** Which flows are wanted. */
export interface FlowQuery {
  top: number;
  /** Address of source or destination. */
  host?: string | undefined;
  /** Id of a link it was seen on. */
  link?: string | undefined;
}

/** The largest flows, and the others. */
export interface TopFlows {
  /** Seconds that all of it is of. */
  window: number;
  flows: FlowEstimate[];
  rest: RestOfFlows;
}

/** A flow over the window; frames, bytes, operations and CNPs are estimates. */
export interface FlowEstimate {
  source: string;
  destination: string;
  destQp: number;
  dscp: number;
  moments: Moments;
  operations: number;
  /** Samples and frames as they leave the fabric, or where they have come farthest, and those marked CE among them. */
  farSamples: number;
  farFrames: number;
  ce: number;
  /** Congestion notification packets that the destination sent back to the source, of all their queue pairs. */
  cnpFrames: number;
  /** Packets of its SENDs and WRITEs by their sequence numbers; undefined where these do not tell. */
  byPsn: PsnCount | undefined;
  /** How often its sender was seen to go back between two samples. */
  retransmissions: number;
  /** Links it was seen on, most traffic first. */
  links: Port[];
}

/** Flows by place, and what of their sightings is to be counted in the window that ends with the second `newest`. */
export interface SeenFlows {
  /** How many there are. */
  readonly size: number;
  at(index: number): Flow;
  /** The last second in which one was seen. */
  lastSecond(index: number): number;
  /** Those that hold each of its packets once. */
  nearest(flow: Flow, newest: number): readonly Sighting[];
  /** The same where they have come farthest on their way, and have all their marks. */
  farthest(flow: Flow, newest: number): readonly Sighting[];
  /** Whether one of them was seen in the window in the way that counts there. */
  counts(sighting: Sighting, newest: number): boolean;
}

/** Weighs all flows of the window that ends with the second `newest`, `FLOWS_A_STEP` at a time. */
export function* weighInSteps(
  {top, host, link}: FlowQuery,
  newest: number,
  seen: SeenFlows,
): Generator<void, Omit<TopFlows, 'window'>> {
  const largest = new Largest<Flow>(top);
  const cnpOfPair = new Map<string, number>();
  for (let i = 0; i < seen.size; i++) {
    if (i > 0 && i % FLOWS_A_STEP === 0) yield;
    const lastSecond = seen.lastSecond(i);
    if (!inWindow(lastSecond, newest) && lastSecond <= newest) continue;
    const flow = seen.at(i);
    const nearest = seen.nearest(flow, newest);
    const cnp = total(nearest, Sum.Cnp, newest);
    if (cnp > 0) {
      const pair = `${flow.destination}>${flow.source}`;
      cnpOfPair.set(pair, (cnpOfPair.get(pair) ?? 0) + cnp);
    }
    if (host !== undefined && flow.source !== host && flow.destination !== host) continue;
    if (link !== undefined && !flow.sightings.some((one) => one.port.id === link && seen.counts(one, newest))) continue;
    const bytes = total(nearest, Sum.Bytes, newest);
    if (bytes === 0) continue;
    largest.add(flow, bytes, total(nearest, Sum.Squares, newest), total(nearest, Sum.Largest, newest));
  }
  const flows = largest.all.map((flow) => {
    const cnpFrames = cnpOfPair.get(`${flow.source}>${flow.destination}`) ?? 0;
    return estimate(flow, cnpFrames, newest, seen);
  });
  return {flows, rest: largest.rest};
}

function estimate(flow: Flow, cnpFrames: number, newest: number, seen: SeenFlows): FlowEstimate {
  const nearest = seen.nearest(flow, newest);
  const over = (sum: number) => total(nearest, sum, newest);
  const moments = new Moments();
  moments.samples = over(Sum.Samples);
  moments.frames = over(Sum.Frames);
  moments.bytes = over(Sum.Bytes);
  moments.squares = over(Sum.Squares);
  moments.largest = over(Sum.Largest);
  const bytes = (sighting: Sighting) => sighting.sum(Sum.Bytes, newest);
  const links = flow.sightings
    .filter((sighting) => seen.counts(sighting, newest))
    .sort((a, b) => bytes(b) - bytes(a))
    .map(({port}) => port);
  const {source, destination, destQp, dscp} = flow;
  const operations = over(Sum.Operations);
  const farthest = seen.farthest(flow, newest);
  const [farSamples, farFrames, ce] = [Sum.Samples, Sum.Frames, Sum.Ce].map((sum) => total(farthest, sum, newest));
  const byPsn = countByPsn(nearest, newest);
  const retransmissions = over(Sum.Backward);
  return {
    ...{source, destination, destQp, dscp, moments, operations, cnpFrames, byPsn, retransmissions},
    ...{farSamples: farSamples!, farFrames: farFrames!, ce: ce!},
    links: [...new Set(links)],
  };
}
