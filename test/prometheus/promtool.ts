/** Rules, evaluated by promtool over series that were recorded in simulated time. */
import {spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {parse} from 'yaml';
import {repositoryRoot} from '../support/captures.ts';
import {paths} from '../support/tools.ts';

export const RULES_FILE = join(repositoryRoot, 'docs/prometheus/tenhertz.rules.yml');

export interface Rule {
  alert: string;
  expr: string;
  for?: string;
  labels?: Record<string, string>;
  annotations: Record<string, string>;
}

/** The shipped rules, in their order. */
export function shippedRules(): Rule[] {
  const {groups} = parse(readFileSync(RULES_FILE, 'utf8')) as {groups: {rules: Rule[]}[]};
  return groups.flatMap(({rules}) => rules);
}

/** Series of evenly spaced values, as promtool takes them: `_` where there is none. */
export interface SeriesInput {
  series: string;
  values: string;
}

/** The alerts that fire at any time of so many scrapes. */
export function firedAlerts(input: readonly SeriesInput[], scrapes: number, intervalSeconds: number): string[] {
  const interval = `${intervalSeconds}s`;
  const end = `${scrapes * intervalSeconds}s`;
  // What is expected cannot be: promtool says what there is instead.
  const wrong = [{labels: '{alertname="none of them"}', value: 1}];
  const output = testRules({
    rule_files: [RULES_FILE],
    evaluation_interval: interval,
    tests: [
      {
        interval,
        input_series: input,
        promql_expr_test: [
          {
            expr: `group by (alertname) (count_over_time(ALERTS{alertstate="firing"}[${end}]))`,
            eval_time: end,
            exp_samples: wrong,
          },
        ],
      },
    ],
  });
  const got = /got:\s*(.*)$/m.exec(output)?.[1];
  if (got === undefined) throw new Error(`promtool said nothing of alerts:\n${output}`);
  return [...got.matchAll(/alertname="([^"]+)"/g)].map(([, name]) => name!).sort();
}

/** What promtool says of a file of tests. */
function testRules(tests: object): string {
  const dir = mkdtempSync(join(tmpdir(), 'tenhertz-rules-'));
  try {
    const file = join(dir, 'test.json');
    writeFileSync(file, JSON.stringify(tests)); // JSON is YAML
    return promtool('test', 'rules', file);
  } finally {
    rmSync(dir, {recursive: true, force: true});
  }
}

/** Runs promtool; returns all that it printed. */
export function promtool(...args: readonly string[]): string {
  const {stdout, stderr, error} = spawnSync(paths.promtool, args, {encoding: 'utf8', maxBuffer: 1 << 26});
  if (error) throw error;
  return `${stdout}${stderr}`;
}
