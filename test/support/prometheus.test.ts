import {once} from 'node:events';
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {afterAll, beforeAll, expect, it} from 'vitest';
import {type Prometheus, promtoolCheck, startPrometheus} from './prometheus.ts';
import {needs} from './tools.ts';

const PAGE = '# HELP stub_frames_total Frames.\n# TYPE stub_frames_total counter\nstub_frames_total{agent="a"} ';

needs('prometheus')('the real Prometheus', () => {
  let target: Server;
  let prometheus: Prometheus;
  let frames = 0;

  beforeAll(async () => {
    target = createServer((_, response) => {
      frames += 10;
      response.setHeader('content-type', 'text/plain; version=0.0.4');
      response.end(`${PAGE}${frames}\n`);
    }).listen(0, '127.0.0.1');
    await once(target, 'listening');
    const {port} = target.address() as AddressInfo;
    prometheus = await startPrometheus({target: `127.0.0.1:${port}`, interval: '200ms'});
  });
  afterAll(async () => {
    await prometheus?.stop();
    target?.close();
  });

  it('scrapes the target and answers queries', async () => {
    const [series] = await prometheus.queryUntil('stub_frames_total', (all) => (all[0]?.value ?? 0) >= 30);
    expect(series?.metric['agent']).toBe('a');
    const rate = await prometheus.queryUntil('rate(stub_frames_total[10s])', (all) => all.length > 0);
    expect(rate[0]?.value).toBeGreaterThan(0);
  });

  it('reports a query that is wrong', async () => {
    await expect(prometheus.query('rate(')).rejects.toThrow('parse error');
  });

  it('lets promtool judge', () => {
    expect(promtoolCheck(`${PAGE}1\n`)).toBe('');
    expect(promtoolCheck('stub_frames_total 1\n')).toContain('no help text');
  });
});
