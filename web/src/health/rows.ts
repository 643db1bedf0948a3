import type {AgentAnswer} from '../../../src/shared/health.ts';
import type {AgentColumn, AgentOrder} from '../url.ts';

/** Readings that rates are taken over: ten seconds at the usual pace. */
const READINGS = 6;
/** Less than this missing is noise, and coarser than this is not 100 ms any more. */
const MISSING_SHARE = 0.005;
const COARSE_MS = 105;

/** What is wrong with an agent, the worst first. */
export type Trouble = 'silent' | 'rate' | 'lossy' | 'dropping' | 'coarse' | 'corrected' | 'none';
const TROUBLES: readonly Trouble[] = ['none', 'corrected', 'coarse', 'dropping', 'lossy', 'rate', 'silent'];

/** One line of the table of agents. */
export interface AgentRow {
  answer: AgentAnswer;
  trouble: Trouble;
  /** Null until there are two readings. */
  datagramsPerSecond: number | null;
  samplesPerSecond: number | null;
  dropsPerSecond: number | null;
}

interface Totals {
  datagrams: number;
  samples: number;
  drops: number;
}

/** Rates of what agents sent, from the totals of some answers. */
export class Rates {
  #readings: {time: number; totals: Map<string, Totals>}[] = [];

  /** Takes an answer; `time` is the server's, epoch ms. One from before the last starts anew: a recording, a restart. */
  read(time: number, agents: readonly AgentAnswer[]): void {
    const last = this.#readings.at(-1);
    if (last !== undefined && time < last.time) this.#readings = [];
    if (last !== undefined && time === last.time) this.#readings.pop();
    const totals = new Map(
      agents.map(({address, samples, subAgents}) => [
        address,
        {
          datagrams: subAgents.reduce((sum, {received}) => sum + received, 0),
          samples: subAgents.reduce((sum, {flowSamples}) => sum + flowSamples, 0),
          drops: samples.agentDrops,
        },
      ]),
    );
    this.#readings.push({time, totals});
    if (this.#readings.length > READINGS) this.#readings.shift();
  }

  /** What an agent sends a second; null until there are two readings of it. */
  of(address: string): Totals | null {
    const last = this.#readings.at(-1);
    const first = this.#readings.find(({totals}) => totals.has(address));
    if (last === undefined || first === undefined || first.time === last.time) return null;
    const from = first.totals.get(address)!;
    const to = last.totals.get(address);
    if (to === undefined || to.datagrams < from.datagrams) return null;
    const seconds = (last.time - first.time) / 1_000;
    return {
      datagrams: (to.datagrams - from.datagrams) / seconds,
      samples: (to.samples - from.samples) / seconds,
      drops: Math.max(0, to.drops - from.drops) / seconds,
    };
  }
}

export function rowsOf(agents: readonly AgentAnswer[], rates: Rates): AgentRow[] {
  return agents.map((answer) => {
    const rate = rates.of(answer.address);
    return {
      answer,
      trouble: troubleOf(answer, rate?.drops ?? 0),
      datagramsPerSecond: rate?.datagrams ?? null,
      samplesPerSecond: rate?.samples ?? null,
      dropsPerSecond: rate?.drops ?? null,
    };
  });
}

function troubleOf(answer: AgentAnswer, dropsPerSecond: number): Trouble {
  if (answer.presence === 'absent') return 'silent';
  if (answer.samplesVersusCounters.verdict === 'disagrees') return 'rate';
  if ((answer.samples.missingShare ?? 0) > MISSING_SHARE) return 'lossy';
  if (dropsPerSecond > 0) return 'dropping';
  if ((answer.timeResolutionMs ?? 0) > COARSE_MS) return 'coarse';
  return answer.effectiveRates.length > 0 ? 'corrected' : 'none';
}

/** What a column is sorted by; what is not known comes first. */
const KEYS: Readonly<Record<AgentColumn, (row: AgentRow) => number | string>> = {
  name: ({answer}) => nameOf(answer),
  state: ({trouble}) => TROUBLES.indexOf(trouble),
  datagrams: ({datagramsPerSecond}) => datagramsPerSecond ?? -1,
  samples: ({samplesPerSecond}) => samplesPerSecond ?? -1,
  missing: ({answer}) => answer.samples.missingShare ?? -1,
  drops: ({dropsPerSecond, answer}) => dropsPerSecond || answer.samples.agentDrops / 1e12,
  rate: ({answer}) =>
    Math.max(0, ...answer.effectiveRates.map((rate) => Math.abs(Math.log(rate.effective / rate.nominal)))),
  resolution: ({answer}) => answer.timeResolutionMs ?? -1,
  ratio: ({answer}) => Math.abs(Math.log(answer.samplesVersusCounters.ratio ?? 1)),
};

/** What an agent is called: its own name, else its address. */
export function nameOf({name, address}: Pick<AgentAnswer, 'name' | 'address'>): string {
  return name ?? address;
}

const compareText = new Intl.Collator('en', {numeric: true}).compare;

/** Rows whose name or address holds every word that was typed, in order. */
export function arrange(rows: readonly AgentRow[], find: string, order: AgentOrder): AgentRow[] {
  const words = find.toLowerCase().split(/\s+/).filter(Boolean);
  const found = rows.filter(({answer, trouble}) => {
    const all = `${answer.name ?? ''} ${answer.address} ${trouble === 'none' ? '' : trouble}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
  const isDown = order.startsWith('-');
  const key = KEYS[(isDown ? order.slice(1) : order) as AgentColumn];
  const keyed = found.map((row) => ({row, key: key(row), name: nameOf(row.answer)}));
  keyed.sort((a, b) => {
    const by =
      typeof a.key === 'number' && typeof b.key === 'number'
        ? a.key - b.key
        : compareText(String(a.key), String(b.key));
    return (
      (isDown ? -by : by) || compareText(a.name, b.name) || compareText(a.row.answer.address, b.row.answer.address)
    );
  });
  return keyed.map(({row}) => row);
}
