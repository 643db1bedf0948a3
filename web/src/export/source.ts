/** A table of what a chart shows: a row a time, a link or a pair. */
export interface Table {
  /** Headings, each with its unit: `time`, `roce bit/s`. */
  columns: readonly string[];
  /** null where there is no figure: an empty cell, never a zero. */
  rows: readonly (readonly (string | number | null)[])[];
}

/** How to ask for what a chart shows, outside of the page. */
export interface Query {
  /** What is answered, in words. */
  what: string;
  /** Path and query of the route of REST, from the server's root on. */
  path: string;
  /** The same figures from Prometheus; null where only REST gives them. */
  promql: string | null;
  /** What is not the same there, if anything. */
  note?: string;
}

/** What the menu of a chart needs of it. */
export interface ChartSource {
  title: string;
  /** False where nothing is drawn: a table has no picture. */
  hasPicture?: boolean;
  table: () => Table;
  queries: () => readonly Query[];
}
