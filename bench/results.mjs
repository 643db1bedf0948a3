// Keeps bench/results.md: each benchmark owns one section between markers, named after it, and replaces only that.
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {cpus} from 'node:os';
import {fileURLToPath} from 'node:url';

const file = fileURLToPath(new URL('results.md', import.meta.url));

/** What every section says of where it was measured. */
export function machine() {
  return `${new Date().toISOString().slice(0, 10)}, ${cpus()[0]?.model.trim()}, ${cpus().length} cores, Node ${process.version}`;
}

/** Writes a section; `lines` are Markdown, `by` is the command that writes it. */
export function writeSection(name, title, lines, by = 'npm run bench') {
  const begin = `<!-- ${name}: written by ${by} -->`;
  const end = `<!-- end of ${name} -->`;
  const section = [begin, `## ${title}`, '', machine(), '', ...lines, end].join('\n');
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '# Results\n';
  const [before, rest] = text.split(begin);
  const whole =
    rest === undefined
      ? `${text.trimEnd()}\n\n${section}\n`
      : `${before}${section}${rest.split(end).slice(1).join(end)}`;
  writeFileSync(file, whole);
}

/** The p-quantile (0..1) of numbers. */
export function quantile(values, p) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))];
}

export const median = (values) => quantile(values, 0.5);
