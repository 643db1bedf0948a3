import {afterEach, beforeEach, expect, it} from 'vitest';
// Declares `window.tenhertz`.
import type {} from '../../web/src/debug.ts';
import {type Browser, startBrowser} from '../support/browser.ts';
import {freeTcpPort, freeUdpPort} from '../support/ports.ts';
import {Rest, until} from '../support/rest.ts';
import {type Server, startServer} from '../support/server.ts';
import {needs} from '../support/tools.ts';

needs('chromium')('the dashboard on the running demo', () => {
  let server: Server;
  let browser: Browser;
  let ports: {httpPort: number; udpPort: number};

  beforeEach(async () => {
    ports = {httpPort: await freeTcpPort(), udpPort: await freeUdpPort()};
    server = await startDemo();
    browser = await startBrowser({width: 1440, height: 1030, colorScheme: 'dark'});
    await browser.page.goto(server.url);
    await browser.page.waitForFunction(
      () => window.tenhertz?.links.length === 5 && window.tenhertz.finalFabric !== null,
    );
  });
  afterEach(async () => {
    await browser?.close();
    await server?.stop();
  });

  const startDemo = () =>
    startServer({command: 'demo', ports, simulator: ['--seed', '5', '--sampling', '50000', '--flush', '10ms']});

  /** A picture of one panel, to see that it changes. */
  const picture = async (panel: string) => (await browser.page.getByTestId(panel).screenshot()).toString('base64');

  it('draws both charts and moves them; five links are shown, and re-roll changes them and the URL', async () => {
    const {page, errors} = browser;
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
    expect(errors).toEqual([]);
  });

  it('shows the figures that REST gives for the same bins, fabric and links', async () => {
    const {page, errors} = browser;
    const rest = new Rest(server.url);
    await page.waitForFunction(() => window.tenhertz.framesReceived > 30);
    const shown = await page.evaluate(() => {
      const {finalBin, links} = window.tenhertz;
      const bins = Array.from({length: 8}, (_, i) => finalBin - 8 + i);
      return {
        bins,
        fabric: bins.map((bin) => window.tenhertz.fabricAt(bin)),
        link: {id: links[0]!, at: bins.map((bin) => window.tenhertz.linkAt(links[0]!, bin))},
      };
    });
    const query = `from=${shown.bins[0]! * 100}&to=${(shown.bins.at(-1)! + 1) * 100}`;
    const fabric = await rest.fabricSeries(query);
    const link = await rest.linkSeries(shown.link.id, query);
    expect(Math.max(...(fabric.values as number[]))).toBeGreaterThan(1e12);
    shown.bins.forEach((_, i) => {
      for (const [onPage, inRest] of [
        [shown.fabric[i]!, fabric],
        [shown.link.at[i]!, link],
      ] as const) {
        // The live frames carry 32-bit floats.
        expect(onPage.bitsPerSecond / (inRest.values[i]! || 1)).toBeCloseTo(inRest.values[i] === 0 ? 0 : 1, 5);
        expect(onPage.high / inRest.high[i]!).toBeCloseTo(1, 5);
        expect(onPage.samples).toBe(inRest.samples[i]);
      }
    });
    expect(errors).toEqual([]);
  });

  it('tells how the data is on a page of its own, with the figures that REST gives', async () => {
    const {page, errors} = browser;
    await page.keyboard.press('h');
    await page.getByTestId('verdict').waitFor();
    expect(await page.getByTestId('verdict').getAttribute('data-level')).not.toBe('waiting');
    const shown = await page
      .getByTestId('finding')
      .evaluateAll((lines) => lines.map((line) => (line as HTMLElement).dataset['where']));
    const {findings} = await new Rest(server.url).get<{findings: {where: string}[]}>('health');
    expect([...new Set(shown)]).toEqual([...new Set(findings.map(({where}) => where))]);
    await page.getByRole('button', {name: '10.0.0.1'}).click();
    await page.getByTestId('agent-detail').waitFor();
    await until(
      'the ports',
      () => page.getByTestId('port-line').count(),
      (count) => count > 0,
    );
    expect(await page.getByTestId('advice').textContent()).toMatch(/sampled port directions/);
    expect(await page.getByTestId('event').first().textContent()).toMatch(/10\.0\.0\.1|server/);
    await page.goBack();
    await page.getByTestId('charts').waitFor();
    expect(errors).toEqual([]);
  });

  it('survives a restart of the server: says that it is gone, comes back, and keeps its links', async () => {
    const {page} = browser;
    const links = await page.evaluate(() => window.tenhertz.links.join());
    await server.stop();
    await page.waitForFunction(() => window.tenhertz.status !== 'open');
    expect(await page.getByTestId('status').innerText()).toMatch(/disconnected|reconnect/i);
    server = await startDemo();
    await page.waitForFunction(() => window.tenhertz.status === 'open' && (window.tenhertz.fabric?.samples ?? 0) > 0);
    expect(await page.evaluate(() => window.tenhertz.links.join())).toBe(links);
    const before = await picture('panel-fabric');
    await until(
      'the chart to move again',
      () => picture('panel-fabric'),
      (now) => now !== before,
    );
  });
});
