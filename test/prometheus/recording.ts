/** What scrapes of a server in simulated time said, for promtool's tests of rules and for the real Prometheus. */

import type {SeriesInput} from './promtool.ts';

/** Labels that Prometheus gives the series of a scrape. */
export const TARGET = 'instance="127.0.0.1:8008",job="tenhertz"';
/** Of a label that the target has too Prometheus keeps the other one so. */
const OWN_JOB = /(?<=^|,)job=/g;
const LINE = /^(tenhertz_\w+)(?:\{(.*)\})? (\S+)$/gm;

/** Scrapes at an even distance. */
export class Recording {
  /** Page by page what was answered; undefined where nothing was. */
  readonly pages: (string | undefined)[] = [];
  /** Of what was simulated. */
  readonly seed: number;

  constructor(seed: number) {
    this.seed = seed;
  }

  add(page: string | undefined): void {
    this.pages.push(page);
  }

  /** As promtool takes series: a value each, `_` where there was none. */
  get input(): SeriesInput[] {
    const series = new Map<string, string[]>();
    const note = (name: string, scrape: number, value: string) => {
      let values = series.get(name);
      if (!values) {
        values = [];
        series.set(name, values);
      }
      while (values.length < scrape) values.push('_');
      values.push(value);
    };
    for (const [scrape, page] of this.pages.entries()) {
      note(`up{${TARGET}}`, scrape, page === undefined ? '0' : '1');
      for (const [, name, labels, value] of (page ?? '').matchAll(LINE)) {
        const own = labels === undefined ? '' : `${labels.replaceAll(OWN_JOB, 'exported_job=')},`;
        note(`${name}{${own}${TARGET}}`, scrape, value!);
      }
    }
    return [...series].map(([name, values]) => ({series: name, values: values.join(' ')}));
  }
}
