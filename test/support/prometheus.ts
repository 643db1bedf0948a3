/** The real Prometheus: scrapes targets of the test's, answers queries; and promtool's opinion of a text. */
import {spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Child, waitFor} from './child.ts';
import {freeTcpPort} from './ports.ts';
import {paths} from './tools.ts';

/** Targets with labels of their own, as Prometheus' static_configs has them. */
export interface TargetGroup {
  readonly targets: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
}

export interface PrometheusOptions {
  /** `127.0.0.1:8008`; or several. */
  readonly target: string | readonly TargetGroup[];
  readonly metricsPath?: string;
  /** As Prometheus writes it: `1s`, `200ms`. */
  readonly interval?: string;
  readonly bearerToken?: string;
  /** A text with rules, as in the file of Prometheus. */
  readonly rules?: string;
}

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Prometheus {
  readonly url: string;
  readonly process: Child;
  /** An instant query; a scalar comes back as one series without labels. */
  query(expression: string): Promise<Series[]>;
  /** Waits until the query answers something, a bounded time. */
  queryUntil(expression: string, enough: (series: Series[]) => boolean): Promise<Series[]>;
  stop(): Promise<void>;
}

const POLL_MS = 100;
const POLLS = 200;

/** Starts it and waits until it has scraped the target once. Needs `needs('prometheus')`. */
export async function startPrometheus(options: PrometheusOptions): Promise<Prometheus> {
  const dir = mkdtempSync(join(tmpdir(), 'tenhertz-prometheus-'));
  const files = options.rules === undefined ? [] : [join(dir, 'rules.yml')];
  if (options.rules !== undefined) writeFileSync(files[0]!, options.rules);
  writeFileSync(join(dir, 'prometheus.json'), JSON.stringify({...config(options), rule_files: files}));
  const port = await freeTcpPort();
  const url = `http://127.0.0.1:${port}`;
  const child = new Child(paths.prometheus, [
    // JSON is YAML, and needs no quoting of ours.
    `--config.file=${join(dir, 'prometheus.json')}`,
    `--storage.tsdb.path=${join(dir, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--log.level=warn',
  ]);
  const stop = async () => {
    await child.stop();
    rmSync(dir, {recursive: true, force: true});
  };
  const queryUntil = async (expression: string, enough: (series: Series[]) => boolean) => {
    let series: Series[] = [];
    for (let i = 0; i < POLLS; i++) {
      series = await query(url, expression);
      if (enough(series)) return series;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    throw new Error(`${expression} stayed at ${JSON.stringify(series)}\n${child.output()}`);
  };
  try {
    await waitFor('prometheus', child, async () => (await fetch(`${url}/-/ready`)).status === 200);
    await queryUntil('up', (series) => series.some(({value}) => value === 1));
  } catch (error) {
    await stop();
    throw error;
  }
  return {url, process: child, query: (expression) => query(url, expression), queryUntil, stop};
}

function config({target, metricsPath = '/metrics', interval = '1s', bearerToken}: PrometheusOptions): object {
  return {
    global: {scrape_interval: interval, scrape_timeout: interval, evaluation_interval: interval},
    scrape_configs: [
      {
        job_name: 'tenhertz',
        metrics_path: metricsPath,
        static_configs: typeof target === 'string' ? [{targets: [target]}] : target,
        ...(bearerToken === undefined ? {} : {authorization: {credentials: bearerToken}}),
      },
    ],
  };
}

type Value = [time: number, value: string];
type Data =
  | {resultType: 'vector'; result: {metric: Record<string, string>; value: Value}[]}
  | {resultType: 'scalar'; result: Value};

async function query(url: string, expression: string): Promise<Series[]> {
  const answer = await fetch(`${url}/api/v1/query?${new URLSearchParams({query: expression})}`);
  const body = (await answer.json()) as {status: string; error?: string; data: Data};
  if (body.status !== 'success') throw new Error(`${expression}: ${body.error}`);
  const {data} = body;
  if (data.resultType === 'scalar') return [{metric: {}, value: Number(data.result[1])}];
  return data.result.map(({metric, value}) => ({metric, value: Number(value[1])}));
}

/** What promtool finds wrong with a page of metrics; '' when nothing. */
export function promtoolCheck(text: string): string {
  const {status, stdout, stderr} = spawnSync(paths.promtool, ['check', 'metrics'], {input: text, encoding: 'utf8'});
  return status === 0 ? '' : `${stdout}${stderr}`.trim() || `promtool ended with ${status}`;
}
