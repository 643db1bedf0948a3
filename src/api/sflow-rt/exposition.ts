/** Labels of one series, in their order. */
export type Labels = Readonly<Record<string, string>>;

/** One gauge: its series, and what it means. */
export interface Family {
  name: string;
  help: string;
  series: readonly {labels?: Labels; value: number}[];
}

/** Of Prometheus's text format, version 0.0.4. */
export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Gauges in Prometheus's text format; those without a series are left out. */
export function exposition(families: readonly Family[]): string {
  let text = '';
  for (const {name, help, series} of families) {
    if (series.length === 0) continue;
    text += `# HELP ${name} ${escaped(help)}\n# TYPE ${name} gauge\n`;
    for (const {labels, value} of series) text += `${name}${labelsOf(labels)} ${value}\n`;
  }
  return text;
}

/** Whatever else is in a metric's name than the format allows becomes an underscore. */
export function metricName(name: string): string {
  return name.replace(/[^A-Za-z0-9_]/g, '_');
}

function labelsOf(labels: Labels = {}): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value).replaceAll('"', '\\"')}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const escaped = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
