import {readFileSync} from 'node:fs';
import {afterEach, expect, it} from 'vitest';
import {RULES_FILE} from '../prometheus/promtool.ts';
import {type Prometheus, startPrometheus} from '../support/prometheus.ts';
import {Rest, until} from '../support/rest.ts';
import {type Server, startServer} from '../support/server.ts';
import {needs} from '../support/tools.ts';

/** As shipped, but for the time that alerts must last, so that a test need not. */
const RULES = readFileSync(RULES_FILE, 'utf8').replace(/^(\s+for:) .*$/gm, '$1 4s');
/** Time for all rules to be evaluated often, s. */
const WATCHED_SECONDS = 12;

needs('prometheus')('the real Prometheus with the shipped rules', () => {
  let server: Server | undefined;
  let prometheus: Prometheus | undefined;
  afterEach(async () => {
    await prometheus?.stop();
    await server?.stop();
  });

  async function start(simulator: readonly string[], isReady: (links: number) => boolean): Promise<Prometheus> {
    server = await startServer({command: 'demo', simulator});
    const rest = new Rest(server.url);
    await until(
      'links',
      () => rest.links(),
      (links) => isReady(links.length) && links.some(({in: {roce}}) => roce.samples),
    );
    prometheus = await startPrometheus({target: `127.0.0.1:${server.httpPort}`, interval: '1s', rules: RULES});
    return prometheus;
  }

  /** But for what is about the machine: the one that the test runs on may be busy with others. */
  const OTHERS = 'alertname!~"TenhertzStalled|TenhertzDatagramsDropped"';
  const FIRED = `group by (alertname) (count_over_time(ALERTS{alertstate="firing",${OTHERS}}[5m]))`;
  const names = async ({query}: Prometheus) => (await query(FIRED)).map(({metric}) => metric['alertname']).sort();

  it('says nothing of a healthy fabric', async () => {
    const made = await start(['--seed', '4', '--sampling', '50000'], (links) => links === 244);
    await made.queryUntil(`count_over_time(up[5m]) > ${WATCHED_SECONDS}`, (series) => series.length > 0);
    expect(await names(made)).toEqual([]);
  });

  it('says that samples are lost on the way, and nothing else', async () => {
    const made = await start(
      ['--scenario', 'loss', '--seed', '4', '--nodes', '16', '--sampling', '1000'],
      (links) => links > 20,
    );
    await made.queryUntil(FIRED, (series) => series.length > 0);
    await made.queryUntil(`count_over_time(up[5m]) > ${WATCHED_SECONDS}`, (series) => series.length > 0);
    expect(await names(made)).toEqual(['TenhertzSamplesMissing']);
  });
});
