import {afterEach, beforeEach, expect, it} from 'vitest';
import {type Prometheus, promtoolCheck, startPrometheus} from '../support/prometheus.ts';
import {Rest, until} from '../support/rest.ts';
import {type Server, startServer} from '../support/server.ts';
import {needs} from '../support/tools.ts';

needs('prometheus')('the real Prometheus', () => {
  let server: Server;
  let prometheus: Prometheus;

  beforeEach(async () => {
    server = await startServer({command: 'demo', simulator: ['--seed', '3', '--sampling', '50000']});
    const rest = new Rest(server.url);
    await until(
      'links',
      () => rest.links(),
      (links) => links.length === 244,
    );
    prometheus = await startPrometheus({target: `127.0.0.1:${server.httpPort}`, interval: '1s'});
  });
  afterEach(async () => {
    await prometheus?.stop();
    await server?.stop();
  });

  it('scrapes the demo; rates of totals agree with the gauge, and promtool has no complaint', async () => {
    // Eight scrapes, or `rate` would extrapolate over the server's first seconds.
    await prometheus.queryUntil(
      'count_over_time((tenhertz_fabric_bytes_total{traffic="roce"} > 0)[20s:1s])',
      (series) => (series[0]?.value ?? 0) >= 10,
    );
    const [rate] = await prometheus.query('rate(tenhertz_fabric_bytes_total{traffic="roce"}[8s])');
    const [gauge] = await prometheus.query('avg_over_time(tenhertz_fabric_bytes_per_second{traffic="roce"}[8s])');
    // 244 nodes at 100 Gbit/s, busy half of the time.
    expect(gauge!.value * 8).toBeGreaterThan(5e12);
    expect(Math.abs(rate!.value / gauge!.value - 1)).toBeLessThan(0.3);
    const links = await prometheus.query('count(tenhertz_link_bytes_total{direction="in",traffic="roce"})');
    expect(links[0]!.value).toBe(244);
    expect((await prometheus.query('up'))[0]!.value).toBe(1);

    const answer = await fetch(`${server.url}/metrics`);
    expect(answer.headers.get('content-type')).toContain('text/plain');
    expect(promtoolCheck(await answer.text())).toBe('');
  });
});
