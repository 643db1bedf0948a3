import {countByPsn, type PsnCount} from './flow-psn.ts';
import type {SeenFlows} from './flow-seen.ts';
import type {FlowWays} from './flow-ways.ts';
import {inWindow, type Sighting, Sum, WindowSums} from './flow-window.ts';
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

/** Weighs all flows of the window that ends with the second `newest`, `FLOWS_A_STEP` at a time. */
export function* weighInSteps(
  {top, host, link}: FlowQuery,
  newest: number,
  seen: SeenFlows,
): Generator<void, Omit<TopFlows, 'window'>> {
  const largest = new Largest<Flow>(top);
  const sums = new WindowSums();
  const isChosen = host !== undefined || link !== undefined;
  const isWanted = ({source, destination, sightings}: Flow) =>
    (host === undefined || source === host || destination === host) &&
    (link === undefined || sightings.some((one) => one.port.id === link && seen.ways.counts(one, newest)));
  const cnpOfPair = new Map<string, number>();
  for (let i = 0; i < seen.size; i++) {
    if (i > 0 && i % FLOWS_A_STEP === 0) yield;
    const lastSecond = seen.lastSecond(i);
    if (!inWindow(lastSecond, newest) && lastSecond <= newest) continue;
    seen.sumUp(i, newest, sums);
    const {cnp, bytes} = sums;
    if (cnp > 0) {
      const {source, destination} = seen.at(i);
      const pair = `${destination}>${source}`;
      cnpOfPair.set(pair, (cnpOfPair.get(pair) ?? 0) + cnp);
    }
    if (bytes === 0 || (isChosen && !isWanted(seen.at(i)))) continue;
    largest.add(seen.at(i), bytes, sums.squares, sums.largest);
  }
  const flows = largest.all.map((flow) => {
    const cnpFrames = cnpOfPair.get(`${flow.source}>${flow.destination}`) ?? 0;
    return estimate(flow, cnpFrames, newest, seen.ways);
  });
  return {flows, rest: largest.rest};
}

function estimate(flow: Flow, cnpFrames: number, newest: number, ways: FlowWays): FlowEstimate {
  const nearest = ways.nearest(flow, newest);
  const over = (sum: number) => total(nearest, sum, newest);
  const moments = new Moments();
  moments.samples = over(Sum.Samples);
  moments.frames = over(Sum.Frames);
  moments.bytes = over(Sum.Bytes);
  moments.squares = over(Sum.Squares);
  moments.largest = over(Sum.Largest);
  const bytes = (sighting: Sighting) => sighting.sum(Sum.Bytes, newest);
  const links = flow.sightings
    .filter((sighting) => ways.counts(sighting, newest))
    .sort((a, b) => bytes(b) - bytes(a))
    .map(({port}) => port);
  const {source, destination, destQp, dscp} = flow;
  const operations = over(Sum.Operations);
  const farthest = ways.farthest(flow, newest);
  const [farSamples, farFrames, ce] = [Sum.Samples, Sum.Frames, Sum.Ce].map((sum) => total(farthest, sum, newest));
  const byPsn = countByPsn(nearest, newest);
  const retransmissions = over(Sum.Backward);
  return {
    ...{source, destination, destQp, dscp, moments, operations, cnpFrames, byPsn, retransmissions},
    ...{farSamples: farSamples!, farFrames: farFrames!, ce: ce!},
    links: [...new Set(links)],
  };
}
