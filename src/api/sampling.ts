import {
  type AgentAdvice,
  adviseOnAgent,
  adviseOnPort,
  type PortAdvice,
  type SampledDirection,
  TYPICAL_FRAME,
} from '../analysis/advice.ts';
import type {Agent} from '../fabric/agents.ts';
import {type Comparison, fittingRate} from '../fabric/corrections/counter-verdict.ts';
import type {RateReason} from '../fabric/corrections/source.ts';
import type {Fabric} from '../fabric/fabric.ts';
import type {Port} from '../fabric/ports.ts';
import {BASIS_NAMES, directionOf} from '../fabric/rows.ts';
import {claimedRate} from '../fabric/watch/watch-rates.ts';
import {BIN_MS} from '../shared/bins.ts';

/** Samples that tell a port's own mix of lengths. */
const OWN_MIX = 100;
/** What one bin is worth is blurred by samples whose time is not known better than this. */
const SHARP_MS = BIN_MS;

/** How samples compare with counters; ratio and bounds are null where nothing can be compared. */
export interface Versus {
  ratio: number | null;
  low: number | null;
  high: number | null;
  seconds: number;
  verdict: Comparison['verdict'];
}

const NOTHING: Versus = {ratio: null, low: null, high: null, seconds: 0, verdict: 'unknown'};

/** A data source whose samples stand for another number of frames than its rate says. */
export interface EffectiveRate {
  /** `class:index`, as in the sample's source_id. */
  dataSource: string;
  nominal: number;
  effective: number;
  reason: RateReason;
}

/** What is known of an agent's sampling. */
export interface AgentSampling {
  timeResolutionMs: number | null;
  timeResolutionNote: string | null;
  samples: {received: number; missing: number; agentDrops: number; missingShare: number | null};
  effectiveRates: EffectiveRate[];
  samplesVersusCounters: Versus & {suggestedRate: number | null};
  samplesVersusNumbers: Versus & {samples: number};
  advice: AgentAdvice;
}

/** The running second, by the time of the bins. */
export const secondOf = ({time}: Fabric): number => Math.floor(time / 1_000);

export function agentSampling(fabric: Fabric, agent: Agent): AgentSampling {
  const recent = agent.recent.before(secondOf(fabric));
  const made = recent.received + recent.missing;
  const directions = agent.ports.flatMap((slot) => sampledDirections(fabric, fabric.ports.at(slot)!));
  return {
    ...agentMeasures(fabric, agent),
    advice: adviseOnAgent(directions, recent.seconds > 0 ? made / recent.seconds : null),
  };
}

/** What is measured of an agent's sampling, without what follows from it for its ports. */
export function agentMeasures(fabric: Fabric, agent: Agent): Omit<AgentSampling, 'advice'> {
  const recent = agent.recent.before(secondOf(fabric));
  const samples = {received: 0, missing: 0, agentDrops: 0};
  for (const stream of agent.subAgents.values()) {
    samples.received += stream.flowSamples;
    samples.missing += stream.missingFlowSamples;
    samples.agentDrops += stream.agentDrops;
  }
  const made = recent.received + recent.missing;
  const comparison = asTold(fabric.counterCheck.ofAgent(agent), fabric.watch.rates.beliesAgent(agent));
  const rate = comparison?.verdict === 'disagrees' ? claimedRate(agent) : undefined;
  return {
    timeResolutionMs: recent.uncertainMs,
    timeResolutionNote: timeNote(recent.uncertainMs),
    samples: {...samples, missingShare: made > 0 ? recent.missing / made : null},
    effectiveRates: effectiveRates(agent),
    samplesVersusCounters: {
      ...(comparison ?? NOTHING),
      suggestedRate: comparison && rate !== undefined ? fittingRate(rate, comparison) : null,
    },
    samplesVersusNumbers: fabric.flows.samplesVersusNumbers(agent) ?? {...NOTHING, samples: 0},
  };
}

/** What was told stands until the opposite is known: one reading in a burst has so wide a band that it says nothing. */
function asTold(comparison: Comparison | undefined, isTold: boolean): Comparison | undefined {
  return comparison?.verdict === 'unknown' && isTold ? {...comparison, verdict: 'disagrees'} : comparison;
}

function timeNote(uncertainMs: number | null): string | null {
  if (uncertainMs === null || uncertainMs <= SHARP_MS) return null;
  const ms = Math.round(uncertainMs);
  return `its samples' times are known to ${ms} ms only, so that bins of 100 ms show means over about as long: let it send its datagrams more often, or timestamps with its samples`;
}

/** Data sources of an agent whose samples stand for another number of frames than they say. */
export function effectiveRates(agent: Agent): EffectiveRate[] {
  const rates: EffectiveRate[] = [];
  for (const {stream} of agent.subAgents.values()) {
    for (const sources of stream.sources.values()) {
      for (const source of sources) {
        const effective = source.effective();
        if (!source.isCurrent || effective === source.rate) continue;
        const dataSource = `${source.sourceClass}:${source.sourceIndex}`;
        rates.push({dataSource, nominal: source.rate, effective, reason: source.reason ?? 'agent drops'});
      }
    }
  }
  return rates;
}

/** A port's samples of one direction against its counters, and why they are not compared. */
export function portVersus(fabric: Fabric, port: Port, direction: 'in' | 'out'): Versus & {why: string | null} {
  const to = directionOf(direction);
  const comparison = asTold(fabric.counterCheck.ofPort(port, to), fabric.watch.rates.beliesPort(port, to));
  if (comparison) return {...comparison, why: null};
  const basis = BASIS_NAMES[fabric.rows.basis(port.slot, directionOf(direction), fabric.newest)]!;
  const why =
    basis === 'derived'
      ? 'derived from other ports, and so without flooded, multicast and CPU traffic'
      : 'not sampled, or counters were not read twice yet';
  return {...NOTHING, why};
}

/** The directions of a port that are sampled there, if its speed is known. */
function sampledDirections(fabric: Fabric, port: Port): SampledDirection[] {
  const {speed} = port;
  if (speed === undefined) return [];
  return (['in', 'out'] as const).flatMap((name) => {
    const direction = directionOf(name);
    const basis = fabric.rows.basis(port.slot, direction, fabric.newest);
    const rows = fabric.rows.of(port.slot, direction).filter((row) => row.basis === basis);
    if (rows.length === 0 || BASIS_NAMES[basis] === 'derived') return [];
    const {rate} = rows.reduce((last, row) => (fabric.rows.lastBin(row) >= fabric.rows.lastBin(last) ? row : last));
    return [{speed, rate, frame: frameOf(fabric, port, direction)}];
  });
}

/** The byte-weighted length of a port's frames, ΣL²/ΣL; a typical one while it has hardly any samples. */
function frameOf({tally}: Fabric, {slot}: Port, direction: number): number {
  const {samples, frames, bytes, squares} = tally.of(slot, direction);
  return samples >= OWN_MIX && bytes > 0 ? (squares / bytes) * (samples / frames) : TYPICAL_FRAME;
}

/** What the sampling rate of a port is good for; null where rate or speed is not known. */
export function portAdvice(fabric: Fabric, port: Port): PortAdvice | null {
  const [sampled] = sampledDirections(fabric, port);
  return sampled ? adviseOnPort(sampled.speed, sampled.rate, sampled.frame) : null;
}
