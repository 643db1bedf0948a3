import type {LinkInfo} from '../../../src/shared/live.ts';
import type {Heat} from '../heat.ts';
import type {HeatSort} from '../url.ts';

/** Rows of the map that belong together, `from` .. `to - 1`. */
export interface RowGroup {
  label: string;
  from: number;
  to: number;
}

/** The map's rows from top to bottom. */
export interface Rows {
  links: readonly LinkInfo[];
  /** Slot of each row. */
  slots: Uint32Array;
  groups: readonly RowGroup[];
  /** True where all are of one switch, and no group but its own stands beside them: rows go by their ports' names. */
  isOneSwitch: boolean;
}

/** What the orders of rows go by. */
export interface RowFacts {
  /** Load of a slot, in any unit. */
  loadOf: (slot: number) => number;
  /** How late the beat of each of these slots is; NaN where it has none. */
  latenessOf: (slots: readonly number[]) => ArrayLike<number>;
  /** Jobs with the ids of their links. */
  jobs: readonly {name: string; links: ReadonlySet<string>}[];
}

const collator = new Intl.Collator('en', {numeric: true});
const byName = (a: LinkInfo, b: LinkInfo): number =>
  a.agent === b.agent ? a.ifIndex - b.ifIndex : collator.compare(a.agent, b.agent);

/** Puts links in order: by switch and port number, the busiest or the latest first, or by job. */
export function orderRows(links: readonly LinkInfo[], sort: HeatSort, facts: RowFacts): Rows {
  const isOneSwitch = links.length > 0 && links.every(({agent}) => agent === links[0]!.agent);
  if (sort === 'switch') {
    return {...grouped([...links].sort(byName), (link) => link.agent), isOneSwitch};
  }
  if (sort === 'job') {
    const {jobs} = facts;
    const jobOf = new Map(links.map((link) => [link.id, jobs.findIndex((job) => job.links.has(link.id))]));
    const place = (link: LinkInfo): number => (jobOf.get(link.id)! < 0 ? jobs.length : jobOf.get(link.id)!);
    const sorted = [...links].sort((a, b) => place(a) - place(b) || byName(a, b));
    return grouped(sorted, (link) => jobs[place(link)]?.name ?? 'no job');
  }
  const slots = links.map((link) => link.slot);
  const lateness = sort === 'lateness' ? facts.latenessOf(slots) : null;
  const keys = new Map(links.map(({slot}, i) => [slot, lateness === null ? facts.loadOf(slot) : lateness[i]!]));
  const key = (link: LinkInfo): number => {
    const value = keys.get(link.slot)!;
    return Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value;
  };
  // Without a difference (infinity less infinity is none) the names decide.
  const sorted = [...links].sort((a, b) => (key(a) === key(b) ? byName(a, b) : key(b) - key(a)));
  return {links: sorted, slots: Uint32Array.from(sorted, (link) => link.slot), groups: [], isOneSwitch};
}

/** Rows with a group for each stretch of the same label. */
function grouped(links: readonly LinkInfo[], labelOf: (link: LinkInfo) => string): Rows {
  const groups: RowGroup[] = [];
  for (const [row, link] of links.entries()) {
    const label = labelOf(link);
    const group = groups[groups.length - 1];
    if (group?.label === label) group.to = row + 1;
    else groups.push({label, from: row, to: row + 1});
  }
  return {links, slots: Uint32Array.from(links, (link) => link.slot), groups, isOneSwitch: false};
}

/** Some of the rows, `from` .. `to - 1`, with the parts of groups among them. */
export function cutRows(rows: Rows, from: number, to: number): Rows {
  if (from === 0 && to >= rows.links.length) return rows;
  const groups = rows.groups
    .filter((group) => group.from < to && group.to > from)
    .map(({label, ...group}) => ({label, from: Math.max(0, group.from - from), to: Math.min(to, group.to) - from}));
  const {isOneSwitch} = rows;
  return {links: rows.links.slice(from, to), slots: rows.slots.slice(from, to), groups, isOneSwitch};
}

/** Which rows are labelled where at most so many labels have room: every first, second, fifth, tenth and so on. */
export function labelledRows(rows: number, most: number): number[] {
  let step = 1;
  for (let tens = 1; rows / step > Math.max(1, most); tens *= 10) {
    step = [1, 2, 5, 10].map((part) => part * tens).find((one) => rows / one <= Math.max(1, most)) ?? 10 * tens;
  }
  return Array.from({length: Math.ceil(rows / step)}, (_, i) => i * step);
}

/**
 * A name that fits: of a port its kind is shortened first (`Eth1/1`, then `1/1`); of any other, as addresses, the end is
 * kept, which is where they differ.
 */
export function shortened(text: string, fits: (text: string) => boolean): string {
  if (fits(text)) return text;
  const [, kind, number] = /^([A-Za-z]+)[ -]?(\d[\d/:.]*)$/.exec(text) ?? [];
  for (const part of kind === undefined ? [] : [`${kind.slice(0, 3)}${number}`, number!]) if (fits(part)) return part;
  for (let cut = 1; cut < text.length; cut++) {
    const part = `…${text.slice(cut).replace(/^[.:]+/, '')}`;
    if (fits(part)) return part;
  }
  return '';
}

/** Mean share of line rate of a slot over the last `bins` bins, in cells (1 .. 255); 0 without data. */
export function loadOf(heat: Heat, slot: number, bins: number): number {
  let sum = 0;
  let count = 0;
  for (let bin = heat.newest - bins + 1; bin <= heat.newest; bin++) {
    const offset = heat.offsetOf(bin);
    if (offset < 0) continue;
    const cell = heat.cells[offset + slot]!;
    if (cell === 0) continue;
    sum += cell;
    count++;
  }
  return count === 0 ? 0 : sum / count;
}
