import {Count} from '../../account/ledger.ts';
import {BIN_MS} from '../../shared/bins.ts';
import type {Finding} from '../../shared/health.ts';
import {count, seconds} from '../watch/watch-text.ts';
import {addresses, type Facts, names} from './findings-facts.ts';

/** A step is worth a line for so long, for it leaves a gap; a stall only while they go on. */
const STEP_WORTH_MS = 600_000;
const STALL_WORTH_MS = 60_000;
/** So far ahead of the clock, and it was set back: else bins are behind it by what they wait for. */
const AHEAD_MS = 1_000;
/** Coarser than a bin by more than rounding. */
const COARSE_MS = BIN_MS * 1.05;

const times = (number: number) => (number === 1 ? 'once' : `${count(number)} times`);

/** Whether bins of 100 ms are what they say. */
export function timeFindings(facts: Facts): Finding[] {
  const {agents, total, sinceStepMs, sinceStallMs, aheadMs} = facts;
  const found: Finding[] = [];
  const coarse = agents
    .filter(({isSilent, timeResolutionMs}) => !isSilent && (timeResolutionMs ?? 0) > COARSE_MS)
    .sort((a, b) => b.timeResolutionMs! - a.timeResolutionMs!);
  if (coarse.length > 0) {
    found.push({
      level: 'warning',
      where: 'time',
      what: `${names(coarse)} ${coarse.length > 1 ? 'send' : 'sends'} samples too seldom for 100 ms: known to ${seconds(coarse[0]!.timeResolutionMs!)} only, spread evenly over that time`,
      do: 'Shorten the interval at which the switch flushes its datagrams, or sample more packets so that they fill sooner.',
      ...addresses(coarse),
    });
  }
  if (sinceStepMs < STEP_WORTH_MS) {
    const steps = total.counts[Count.ClockSteps]!;
    found.push({
      level: 'warning',
      where: 'time',
      what: `this server's clock was set forward ${seconds(sinceStepMs)} ago: ${times(steps)} since the start, by ${seconds(total.counts[Count.ClockStepMs]!)} in all; each is a gap`,
      do: 'Let chrony or ntpd follow time slowly instead of setting it.',
    });
  }
  if (aheadMs > AHEAD_MS) {
    found.push({
      level: 'warning',
      where: 'time',
      what: `this server's clock was set back: bins are dated ${seconds(aheadMs)} ahead of it, so that no time comes twice, and come nearer by 1.8 s an hour`,
      do: 'Restart the server if it is to take the clock as it is now; and let chrony or ntpd follow time slowly instead of setting it.',
    });
  }
  if (sinceStallMs < STALL_WORTH_MS) {
    const stalls = total.counts[Count.Stalls]!;
    found.push({
      level: 'warning',
      where: 'time',
      what: `the ingest thread stood still ${seconds(sinceStallMs)} ago: ${times(stalls)} since the start, for ${seconds(total.counts[Count.StallMs]!)} in all; nothing was lost, and bins keep their times with the native receiver; without it they are less exact then`,
      do: 'This machine is busy with something else: give the server a core of its own.',
    });
  }
  if (found.length > 0) return found;
  const known = agents.filter(({timeResolutionMs}) => timeResolutionMs !== null);
  const what =
    known.length === 0 ? 'time has run evenly' : 'time has run evenly, and samples are known to 100 ms or better';
  return [{level: 'ok', where: 'time', what, do: ''}];
}
