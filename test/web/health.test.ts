import {readFile} from 'node:fs/promises';
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
  const seen = problems;
  problems = [];
  expect(seen).toEqual([]);
});

interface View {
  query?: string;
  token?: string;
  width?: number;
  theme?: 'dark' | 'light';
}

const TROUBLED: Partial<Scenario> = {portsPerSwitch: 30, troubled: true, lost: 7, events: 60};

async function open(scenario: Partial<Scenario>, view: View = {}): Promise<void> {
  const {query = '?v=1&page=health', token, width = 1440, theme = 'dark'} = view;
  server = await new FakeServer({root: built.root, scenario, ...(token === undefined ? {} : {token})}).start();
  const context = await browser.newContext({viewport: {width, height: 900}, colorScheme: theme});
  page = await context.newPage();
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('WebSocket')) problems.push(message.text());
  });
  await page.goto(server.url + query);
}

const byId = (id: string) => page.getByTestId(id);
const agents = () => byId('agent-row').evaluateAll((rows) => rows.map((row) => (row as HTMLElement).dataset['agent']));
const address = () => new URL(page.url()).searchParams;

describe.skipIf(missing)('data health', () => {
  test('each panel has a menu that saves its rows and tells where they are in REST', async () => {
    await open(TROUBLED);
    await byId('event').first().waitFor();
    for (const [panel, row, path] of [
      ['panel-way', 'step-', '/api/v1/health'],
      ['panel-findings', 'finding', '/api/v1/health'],
      ['panel-agents', null, '/api/v1/agents'],
      ['panel-events', null, '/api/v1/events?limit=100'],
    ] as const) {
      const menu = byId(panel).getByTestId('chart-menu');
      await menu.click();
      const [csv] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('menuitem', {name: 'Save as CSV'}).click(),
      ]);
      const lines = (await readFile(await csv.path(), 'utf8')).trim().split('\r\n');
      const shown = row === null ? null : await byId(panel).locator(`[data-testid^="${row}"]`).count();
      if (shown !== null) expect(lines.length, panel).toBe(shown + 1);
      expect(lines.length, panel).toBeGreaterThan(2);
      await menu.click();
      await page.getByRole('menuitem', {name: 'Query this'}).press('Enter');
      expect(await byId('query-curl').first().textContent()).toContain(path);
      await page.keyboard.press('Escape');
    }
  });

  test('all is well: one sentence says so, every stage too, and nothing is coloured', async () => {
    await open({});
    await byId('verdict').waitFor();
    expect(await byId('verdict').textContent()).toContain('nothing that was sent got lost');
    expect(await byId('verdict').getAttribute('data-level')).toBe('ok');
    expect(await byId('finding').count()).toBe(8);
    expect(await byId('health-badge').count()).toBe(0);
    expect(await byId('health').locator('.warning, .bad').count()).toBe(0);
    expect(await byId('ledger-samples').textContent()).toMatch(/expected = .* received \+ 0 missing/);
  });

  test('read top to bottom: what is wrong, where it is lost, what to do', async () => {
    await open(TROUBLED);
    await byId('verdict').waitFor();
    expect(await byId('verdict').textContent()).toMatch(/wrong or lack something: one thing.*2 things more/);
    expect(await byId('health-badge').textContent()).toContain('3');
    expect(await byId('step-network').textContent()).toMatch(/2\.1\/s \(0\.17/);
    expect(await byId('step-kernel').textContent()).toMatch(/0\.7\/s/);
    expect(await byId('step-decoder').textContent()).toContain('none');
    expect(await byId('step-samples').textContent()).toContain('no port 140');
    const findings = await byId('finding').evaluateAll((lines) =>
      lines.map((line) => [(line as HTMLElement).dataset['where'], (line as HTMLElement).dataset['level']]),
    );
    expect(findings).toContainEqual(['sampling', 'bad']);
    expect(findings).toContainEqual(['kernel', 'warning']);
    expect(await byId('panel-findings').textContent()).toContain('raise net.core.rmem_max');
  });

  test('agents in trouble stand first; they are sorted, searched and opened, and the address holds it all', async () => {
    await open(TROUBLED);
    await byId('agents').waitFor();
    expect((await agents()).slice(0, 3)).toEqual(['10.0.0.2', '10.0.0.3', '10.0.0.4']);
    await page.getByRole('button', {name: 'Agent', exact: true}).click();
    // Those that have a name are sorted by it.
    const order = ['2', '3', '5', '6', '8', '9', '1', '4', '7'];
    expect(await agents()).toEqual(order.map((last) => `10.0.0.${last}`));
    expect(address().get('order')).toBe('name');
    await page.keyboard.press('/');
    await page.keyboard.type('10.0.0.3');
    await expect.poll(agents).toEqual(['10.0.0.3']);
    await page
      .getByRole('button', {name: /10\.0\.0\.3/})
      .first()
      .click();
    await byId('agent-detail').waitFor();
    await expect.poll(() => byId('port-line').count()).toBeGreaterThan(5);
    expect(await byId('agent-detail').textContent()).toMatch(/2\.004 ± 0\.026.*1-in-500 would fit/);
    expect(await byId('sub-agent').count()).toBe(1);
    expect(server.asked).toContain('/api/v1/links?agent=10.0.0.3');
    expect([address().get('find'), address().get('agent')]).toEqual(['10.0.0.3', '10.0.0.3']);
    await page.reload();
    await byId('agent-detail').waitFor();
    expect(await agents()).toEqual(['10.0.0.3']);
  });

  test('a finding leads to its agent', async () => {
    await open(TROUBLED);
    await byId('panel-findings').getByRole('link', {name: '10.0.0.3'}).click();
    await byId('agent-detail').waitFor();
    expect(await agents()).toEqual(['10.0.0.3']);
  });

  test('f and h, links and the browser’s own buttons go from page to page', async () => {
    await open({}, {query: ''});
    await byId('charts').waitFor();
    await page.waitForFunction(() => window.tenhertz.links.length === 5);
    const links = await page.evaluate(() => window.tenhertz.links.join());
    await page.keyboard.press('h');
    await byId('health').waitFor();
    expect(address().get('page')).toBe('health');
    await byId('page-fabric').click();
    await byId('charts').waitFor();
    await page.goBack();
    await byId('health').waitFor();
    await page.keyboard.press('f');
    await byId('charts').waitFor();
    expect(await page.evaluate(() => window.tenhertz.links.join())).toBe(links);
    expect(await byId('page-health').getAttribute('href')).toContain('page=health');
  });

  test('asks REST only while it is looked at', async () => {
    await open({}, {query: ''});
    await byId('charts').waitFor();
    await page.waitForFunction(() => window.tenhertz.framesReceived > 12);
    const ofFabric = ['periods', 'stragglers', 'congestion?top=1', 'drops?top=10', 'imbalance', 'jobs'];
    const paths = [...ofFabric.map((route) => `/api/v1/${route}`), '/app/ai-metrics/scripts/metrics.js/metric/json'];
    expect(new Set(server.asked)).toEqual(new Set(paths));
    await page.keyboard.press('h');
    await byId('verdict').waitFor();
    server.asked.length = 0;
    await expect.poll(() => server.asked.length, {timeout: 10_000}).toBeGreaterThan(1);
    expect(new Set(server.asked)).toEqual(new Set(['/api/v1/health', '/api/v1/agents']));
  });

  test('asks with the token that was given', async () => {
    await open({}, {token: 'open sesame'});
    await page.getByLabel('Token').fill('open sesame');
    await page.keyboard.press('Enter');
    await byId('verdict').waitFor();
  });

  test('events: the newest first, filtered, and a line of them under the figures', async () => {
    await open(TROUBLED);
    await byId('panel-events').waitFor();
    await expect.poll(() => byId('event').count()).toBe(20);
    await byId('events-filter')
      .getByRole('button', {name: /Warnings/})
      .click();
    expect(await byId('panel-events').locator('[data-kind="agent-appeared"]').count()).toBe(0);
    expect(address().get('events')).toBe('warning');
    await page.getByRole('button', {name: /older events/}).click();
    expect(await byId('event').count()).toBe(40);
    await page.keyboard.press('f');
    await byId('event-strip').waitFor();
    expect(await byId('strip-event').count()).toBe(3);
    await byId('event-strip').getByRole('link').click();
    await byId('health').waitFor();
  });

  test('thousands of agents do not hold up the page', async () => {
    await open({links: 4_096, portsPerSwitch: 1, troubled: true});
    await byId('agents').waitFor();
    expect(await byId('agent-row').count()).toBe(50);
    expect(await byId('panel-agents').textContent()).toContain('4,096 switches and hosts');
    const before = await page.evaluate(() => window.tenhertz.framesReceived);
    await page.getByRole('button', {name: /^Show 50 more/}).click();
    expect(await byId('agent-row').count()).toBe(100);
    await page.waitForFunction((frames) => window.tenhertz.framesReceived > frames + 5, before);
  });

  test.each([360, 768, 1440, 3840])('nothing overflows at %d pixels', async (width) => {
    await open(TROUBLED, {width, query: '?v=1&page=health&agent=10.0.0.6'});
    await byId('port-line').first().waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    const out = await page.evaluate(
      (most) =>
        [...document.querySelectorAll('main *')]
          .filter((e) => e.closest('.scroll') === null && e.getBoundingClientRect().right > most + 0.5)
          .map((e) => `${e.tagName}.${e.getAttribute('class')}`),
      width,
    );
    expect(out).toEqual([]);
    // A panel cuts off what is too wide for it.
    const cut = await page.evaluate(() =>
      [...document.querySelectorAll('.health .panel')]
        .filter((panel) => panel.scrollWidth > panel.clientWidth)
        .map((panel) => panel.className),
    );
    expect(cut).toEqual([]);
    const wide = await page.evaluate(() => {
      const table = document.querySelector('.agents table')!;
      return table.scrollWidth - table.parentElement!.querySelector('header')!.clientWidth;
    });
    expect(wide).toBeLessThanOrEqual(0);
  });

  test.each([
    ['dark', '?v=1'],
    ['light', '?v=1'],
    ['dark', '?v=1&page=health&agent=10.0.0.3'],
    ['light', '?v=1&page=health&agent=10.0.0.3'],
  ] as const)('text stands out from its ground: %s %s', async (theme, query) => {
    await open(TROUBLED, {theme, query});
    await (query.includes('health') ? byId('port-line').first() : byId('flows')).waitFor();
    const weak = await page.evaluate(() => {
      const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true})!;
      /** Red, green, blue and opacity as the browser paints a colour. */
      const paint = (colour: string): number[] => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
      };
      const luminance = (rgb: readonly number[]): number => {
        const [r, g, b] = rgb
          .slice(0, 3)
          .map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
      };
      const groundOf = (element: Element | null): number[] => {
        for (let at = element; at !== null; at = at.parentElement) {
          const colour = paint(getComputedStyle(at).backgroundColor);
          if (colour[3] === 255) return colour;
        }
        return paint('white');
      };
      const found: string[] = [];
      const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let node = walk.nextNode(); node !== null; node = walk.nextNode()) {
        const element = node.parentElement!;
        if ((node.textContent ?? '').trim() === '' || element.closest('.sr-only, script, style') !== null) continue;
        if (element.getBoundingClientRect().width === 0) continue;
        const [a, b] = [luminance(paint(getComputedStyle(element).color)), luminance(groundOf(element))].sort(
          (x, y) => y - x,
        );
        const contrast = (a! + 0.05) / (b! + 0.05);
        if (contrast < 4.5)
          found.push(`${contrast.toFixed(2)} ${element.className} ${node.textContent!.trim().slice(0, 30)}`);
      }
      return found;
    });
    expect(weak).toEqual([]);
  });
});
