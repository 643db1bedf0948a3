import {Moments} from '../../fabric/history/moments.ts';
import {percent} from '../../fabric/watch/watch-text.ts';
import type {Job} from '../jobs/job-engine.ts';
import type {TrafficSums} from '../jobs/job-groups.ts';
import {byteBand} from '../sampling-error.ts';
import {imbalanceOf, type Verdict, verdictOf} from './imbalance.ts';

/** What the hosts of one rail send each other; bit/s with its 95 % interval, and the part of what all rails carry. */
export interface RailReport {
  rail: number;
  hosts: string[];
  bitsPerSecond: number;
  low: number;
  high: number;
  share: number;
}

/** How evenly the rails of a job carry, over the seconds that jobs are looked at. */
export interface RailsReport {
  job: string;
  name: string | null;
  rails: RailReport[];
  samples: number;
  cv: number | null;
  cvLow: number | null;
  cvHigh: number | null;
  pValue: number | null;
  verdict: Exclude<Verdict, 'few-flows'>;
  text: string;
}

/** The jobs that have rails, with how evenly these carry. Of what was sent in `seconds`. */
export function railsOf(jobs: readonly Job[], seconds: number): RailsReport[] {
  return jobs.flatMap((job) => (job.groups.length > 1 && job.until === undefined ? [reportOf(job, seconds)] : []));
}

function reportOf({id, name, groups, groupTraffic}: Job, seconds: number): RailsReport {
  const members = groupTraffic.map(momentsOf);
  const imbalance = imbalanceOf(members);
  const all = members.reduce((sum, {bytes}) => sum + bytes, 0);
  const perSecond = 8 / seconds;
  const rails = members.map((one, at) => {
    const {low, high} = byteBand(one);
    return {
      ...{rail: at + 1, hosts: [...groups[at]!], share: all > 0 ? one.bytes / all : 0},
      ...{bitsPerSecond: one.bytes * perSecond, low: low * perSecond, high: high * perSecond},
    };
  });
  // Nothing is hashed to rails: each has its own queue pairs, and all the same to send.
  const verdict = imbalance ? verdictOf(imbalance, {mostCv: 0}) : 'unknown';
  return {
    ...{job: id, name: name ?? null, rails, samples: imbalance?.samples ?? 0},
    cv: imbalance?.cv ?? null,
    cvLow: imbalance?.cvLow ?? null,
    cvHigh: imbalance?.cvHigh ?? null,
    pValue: imbalance?.pValue ?? null,
    verdict: verdict as RailsReport['verdict'],
    text: textOf(id, rails, verdict, imbalance?.cv ?? 0, imbalance?.cvHigh ?? 0),
  };
}

function momentsOf({samples, frames, bytes, squares, largest}: TrafficSums): Moments {
  const moments = new Moments();
  moments.samples = samples;
  moments.frames = frames;
  moments.bytes = bytes;
  moments.squares = squares;
  moments.largest = largest;
  // What a sample stood for on average.
  moments.largestRate = samples > 0 ? frames / samples : 0;
  return moments;
}

function textOf(job: string, rails: readonly RailReport[], verdict: Verdict, cv: number, cvHigh: number): string {
  const called = `the ${rails.length} rails of job ${job}`;
  if (verdict === 'unknown') return `too little was sampled of ${called} to tell whether they carry the same`;
  if (verdict === 'balanced') return `${called} carry the same: variation of at most ${percent(cvHigh)}`;
  const usual = [...rails].sort((a, b) => a.bitsPerSecond - b.bitsPerSecond)[rails.length >> 1]!.bitsPerSecond;
  const off = (rail: RailReport) => Math.abs(rail.bitsPerSecond - usual);
  const worst = rails.reduce((most, rail) => (off(rail) > off(most) ? rail : most));
  const times = percent(worst.bitsPerSecond / usual);
  return `${called} do not carry the same: variation of ${percent(cv)}; rail ${worst.rail} carries ${times} of what is usual`;
}
