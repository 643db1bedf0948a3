import type {HealthAnswer, Ledger} from '../../../src/shared/health.ts';

/** What passed one step and what did not, in its unit. */
export interface Passage {
  passed: number;
  lost: number;
}

/** One step on the way from the switches to the bins. */
export interface Step {
  id: string;
  name: string;
  /** What is done there, in a few words. */
  does: string;
  unit: 'datagrams' | 'samples';
  /** A second, over the last seconds. */
  now: Passage;
  /** Since the start. */
  total: Passage;
  /** Why what did not pass did not, largest first; since the start. */
  reasons: readonly {name: string; count: number}[];
  /** Share of what was sent, or of the samples in it, that passes here now; 1 while nothing comes. */
  share: number;
}

type Read = (ledger: Ledger) => Passage;

const sum = (reasons: Record<string, number>): number => Object.values(reasons).reduce((all, one) => all + one, 0);

/** Datagrams that reached this machine, whatever became of them. */
const reached = ({waterfall: w}: Ledger): number => w.datagramsReceived + w.ringDropped + w.kernelDropped;

interface Definition {
  id: string;
  name: string;
  does: string;
  unit: Step['unit'];
  read: Read;
  reasons?: (ledger: Ledger) => Record<string, number>;
}

const STEPS: readonly Definition[] = [
  {
    id: 'switch',
    name: 'Switches',
    does: 'send datagrams, by their own numbering',
    unit: 'datagrams',
    read: (ledger) => ({passed: reached(ledger) + ledger.missing.elsewhere, lost: 0}),
  },
  {
    id: 'network',
    name: 'Network',
    does: 'carries them here',
    unit: 'datagrams',
    read: (ledger) => ({passed: reached(ledger), lost: ledger.missing.elsewhere}),
  },
  {
    id: 'kernel',
    name: 'Kernel',
    does: 'keeps them in front of the socket',
    unit: 'datagrams',
    read: ({waterfall: w}) => ({passed: w.datagramsReceived + w.ringDropped, lost: w.kernelDropped}),
  },
  {
    id: 'ring',
    name: 'Receiver',
    does: 'hands them to the decoder',
    unit: 'datagrams',
    read: ({waterfall: w}) => ({
      passed: w.datagramsReceived - w.datagramsThinned,
      lost: w.ringDropped + w.datagramsThinned,
    }),
    reasons: ({waterfall: w}) => ({'ring full': w.ringDropped, 'left out at random': w.datagramsThinned}),
  },
  {
    id: 'decoder',
    name: 'Decoder',
    does: 'reads each once',
    unit: 'datagrams',
    read: ({waterfall: w}) => ({passed: w.datagramsDecoded, lost: sum(w.datagramsRejected)}),
    reasons: ({waterfall: w}) => ({...w.datagramsRejected, 'duplicates, counted once': w.datagramsDuplicate}),
  },
  {
    id: 'samples',
    name: 'Samples',
    does: 'stand for the packets of their ports',
    unit: 'samples',
    read: ({waterfall: w}) => ({passed: w.flowSamplesCounted, lost: sum(w.flowSamplesUnusable)}),
    reasons: ({waterfall: w}) => w.flowSamplesUnusable,
  },
  {
    id: 'bins',
    name: 'Bins',
    does: 'hold what was counted',
    unit: 'samples',
    read: ({waterfall: w}) => {
      const lost = w.tablesRefused + w.rowsLate + w.partialsLost;
      return {passed: Math.max(0, w.flowSamplesCounted - lost), lost};
    },
    reasons: ({waterfall: w}) => ({'no room': w.tablesRefused, 'too late': w.rowsLate + w.partialsLost}),
  },
];

/** The way of a datagram, step by step. */
export function stepsOf(health: HealthAnswer): Step[] {
  const {recent} = health;
  const seconds = Math.max(1, recent.seconds);
  const sent = Math.max(0, STEPS[0]!.read(recent).passed);
  return STEPS.map(({read, reasons, ...what}) => {
    const now = read(recent);
    const of = what.unit === 'datagrams' ? sent : recent.waterfall.flowSamples;
    return {
      ...what,
      now: {passed: now.passed / seconds, lost: now.lost / seconds},
      total: read(health),
      reasons: Object.entries(reasons?.(health) ?? {})
        .map(([name, count]) => ({name: name.replaceAll('_', ' '), count}))
        .filter(({count}) => count > 0)
        .sort((a, b) => b.count - a.count),
      share: of > 0 ? Math.min(1, now.passed / of) : 1,
    };
  });
}

/** The page in one sentence. */
export interface Verdict {
  level: 'ok' | 'warning' | 'bad' | 'waiting';
  text: string;
}

/** `3 things` with the right number. */
const things = (count: number): string => (count === 1 ? 'One thing' : `${count} things`);

/** What the findings come to. */
export function verdictOf({findings, recent, waterfall}: HealthAnswer): Verdict {
  const bad = findings.filter(({level}) => level === 'bad').length;
  const warnings = findings.filter(({level}) => level === 'warning').length;
  if (waterfall.datagramsReceived === 0) return {level: 'waiting', text: 'Nothing has been received yet.'};
  if (bad > 0) {
    const more = warnings > 0 ? ` ${things(warnings)} more ${warnings === 1 ? 'makes' : 'make'} them less exact.` : '';
    return {level: 'bad', text: `Figures are wrong or lack something: ${things(bad).toLowerCase()} to mend.${more}`};
  }
  if (warnings > 0) {
    return {
      level: 'warning',
      text: `Figures hold, but ${things(warnings).toLowerCase()} ${warnings === 1 ? 'makes' : 'make'} them less exact than they could be.`,
    };
  }
  const missing = recent.missing.kernel + recent.missing.ring + recent.missing.thinned + recent.missing.elsewhere;
  return {
    level: 'ok',
    text: missing > 0 ? 'All is well; hardly anything gets lost.' : 'All is well: nothing that was sent got lost.',
  };
}
