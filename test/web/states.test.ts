import type {Browser, Page} from 'playwright-core';
import {afterAll, afterEach, beforeAll, describe, expect, test} from 'vitest';
import {browserMissing, buildPage, launch} from './support/browser.ts';
import type {Scenario} from './support/fake-fabric.ts';
import {FakeServer} from './support/fake-server.ts';

let browser: Browser;
let built: {root: string; remove: () => Promise<void>};
let server: FakeServer;
let page: Page;
let problems: string[] = [];

const missing = browserMissing();

beforeAll(async () => {
  if (missing) return;
  [built, browser] = await Promise.all([buildPage(), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await built?.remove();
});

afterEach(async () => {
  await page?.context().close();
  await server?.stop();
  // A policy that is violated, or a script that fails, says so here and nowhere else.
  const seen = problems;
  problems = [];
  expect(seen).toEqual([]);
});

async function open(scenario: Partial<Scenario> = {}, query = '', token?: string): Promise<void> {
  server = await new FakeServer({root: built.root, scenario, ...(token === undefined ? {} : {token})}).start();
  const context = await browser.newContext({viewport: {width: 1440, height: 900}, colorScheme: 'dark'});
  page = await context.newPage();
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    // What cannot connect is reported by the browser itself; it is what some tests bring about.
    const isCut = /WebSocket|^Failed to load resource: net::ERR_/.test(message.text());
    if (message.type() === 'error' && !isCut) problems.push(message.text());
  });
  await page.goto(server.url + query);
}

const byId = (id: string) => page.getByTestId(id);

