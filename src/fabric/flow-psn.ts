import {FLOW_WINDOW_SECONDS, type Sighting, Sum} from './flow-window.ts';

/** PSNs run modulo this. */
export const PSNS = 2 ** 24;
/** A step by more is one back: senders go back by what is on its way, and not by a sixteenth of all numbers. */
const MOST_FORWARD = PSNS - PSNS / 16;
/** More packets than so many between two numbers, and nobody knows how often they have gone round. */
const MOST_PACKETS = PSNS / 2;
/** Seconds in front of the window in which a flow must have had a sample. */
const SECONDS_BEFORE = 2;

/** Packets by their own numbers. */
export interface PsnCount {
  /** New packets of the window: what was sent again is not in it. */
  packets: number;
  /** Packets that lie between two samples on average: about as many as the last of the window are known by. */
  gap: number;
}

/**
 * What packets of SENDs and WRITEs a flow had in the window, from their sequence numbers: those of the last samples before
 * the window's start and before its end. How many packets came behind each of the two is known as well as a geometric
 * variable of mean `gap` is, and on average it is the same, however the traffic comes and goes. `sightings` are those
 * nearest to the source: that with the most samples counts. Undefined where the numbers do not tell.
 */
export function countByPsn(sightings: readonly Sighting[], newest: number): PsnCount | undefined {
  const samples = (sighting: Sighting) => sighting.sum(Sum.Samples, newest);
  const [best] = [...sightings].sort((a, b) => samples(b) - samples(a));
  if (!best) return undefined;
  let last = 0;
  for (let second = newest - FLOW_WINDOW_SECONDS; last === 0; second--) {
    if (second <= newest - FLOW_WINDOW_SECONDS - SECONDS_BEFORE) return undefined;
    last = best.at(Sum.LastPsn, second);
  }
  // Where a flow is sprayed over several ports, others see the packets in between.
  const all = sightings.reduce((sum, sighting) => sum + samples(sighting), 0);
  const gap = (best.sum(Sum.Frames, newest) / samples(best)) * (all / samples(best));
  let packets = 0;
  for (let second = newest - FLOW_WINDOW_SECONDS + 1; second <= newest; second++) {
    if (best.at(Sum.Samples, second) * gap > MOST_PACKETS) return undefined;
    const psn = best.at(Sum.LastPsn, second);
    if (psn === 0) continue;
    const step = (psn - last + PSNS) % PSNS;
    packets += step > MOST_FORWARD ? step - PSNS : step;
    last = psn;
  }
  return {packets: Math.max(0, packets), gap};
}
