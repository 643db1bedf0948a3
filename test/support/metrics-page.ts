/** Writes docs/metrics.md: what is measured, where it is told, and what proves it. */
import {AI_METRICS, AI_TOPS} from '../../src/api/sflow-rt/ai-metrics.ts';
import {METRIC_ROWS, type MetricRow} from './metrics-rows.ts';

const INTRODUCTION = `# Metrics

What the server measures, where it tells it, and how far it was off where the truth is known: in the simulator, which
writes down what really passed. This page is written from \`test/support/metrics-rows.ts\` and the server's own tables;
\`npx vitest run --config test/vitest.config.ts test/metrics-page -u\` writes it anew, and the test holds each route, field,
metric and scenario that it names against the server.

- **Scope.** *edge* counts each packet once: where it enters the fabric, at links towards hosts. *Every hop* counts it once
  for each switch. Where roles are inferred, links of unknown role are in sums over every hop and in no other.
- **Time.** Rates are means over the last settled 2 s unless a row says otherwise (\`window\` of \`fabric\` and \`links\`
  asks for others); operations and flows over 5 s, drops over a minute, counters over the agents' own intervals. History is
  in bins of 100 ms.
- **Unit** is REST's. Prometheus has base units: bytes for bits, seconds for milliseconds.
- **Bands.** Estimates from samples carry \`low\` and \`high\`, the 95 % interval of sampling. \`null\`, and no series in
  Prometheus, is not known; it is never zero.
- **Error**: what the proof found over its whole length, then the root of the mean square error of one reading, where it has
  one ([bench/results.md](../bench/results.md), \`npm run prove\`). At 1 in 4,000, as those fabrics sample.
`;

const AI_INTRODUCTION = `## Under the names of sFlow-RT's AI Metrics

\`/app/ai-metrics/scripts/metrics.js/\` + \`metric/json\`, \`metric/{name}/json\` (404 for a name that is not there),
\`trend/json?after=\` (300 points, one a second of the bins' own time), \`period/json\` and \`prometheus/txt\` answer as that
app's do. They are taken once a second, and a trend survives who asks. A value that is not known is \`null\`, and left out of
\`prometheus/txt\`.

Different from that app: rates are means over the last settled 2 s and not smoothed; without a topology the inferred roles
count; credits are the messages that the code stands for; the period comes of the spectrum of samples and not of threshold
crossings, so that \`threshold\` of \`period/json\` is the mean load and \`baselinePeriod\` has the cycle's own mean and
deviation; label values are escaped, and there are HELP and TYPE lines.
`;

/** The whole page. */
export function metricsPage(): string {
  const sections = Object.entries(METRIC_ROWS).map(([title, rows]) => `## ${title}\n\n${rowTable(rows)}`);
  return [INTRODUCTION, ...sections, AI_INTRODUCTION, aiTable()].join('\n');
}

function rowTable(rows: readonly MetricRow[]): string {
  const code = (names: readonly string[]) => names.map((name) => `\`${name}\``).join('<br>');
  return table(
    ['metric', 'definition', 'scope', 'unit', 'REST', 'Prometheus', 'sFlow-RT', 'proved on', 'error'],
    rows.map(({metric, definition, scope, unit, rest, prometheus, sflowRt, scenarios, proof, error}) => [
      ...[`**${metric}**`, definition, scope, unit, code(rest), code(prometheus), code(sflowRt)],
      `${code(scenarios)}${scenarios.length > 0 ? '<br>' : ''}[${proof.split('/').at(-1)}](../${proof})`,
      error,
    ]),
  );
}

function aiTable(): string {
  const plain = AI_METRICS.map(({name, scope, unit, meaning}) => [
    `\`${name}\``,
    `\`sflow_ai_${name}\``,
    scope,
    unit,
    meaning,
  ]);
  const tops = AI_TOPS.map(({name, gauge, label, scope, unit, meaning}) => {
    return [`\`${name}\``, `\`${gauge}{${label}}\``, scope, unit, meaning];
  });
  return table(['name', 'Prometheus', 'scope', 'unit', 'meaning'], [...plain, ...tops]);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return `${[line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n')}\n`;
}
