import type {CongestionAnswer, DropsAnswer, ImbalanceAnswer, StragglersAnswer} from '../../src/shared/answers.ts';
import {bitRate, cycle, percent, plural, short, THIN} from './format.ts';
import type {UrlState} from './url.ts';

/** Something that an operator may want to act on: who, how much, how sure, and the page that tells more. */
export interface Attention {
  /** What it is about, its kind first. */
  key: string;
  /** False where it is only suspected. */
  isSure: boolean;
  what: string;
  /** Host that it is about, and link that it is at. */
  host: string | null;
  link: string | null;
  howMuch: string;
  howSure: string;
  to: Partial<UrlState>;
  page: string;
  /** Of what happened and is over: `over`, or `doubtful` where what was measured then is not to be trusted. */
  past?: 'over' | 'doubtful';
}

/** Answers that are looked through, null where there is none yet. */
export interface Findings {
  stragglers: StragglersAnswer | null;
  congestion: CongestionAnswer | null;
  imbalance: ImbalanceAnswer | null;
  drops: DropsAnswer | null;
}

/** What a link is called, by its id. */
export type NameOf = (link: string) => string;

const share = (value: number): string => `${percent(value)}${THIN}%`;

const KINDS = {
  late: 'is late',
  slow: 'is slow',
  'finishes-late': 'finishes late',
  'agent-late': 'has all its hosts late',
} as const;

/** All that stands out now: who holds up a job first, then what fills ports, what that loses, and links that share badly. */
export function attentionsOf({stragglers, congestion, imbalance, drops}: Findings, nameOf: NameOf): Attention[] {
  return [
    ...(stragglers?.stragglers ?? []).map(ofStraggler),
    ...(congestion?.incasts ?? []).map(ofIncast),
    ...(imbalance === null ? [] : ofCollisions(imbalance, nameOf)),
    ...(drops === null ? [] : ofDrops(drops)),
    ...(imbalance === null ? [] : ofUneven(imbalance, nameOf)),
  ];
}

/** Who holds up a job, what that does to it, and all else that is so now; then what was, and last what is in doubt. */
export function byWeight(all: readonly Attention[]): Attention[] {
  const weight = ({key, to, past}: Attention): number => {
    if (past !== undefined) return past === 'doubtful' ? 5 : to.place === 'jobs' ? 3 : 4;
    return key.startsWith('straggler') ? 0 : to.place === 'jobs' ? 1 : 2;
  };
  return [...all].sort((a, b) => weight(a) - weight(b));
}

/**
 * So many of them in their order: the first of each kind, so that no kind hides another, then whatever comes first. What
 * is in doubt takes no other's place.
 */
export function mostTelling(all: readonly Attention[], most: number): Attention[] {
  const kindOf = ({key}: Attention): string => key.slice(0, key.indexOf(' '));
  const sound = all.filter(({past}) => past !== 'doubtful');
  const firsts = sound.filter((one, i) => sound.findIndex((other) => kindOf(other) === kindOf(one)) === i);
  const others = sound.filter((one) => !firsts.includes(one));
  const doubtful = all.filter(({past}) => past === 'doubtful');
  const chosen = new Set([...firsts, ...others, ...doubtful].slice(0, most));
  return all.filter((one) => chosen.has(one));
}

function ofStraggler(straggler: StragglersAnswer['stragglers'][number]): Attention {
  const {job, host, name, link, kind, effectMs, effectLowMs, effectHighMs, shareOfPeriod, z, cycles} = straggler;
  const isSure = straggler.certainty === 'named';
  const ms = (value: number): string => value.toFixed(0);
  return {
    key: `straggler ${job} ${host} ${kind}`,
    isSure,
    ...{host: name ?? host, link, what: isSure ? KINDS[kind] : `perhaps ${KINDS[kind]}`},
    howMuch: `${ms(effectMs)}${THIN}ms (${ms(effectLowMs)} to ${ms(effectHighMs)}), ${share(shareOfPeriod)} of a cycle`,
    howSure: `${z.toFixed(1)} deviations over ${plural(cycles, 'cycle')}`,
    ...{to: {place: 'jobs', job}, page: 'Jobs'},
  };
}

const ON_CONGESTION = {to: {place: 'congestion'}, page: 'Congestion'} as const;

