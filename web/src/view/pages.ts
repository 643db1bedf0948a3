import {LONG_WINDOWS, type Place, WINDOWS} from '../url.ts';

/** A page as the navigation lists it. */
export interface PageEntry {
  place: Place;
  name: string;
  key: string;
  /** What it tells, for the list of keys. */
  does: string;
}

/** The pages in the order of the navigation. */
export const PAGES: readonly PageEntry[] = [
  {place: 'fabric', name: 'Fabric', key: 'f', does: 'the fabric: its beat, links, flows'},
  {place: 'metrics', name: 'AI Metrics', key: 'a', does: 'AI metrics: a chart for each figure of the fabric'},
  {place: 'jobs', name: 'Jobs', key: 'j', does: 'jobs: who works together, steps, and who is out of step'},
  {place: 'heatmap', name: 'Heatmap', key: 'm', does: 'heatmap: every link, every 100 ms'},
  {place: 'matrix', name: 'Matrix', key: 'x', does: 'matrix: who sends to whom'},
  {place: 'congestion', name: 'Congestion', key: 'c', does: 'congestion and drops: marks, discards, uneven links'},
  {place: 'health', name: 'Data health', key: 'h', does: 'data health: what gets lost, and what to do'},
];

/** Pages that show time, and so a window, a pause and a crosshair. */
export const TIMED: ReadonlySet<Place> = new Set<Place>(['fabric', 'metrics', 'jobs', 'heatmap', 'congestion']);

/** Windows that a page offers, in seconds. */
export const windowsOf = (place: Place): readonly number[] =>
  place === 'fabric' ? [...WINDOWS, ...LONG_WINDOWS] : WINDOWS;
