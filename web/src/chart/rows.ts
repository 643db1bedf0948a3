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
}

const collator = new Intl.Collator('en', {numeric: true});

/** Puts links in order: by switch and port number, or the busiest first. */
export function orderRows(links: readonly LinkInfo[], sort: HeatSort, loadOf: (slot: number) => number): Rows {
  const sorted = [...links];
  const groups: RowGroup[] = [];
  if (sort === 'load') {
    const loads = new Map(sorted.map((link) => [link.slot, loadOf(link.slot)]));
    sorted.sort((a, b) => loads.get(b.slot)! - loads.get(a.slot)! || a.slot - b.slot);
  } else {
    sorted.sort((a, b) => (a.agent === b.agent ? a.ifIndex - b.ifIndex : collator.compare(a.agent, b.agent)));
    for (const [row, link] of sorted.entries()) {
      const group = groups[groups.length - 1];
      if (group?.label === link.agent) group.to = row + 1;
      else groups.push({label: link.agent, from: row, to: row + 1});
    }
  }
  return {links: sorted, slots: Uint32Array.from(sorted, (link) => link.slot), groups};
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