function ofIncast({
  link,
  host,
  hostName,
  sources,
  usualSources,
  utilisation,
  bursts,
  periodic,
  periodMs,
}: CongestionAnswer['incasts'][number]): Attention {
  const often = periodic && periodMs !== null ? `, in a cycle of ${cycle(periodMs).join(THIN)}` : '';
  return {
    ...{key: `incast ${link}`, isSure: true, host: hostName ?? host, link},
    what: `is filled by ${plural(Math.round(sources), 'host')} at once`,
    howMuch: `load ${share(utilisation)} in a burst; usually from ${plural(Math.max(1, Math.round(usualSources)), 'host')}`,
    howSure: `${plural(bursts, 'burst')} in the last minute${often}`,
    ...ON_CONGESTION,
  };
}

function ofDrops({reasons, discards, window}: DropsAnswer): Attention[] {
  const counted = (link: string | null | undefined): string => {
    const known = discards.find((one) => one.link === link);
    return known ? `; ${discardsText(known)} by its counters` : '';
  };
  const told = reasons.map(
    ({reason, samples, links}): Attention => ({
      ...{key: `drop ${reason}`, isSure: true, host: null, link: links[0]?.link ?? null},
      what: `drops packets: ${reason}`,
      howMuch: `at least ${plural(samples, 'packet')} notified in ${Math.round(window)}${THIN}s${counted(links[0]?.link)}${links.length > 1 ? `, at ${plural(links.length - 1, 'other link')} too` : ''}`,
      howSure: 'switches limit what they notify',
      ...ON_CONGESTION,
    }),
  );
  const most = discards[0];
  if (told.length > 0 || most === undefined) return told;
  return [
    {
      ...{key: 'discards ', isSure: true, host: null, link: most.link, what: 'discards packets'},
      howMuch: `${discardsText(most)}${discards.length > 1 ? `; ${plural(discards.length - 1, 'other link discards', 'other links discard')} too` : ''}`,
      howSure: 'by its counters',
      ...ON_CONGESTION,
    },
  ];
}

/** `4.2 k/s going out`. */
function discardsText(one: DropsAnswer['discards'][number]): string {
  const [received, sent] = [one.inDiscardsPerSecond ?? 0, one.outDiscardsPerSecond ?? 0];
  const way = received === 0 ? 'going out' : sent === 0 ? 'coming in' : 'in both directions';
  return `${short(received + sent, 2)}/s ${way}`;
}

function ofCollisions({groups}: ImbalanceAnswer, nameOf: NameOf): Attention[] {
  return groups.flatMap((group) =>
    group.collisions.map(
      ({link, utilisation, flows, sibling}): Attention => ({
        ...{key: `collision ${link}`, isSure: true, host: null, link},
        what: `is full of ${plural(flows.length, 'large flow')}`,
        howMuch: `load ${share(utilisation)}, while ${nameOf(sibling)} beside it has room`,
        howSure: `flows of ${flows.map(({bitsPerSecond}) => bitRate(bitsPerSecond)).join(' and ')}`,
        ...ON_CONGESTION,
      }),
    ),
  );
}

/** The link that carries least, and the one that carries most. */
export function extremesOf<T extends {share: number}>(links: readonly T[]): [least: T, most: T] {
  const sorted = [...links].sort((a, b) => a.share - b.share);
  return [sorted[0]!, sorted.at(-1)!];
}

function ofUneven({groups}: ImbalanceAnswer, nameOf: NameOf): Attention[] {
  return groups
    .filter(({verdict, collisions: found}) => verdict === 'imbalanced' && found.length === 0)
    .map(({id, agent, name, cvLow, hashing, links}): Attention => {
      const [least, most] = extremesOf(links);
      return {
        ...{key: `uneven ${id}`, isSure: true, host: `${agent} ${name}`, link: null},
        what: 'share their traffic unevenly',
        howMuch: `${nameOf(most.id)} carries ${share(most.share)} of it, ${nameOf(least.id)} ${share(least.share)}; even would be ${share(1 / links.length)}`,
        howSure: `a spread of at least ${share(cvLow ?? 0)}, where a fair hash gives ${share(hashing.expectedCv)}`,
        ...ON_CONGESTION,
      };
    });
}
