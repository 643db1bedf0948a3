import type {FabricEvent} from '../../fabric/watch/events.ts';
import type {Straggler} from './straggler-list.ts';
import type {StragglerChange} from './straggler-watch.ts';

/** What a job, its hosts and agents are called. */
export interface Said {
  id: string;
  job: string;
  /** `place` is what its link is called. */
  host(index: number): {address: string; name: string | null; link: string | null; place: string | null};
  agent(index: number): {address: string; name: string | null};
  periodMs: number;
}

type Event = Omit<FabricEvent, 'id'>;

const percent = (share: number) => `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)} %`;
const ms = (value: number) => `${value.toFixed(value < 99.5 ? 1 : 0)} ms`;

/** Who is meant, with its link. */
function whoOf(said: Said, {host, kind}: Straggler): string {
  if (kind === 'agent-late') {
    const {address, name} = said.agent(host);
    return `the hosts of ${name ?? address}`;
  }
  const {address, name, place} = said.host(host);
  return `host ${name ?? address}${place === null ? '' : ` at ${place}`}`;
}

/** One sentence: who, how much, how sure. */
export function textOf(said: Said, straggler: Straggler): string {
  const {kind, effectMs, share, z, cycles, certainty} = straggler;
  const verb = kind === 'agent-late' ? 'are' : 'is';
  const may = certainty === 'suspected' ? 'may be' : verb;
  const what = {
    late: `${may} late by ${ms(effectMs)}, ${percent(share)} of the cycle`,
    'agent-late': `${may} late by ${ms(effectMs)}, ${percent(share)} of the cycle`,
    slow: `${certainty === 'suspected' ? 'may be' : 'is'} slow: it exchanges for ${ms(effectMs)} longer, ${percent(share)} of the cycle`,
    'finishes-late': `${certainty === 'suspected' ? 'may finish' : 'finishes'} late by ${ms(effectMs)}, ${percent(share)} of the cycle`,
  }[kind];
  return `${whoOf(said, straggler)} ${what}, against the others of job ${said.job} (${z.toFixed(1)} deviations over ${cycles} cycles)`;
}

/** What is said of a change. */
export function stragglerEvent(said: Said, change: StragglerChange): Event {
  const job = said.id;
  switch (change.what) {
    case 'named': {
      const {straggler, time} = change;
      const {effectMs, share, z, cycles} = straggler;
      const suspectedMs = time - straggler.since;
      const before = suspectedMs < 1_000 ? '' : `; suspected for ${(suspectedMs / 1_000).toFixed(0)} s`;
      const text = textOf(said, straggler) + before;
      const figures = {effectMs, shareOfPeriod: share, z, cycles};
      return {time, kind: 'straggler-named', level: 'warning', job, text, ...placeOf(said, straggler), figures};
    }
    case 'cleared': {
      const {straggler, time} = change;
      const are = straggler.kind === 'agent-late' ? 'are' : 'is';
      const text = `${whoOf(said, straggler)} ${are} like the others of job ${said.job} again`;
      return {time, kind: 'straggler-cleared', level: 'good', job, text, ...placeOf(said, straggler)};
    }
    case 'slow': {
      const {time, ms: length, share} = change.step;
      const text = `a step of job ${said.job} took ${ms(length)}: ${percent(share)} longer than the last ones`;
      const figures = {ms: length, usualMs: change.usualMs, share};
      return {time, kind: 'step-slow', level: 'warning', job, text, figures};
    }
    case 'shift': {
      const {time, fromMs, toMs} = change.shift;
      const isSlower = toMs > fromMs;
      const by = percent(Math.abs(toMs / fromMs - 1));
      const text = `steps of job ${said.job} have become ${isSlower ? 'longer' : 'shorter'} by ${by}: ${ms(toMs)}, before ${ms(fromMs)}`;
      const figures = {fromMs, toMs};
      if (isSlower) return {time, kind: 'steps-slower', level: 'warning', job, text, figures};
      return {time, kind: 'steps-faster', level: 'good', job, text, figures};
    }
  }
}

function placeOf(said: Said, {host, kind}: Straggler): Pick<FabricEvent, 'agent' | 'link'> {
  if (kind === 'agent-late') return {agent: said.agent(host).address};
  const {link} = said.host(host);
  return link === null ? {} : {link};
}
