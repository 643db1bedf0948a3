import {afterAll, beforeAll, beforeEach, expect, it} from 'vitest';
import type {CongestionAnswer, JobsAnswer, MatrixAnswer, OperationsAnswer} from '../../src/shared/answers.ts';
// Declares `window.tenhertz`.
import type {} from '../../web/src/debug.ts';
import {bitRate, cycle, plural, THIN} from '../../web/src/format.ts';
import {type Browser, startBrowser} from '../support/browser.ts';
import {freeTcpPort, freeUdpPort} from '../support/ports.ts';
import {Rest, until} from '../support/rest.ts';
import {type Server, startServer} from '../support/server.ts';
import {needs} from '../support/tools.ts';

const startDemo = (ports: {httpPort: number; udpPort: number}): Promise<Server> =>
  startServer({command: 'demo', ports, simulator: ['--seed', '5', '--sampling', '50000', '--flush', '10ms']});

/** Rows of the list of congested links. */
const CONGESTED_ROWS = 15;

needs('chromium')('the dashboard on the running demo', () => {
  let server: Server;
  let browser: Browser;
  /** What REST has answered to the page last, by path. */
  const answers = new Map<string, unknown>();
  /** Errors of the tests before. */
  let before = 0;

  beforeAll(async () => {
    const ports = {httpPort: await freeTcpPort(), udpPort: await freeUdpPort()};
    [server, browser] = await Promise.all([
      startDemo(ports),
      startBrowser({width: 1440, height: 1030, colorScheme: 'dark'}),
    ]);
    browser.page.on('response', (response) => {
      const {pathname} = new URL(response.url());
      if (pathname.startsWith('/api/v1/') && response.ok()) {
        response.json().then(
          (answer) => answers.set(pathname.slice('/api/v1/'.length), answer),
          () => {},
        );
      }
    });
  });
  beforeEach(async () => {
    answers.clear();
    await browser.page.goto(server.url);
    await browser.page.waitForFunction(
      () => window.tenhertz?.links.length === 5 && window.tenhertz.finalFabric !== null,
    );
    before = browser.errors.length;
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const byId = (id: string) => browser.page.getByTestId(id);
  /** What a page asked last is called off when another one is opened: that is no error. */
  const errors = () => browser.errors.slice(before).filter((error) => !error.endsWith('net::ERR_ABORTED'));

  /** A picture of one panel, to see that it changes. */
  const picture = async (panel: string) => (await byId(panel).screenshot()).toString('base64');

  /** Waits until something shown is what REST has answered last: both are asked for until they are of one moment. */
  const agrees = (what: string, shown: () => Promise<string | null>, wanted: () => string) =>
    until(
      `${what} to be what REST says`,
      async () => {
        const now = answers.size > 0 ? wanted() : undefined;
        return {now, text: await shown()};
      },
      ({now, text}) => now !== undefined && text?.includes(now) === true,
    );

  it('draws both charts and moves them; five links are shown, and re-roll changes them and the URL', async () => {
    const {page} = browser;
    for (const panel of ['panel-links', 'panel-fabric', 'panel-heat', 'panel-flows']) {
      expect(await page.getByTestId(panel).isVisible(), panel).toBe(true);
      const before = await picture(panel);
      await until(
        `${panel} to move`,
        () => picture(panel),
        (now) => now !== before,
      );
    }
    const before = await page.evaluate(() => [...window.tenhertz.links]);
    expect(new Set(before).size).toBe(5);
    const url = page.url();
    for (const id of before) expect(decodeURIComponent(url)).toContain(id);
    await page.getByTestId('reroll').click();
    await page.waitForFunction((old) => window.tenhertz.links.join() !== old, before.join());
    const after = await page.evaluate(() => [...window.tenhertz.links]);
    expect(after).toHaveLength(5);
    expect(page.url()).not.toBe(url);
    for (const id of after) expect(decodeURIComponent(page.url())).toContain(id);
    expect(errors()).toEqual([]);
  });

  it('shows the figures that REST gives for the same bins, fabric and links', async () => {
    const {page} = browser;
    const rest = new Rest(server.url);
    await page.waitForFunction(() => window.tenhertz.framesReceived > 30);
    const shown = await page.evaluate(() => {
      const {finalBin, links} = window.tenhertz;
      const bins = Array.from({length: 8}, (_, i) => finalBin - 8 + i);
      return {
        bins,
        fabric: bins.map((bin) => window.tenhertz.fabricAt(bin)),
        link: {id: links[0]!, at: bins.map((bin) => window.tenhertz.linkAt(links[0]!, bin))},
        sent: bins.map((bin) => window.tenhertz.linkAt(links[0]!, bin, 'out')),
      };
    });
    const query = `from=${shown.bins[0]! * 100}&to=${(shown.bins.at(-1)! + 1) * 100}`;
    const fabric = await rest.fabricSeries(query);
    const link = await rest.linkSeries(shown.link.id, query);
    const sent = await rest.linkSeries(shown.link.id, `direction=out&${query}`);
    expect(Math.max(...(fabric.values as number[]))).toBeGreaterThan(1e12);
    shown.bins.forEach((_, i) => {
      for (const [onPage, inRest] of [
        [shown.fabric[i]!, fabric],
        [shown.link.at[i]!, link],
        [shown.sent[i]!, sent],
      ] as const) {
        // The live frames carry 32-bit floats.
        expect(onPage.bitsPerSecond / (inRest.values[i]! || 1)).toBeCloseTo(inRest.values[i] === 0 ? 0 : 1, 5);
        expect(onPage.high / inRest.high[i]!).toBeCloseTo(1, 5);
        expect(onPage.samples).toBe(inRest.samples[i]);
      }
    });
    expect(errors()).toEqual([]);
  });

  it('tells how the data is on a page of its own, with the figures that REST gives', async () => {
    const {page} = browser;
    await page.keyboard.press('h');
    await page.getByTestId('verdict').waitFor();
    expect(await page.getByTestId('verdict').getAttribute('data-level')).not.toBe('waiting');
    // Findings come and go, and the page asks every few seconds.
    const rest = new Rest(server.url);
    await until(
      'the findings of REST',
      async () => {
        const lines = page.getByTestId('finding');
        const shown = await lines.evaluateAll((all) => all.map((line) => (line as HTMLElement).dataset['where']));
        const {findings} = await rest.get<{findings: {where: string}[]}>('health');
        return [[...new Set(shown)].join(), [...new Set(findings.map(({where}) => where))].join()];
      },
      ([shown, told]) => shown === told,
    );
    await page.getByRole('button', {name: '10.0.0.1'}).click();
    await page.getByTestId('agent-detail').waitFor();
    await until(
      'the ports',
      () => page.getByTestId('port-line').count(),
      (count) => count > 0,
    );
    expect(await page.getByTestId('advice').textContent()).toMatch(/sampled port directions/);
    // What has happened to jobs stands there too, and comes when it comes.
    const events = await page.getByTestId('event').allTextContents();
    expect(events.some((text) => /10\.0\.0\.1|server/.test(text))).toBe(true);
    await page.goBack();
    await page.getByTestId('charts').waitFor();
    expect(errors()).toEqual([]);
  });

  it('AI Metrics shows what the routes of its charts say', async () => {
    await browser.page.keyboard.press('a');
    const rdma = () => (answers.get('operations') as OperationsAnswer | undefined)?.rdma;
    await agrees(
      'bytes of an operation',
      () => byId('card-rdma-bytes').getByTestId('card-value').textContent(),
      () => `${((rdma()?.bytesPerOperation ?? Number.NaN) / 1_000).toFixed(1)}${THIN}k`,
    );
    await byId('plot-edge-links').waitFor();
    expect(errors()).toEqual([]);
  });

  it('Jobs lists the jobs of REST; one is opened with its steps', async () => {
    await browser.page.keyboard.press('j');
    const job = () => (answers.get('jobs') as JobsAnswer | undefined)?.jobs[0];
    await agrees(
      'the job',
      async () => ((await byId('jobs-row').count()) > 0 ? byId('jobs-row').first().textContent() : null),
      () => `${job()?.hosts.length ?? '?'}${bitRate(job()?.roce.bitsPerSecond ?? Number.NaN)}`,
    );
    const {id} = job()!;
    await byId('job-link').first().click();
    await byId('panel-steps').waitFor();
    expect(new URL(browser.page.url()).searchParams.get('job')).toBe(id);
    await agrees(
      'hosts of the job',
      () => byId('panel-hosts').textContent(),
      () => plural(job()?.hosts.length ?? -1, 'host'),
    );
    expect(errors()).toEqual([]);
  });

  it('the page of the fabric names the job and its cycle', async () => {
    const told = () => answers.get('jobs') as JobsAnswer | undefined;
    await agrees(
      'the job',
      () => byId('attention-jobs').textContent(),
      () => {
        const [job] = told()?.jobs ?? [];
        // Asked for until its cycle is known.
        const periodMs = job?.period?.periodMs ?? Number.NaN;
        const rate = bitRate(job?.roce.bitsPerSecond ?? Number.NaN);
        const window = Math.round(told()?.window ?? Number.NaN);
        return `${plural(job?.hosts.length ?? -1, 'host')} · ${rate}, mean of ${window}${THIN}s · cycle ${cycle(periodMs).join(THIN)}`;
      },
    );
    expect(errors()).toEqual([]);
  });

  it('the map holds every link of REST', async () => {
    await browser.page.keyboard.press('m');
    const {links} = await new Rest(server.url).get<{links: unknown[]}>('links');
    await until(
      'all links',
      () => byId('panel-heat').textContent(),
      (text) => text?.includes(plural(links.length, 'link')) === true,
    );
    const still = await picture('plot-heat');
    await until(
      'the map to move',
      () => picture('plot-heat'),
      (now) => now !== still,
    );
    expect(errors()).toEqual([]);
  });

  it('the matrix sums up to what REST says', async () => {
    await browser.page.keyboard.press('x');
    await agrees(
      'the sum',
      () => byId('matrix-total').textContent(),
      () => {
        const {bitsPerSecond = []} = (answers.get('matrix') ?? {}) as Partial<MatrixAnswer>;
        return bitRate(bitsPerSecond.flat().reduce((sum, one) => sum + one, 0));
      },
    );
    expect(errors()).toEqual([]);
  });

  it('Congestion lists the first links of REST', async () => {
    await browser.page.keyboard.press('c');
    await byId('panel-congested').waitFor();
    const links = () => (answers.get('congestion') as CongestionAnswer | undefined)?.links;
    await until(
      'as many links as REST tells of, and as the list has room for',
      async () => [await byId('congested-row').count(), links()?.length ?? -1] as const,
      ([shown, told]) => told > 0 && shown === Math.min(told, CONGESTED_ROWS),
    );
    for (const panel of ['incasts', 'imbalance', 'queues', 'pauses']) await byId(`panel-${panel}`).waitFor();
    expect(errors()).toEqual([]);
  });

  it('an hour is shown as REST gives it', async () => {
    const {page} = browser;
    await page.keyboard.press('4');
    await byId('past-note').waitFor();
    await until(
      'the hour to be known from when the demo was started on',
      () => byId('past-note').textContent(),
      (text) => text?.includes('since') === true,
    );
    expect(page.url()).toContain('window=3600');
    expect(errors()).toEqual([]);
  });
});

needs('chromium')('the dashboard while its server is restarted', () => {
  it('says that it is gone, comes back, and keeps its links', async () => {
    const ports = {httpPort: await freeTcpPort(), udpPort: await freeUdpPort()};
    const browser = await startBrowser();
    let server = await startDemo(ports);
    try {
      const {page} = browser;
      await page.goto(server.url);
      await page.waitForFunction(() => window.tenhertz?.links.length === 5);
      const links = await page.evaluate(() => window.tenhertz.links.join());
      await server.stop();
      await page.waitForFunction(() => window.tenhertz.status !== 'open');
      expect(await page.getByTestId('status').innerText()).toMatch(/disconnected|reconnect/i);
      server = await startDemo(ports);
      await page.waitForFunction(() => window.tenhertz.status === 'open' && (window.tenhertz.fabric?.samples ?? 0) > 0);
      expect(await page.evaluate(() => window.tenhertz.links.join())).toBe(links);
      const drawn = await page.evaluate(() => window.tenhertz.framesDrawn);
      await page.waitForFunction((before) => window.tenhertz.framesDrawn > before, drawn);
    } finally {
      await browser.close();
      await server.stop();
    }
  });
});