describe.skipIf(missing)('states of the page', () => {
  test('live: figures, lanes, sum, map and flows', async () => {
    await open();
    await byId('charts').waitFor();
    await page.waitForFunction(() => window.tenhertz.framesReceived > 12);
    expect(await byId('status').textContent()).toMatch(/^Live · \d+ Hz · [\d,]+ ms behind$/);
    await expect
      .poll(() => byId('figure-fabric').textContent())
      .toMatch(/244 edge links.*Tbit\/s.*±.*% of all traffic/);
    expect(await byId('legend-row').count()).toBe(5);
    expect(await byId('flows').locator('tbody tr').count()).toBe(10);
    expect(await byId('figure-lost').textContent()).toContain('no datagram lost on the way here');
    await expect.poll(() => byId('figure-dropped').textContent()).toMatch(/Packets dropped0\D.*by the fabric/);
    for (const id of ['notice-demo', 'notice-silent', 'notice-no-roce', 'notice-lost', 'unknown-roles']) {
      expect(await byId(id).count(), id).toBe(0);
    }
  });

  test('the page holds what the server sent for the same bin', async () => {
    await open();
    await page.waitForFunction(() => (window.tenhertz?.framesReceived ?? 0) > 5);
    // Of a link that findings brought into the lanes just now, the bins before that are asked for.
    const held = await page.waitForFunction(() => {
      const bin = window.tenhertz.finalBin - 1;
      const links = window.tenhertz.links.map((id) => ({id, is: window.tenhertz.linkAt(id, bin)}));
      const isAll = links.every(({is}) => is?.samples !== undefined);
      return isAll && {bin, fabric: window.tenhertz.fabricAt(bin), links};
    });
    const {bin, fabric, links} = (await held.jsonValue()) as Exclude<Awaited<ReturnType<typeof held.jsonValue>>, false>;
    const truth = server.fabric.total(bin, bin + 20, 'roce');
    expect(fabric?.samples).toBe(truth.samples);
    expect(fabric?.bitsPerSecond).toBeCloseTo(Math.fround(truth.value), 0);
    expect(links).toHaveLength(5);
    for (const link of links) {
      const index = server.fabric.list.findIndex((l) => l.id === link.id);
      expect(link.is?.samples).toBe(server.fabric.link(index, bin, bin + 20, 'roce').samples);
    }
  });

  test('nothing received: a checklist that ticks itself, then the charts', async () => {
    await open({receiving: false});
    await byId('setup').waitFor();
    expect(await byId('step').evaluateAll((steps) => steps.map((s) => (s as HTMLElement).dataset['done']))).toEqual([
      'true',
      'false',
      'false',
      'false',
    ]);
    expect(await byId('config').textContent()).toContain('sflow destination 10.20.30.40 6343');
    await page.getByRole('button', {name: 'SONiC'}).click();
    expect(await byId('config').textContent()).toContain('collector add tenhertz 10.20.30.40 --port 6343');
    expect(await byId('charts').count()).toBe(0);
    server.pretend({receiving: true});
    await byId('charts').waitFor();
    await expect.poll(() => byId('legend-row').count()).toBe(5);
  });

  test('demo: a quiet banner', async () => {
    await open({demo: true});
    await byId('notice-demo').waitFor();
  });

  test('links of unknown role: what is left out is said plainly', async () => {
    await open({unknownLinks: 12});
    await byId('unknown-roles').waitFor();
    expect(await byId('unknown-roles').textContent()).toMatch(/4\.9 % of the traffic.*left out/);
    expect(await byId('panel-fabric').textContent()).toContain('12 links of unknown role left out');
    expect(await byId('figure-fabric').textContent()).toContain('232 edge links');
  });

  test('a silent switch is named, and its figures are not zero', async () => {
    await open({portsPerSwitch: 61, silent: {agent: 1, bins: 60}}, '?v=1&links=10.0.0.2~3,10.0.0.1~3');
    await byId('notice-silent').waitFor();
    expect(await byId('notice-silent').textContent()).toContain('10.0.0.2');
    await expect.poll(() => page.locator('[data-link="10.0.0.2~3"]').textContent()).toMatch(/–.*silent/);
    expect(await page.locator('[data-link="10.0.0.1~3"]').textContent()).not.toContain('silent');
  });

  test('no RoCEv2: all traffic, and why that may be', async () => {
    await open({roce: false});
    await byId('notice-no-roce').waitFor();
    expect(await byId('notice-no-roce').textContent()).toMatch(/header.*4791.*tunnel/s);
    await page.waitForFunction(() => window.tenhertz.measure === 'all' && window.tenhertz.fabric !== null);
    await expect.poll(() => server.received.at(-1)).toMatchObject({type: 'subscribe', measure: 'all'});
  });

  test('datagrams that got lost are coloured and counted, and are not the packets that the fabric drops', async () => {
    await open({lost: 7, dropping: true});
    await expect.poll(() => byId('figure-lost').textContent()).toMatch(/28 datagrams lost.*7 kernel · 21 missing/);
    await expect.poll(() => byId('figure-dropped').textContent()).toMatch(/Packets dropped4\.20 k\/s.*by the fabric/);
    expect(await byId('figure-dropped').locator('.warning').count()).toBe(1);
  });

  test('disconnected: the last data stays, and a restart with other slots is survived', async () => {
    await open();
    await page.waitForFunction(() => (window.tenhertz?.framesReceived ?? 0) > 5);
    const links = await page.evaluate(() => window.tenhertz.links);
    const {port} = server;
    await server.stop();
    await byId('notice-lost').waitFor();
    expect(await byId('status').textContent()).toContain('Disconnected');
    expect(await byId('charts').getAttribute('class')).toContain('stale');
    server = await new FakeServer({root: built.root, port, scenario: {slotShift: 100}}).start();
    await page.waitForFunction(() => window.tenhertz.status === 'open');
    await byId('notice-lost').waitFor({state: 'detached'});
    expect(await page.evaluate(() => window.tenhertz.links)).toEqual(links);
    await page.waitForFunction((ids) => ids.every((id) => window.tenhertz.linkNow(id) !== null), links);
    const bin = await page.evaluate(() => window.tenhertz.finalBin - 1);
    const held = await page.evaluate(({id, bin}) => window.tenhertz.linkAt(id, bin)?.samples, {id: links[0]!, bin});
    const index = server.fabric.list.findIndex((link) => link.id === links[0]);
    expect(held).toBe(server.fabric.link(index, bin, bin + 20, 'roce').samples);
  });

  test('login: a token is asked for, turned down, taken, and kept for the tab', async () => {
    await open({}, '', 'open sesame');
    await byId('login').waitFor();
    await page.getByLabel('Token').fill('wrong');
    await page.getByRole('button', {name: 'Open'}).click();
    await page.getByText('did not accept').waitFor();
    await page.getByLabel('Token').fill('open sesame');
    await page.keyboard.press('Enter');
    await byId('charts').waitFor();
    await page.reload();
    await byId('charts').waitFor();
    expect(server.received.filter((m) => m.type === 'auth').at(-1)).toEqual({type: 'auth', token: 'open sesame'});
  });

  test('names from the wire are text', async () => {
    const markup = '<img src=x onerror=alert(1)>';
    await open({portName: markup}, '?v=1&links=10.0.0.1~1');
    await page.locator('[data-link="10.0.0.1~1"]').getByText(markup).waitFor();
    expect(await page.locator('img').count()).toBe(0);
  });
});
