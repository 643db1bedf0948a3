import type {Browser, Page} from 'playwright-core';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest';
import {browserMissing, buildPage, launch} from './support/browser.ts';
import {FakeServer} from './support/fake-server.ts';

let browser: Browser;
let built: {root: string; remove: () => Promise<void>};
let server: FakeServer;
let page: Page;

const missing = browserMissing();

beforeAll(async () => {
  if (missing) return;
  [built, browser] = await Promise.all([buildPage(), launch()]);
  server = await new FakeServer({root: built.root}).start();
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await built?.remove();
});

beforeEach(async () => {
  if (!missing) await open('', {width: 1440, height: 1700});
});

afterEach(async () => {
  await page?.context().close();
});

async function open(query: string, viewport: {width: number; height: number}, reducedMotion = false): Promise<void> {
  await page?.context().close();
  const context = await browser.newContext({
    viewport,
    colorScheme: 'dark',
    reducedMotion: reducedMotion ? 'reduce' : 'no-preference',
  });
  page = await context.newPage();
  await page.goto(server.url + query);
  await page.waitForFunction(() => (window.tenhertz?.framesReceived ?? 0) > 3 && window.tenhertz.links.length > 0);
}

const byId = (id: string) => page.getByTestId(id);
const links = (): Promise<readonly string[]> => page.evaluate(() => window.tenhertz.links);
const span = () => page.evaluate(() => window.tenhertz.span);
const width = async (): Promise<number> => {
  const {from, to} = await span();
  return to - from;
};

describe.skipIf(missing)('using the page', () => {
  test('what links receive and send is shown, or one of them by choice, in lanes and map alike', async () => {
    const received = await byId('legend-in').first().textContent();
    expect(received).toMatch(/\d/);
    expect(await byId('legend-out').first().textContent()).not.toBe(received);
    const [id] = await links();
    const bins = () =>
      page.evaluate((id) => {
        const {newestBin, linkAt} = window.tenhertz;
        return (['in', 'out'] as const).map((direction) => linkAt(id!, newestBin - 30, direction) !== null);
      }, id);
    expect(await bins()).toEqual([true, true]);
    await byId('panel-links').getByRole('button', {name: 'Out'}).click();
    await byId('legend-value').first().waitFor();
    expect(await byId('legend-in').count()).toBe(0);
    expect(new URL(page.url()).searchParams.get('way')).toBe('out');
    expect(await byId('panel-heat').textContent()).toContain('sent, share of line rate');
    expect(server.received.at(-1)).toMatchObject({direction: 'out', heatmap: true});
    // What is not shown any more is not kept: it would have a hole later.
    await expect.poll(bins).toEqual([false, true]);
    await byId('panel-links').getByRole('button', {name: 'Both'}).click();
    await expect.poll(bins).toEqual([true, true]);
  });

  test('r draws other links, pinned ones stay, and the address follows', async () => {
    const before = await links();
    await page.getByRole('button', {name: /^Pin /}).nth(1).click();
    await page.keyboard.press('r');
    await expect.poll(links).not.toEqual(before);
    const after = await links();
    expect(after).toContain(before[1]);
    expect(after).toHaveLength(5);
    expect(new URL(page.url()).searchParams.get('links')).toBe(after.join(','));
    await page.reload();
    await page.waitForFunction(() => (window.tenhertz?.framesReceived ?? 0) > 3);
    expect(await links()).toEqual(after);
  });

  test('1, 2 and 3 choose the window, and its history comes', async () => {
    await page.keyboard.press('3');
    expect(await width()).toBe(3000);
    await page.waitForFunction(() => window.tenhertz.fabricAt(window.tenhertz.newestBin - 2900) !== null);
    await page.keyboard.press('2');
    expect(await width()).toBe(600);
    expect(new URL(page.url()).searchParams.get('window')).toBe('60');
    await page.keyboard.press('1');
    expect(await width()).toBe(150);
  });

  test('space pauses, arrows scrub, escape returns', async () => {
    await page.keyboard.press('ArrowLeft');
    expect((await span()).live).toBe(true);
    await page.keyboard.press(' ');
    const held = await span();
    expect(held.live).toBe(false);
    await page.waitForFunction((to) => window.tenhertz.newestBin > to + 5, held.to);
    expect((await span()).to).toBe(held.to);
    await expect.poll(() => byId('status').textContent()).toMatch(/^Paused · [\d.]+ m?s behind$/);
    await page.keyboard.press('Shift+ArrowLeft');
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('ArrowLeft');
    expect((await span()).to).toBeLessThanOrEqual(held.to);
    await page.keyboard.press('Escape');
    expect((await span()).live).toBe(true);
  });

  test('dragging over one chart zooms all, a double click returns', async () => {
    const box = (await byId('plot-fabric').boundingBox())!;
    await page.mouse.move(box.x + 300, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + 600, box.y + 60, {steps: 4});
    await page.mouse.up();
    const zoomed = await span();
    expect(zoomed.live).toBe(false);
    expect(zoomed.to - zoomed.from).toBeLessThan(70);
    expect(zoomed.to - zoomed.from).toBeGreaterThan(20);
    await byId('plot-links').dblclick({position: {x: 400, y: 50}});
    expect((await span()).live).toBe(true);
  });

  test('the crosshair reads the same bin everywhere', async () => {
    await page.keyboard.press(' ');
    const box = (await byId('plot-links').boundingBox())!;
    await page.mouse.move(box.x + box.width - 200, box.y + 40);
    await page.getByText('under the crosshair').waitFor();
    const text = await byId('fabric-value').textContent();
    await page.mouse.move(box.x + box.width - 320, box.y + 40);
    await expect.poll(() => byId('fabric-value').textContent()).not.toBe(text);
    await page.mouse.move(5, 5);
    await page.getByText('mean of the settled 2 s').waitFor();
  });

  test('a row of the map names its link and a click adds it', async () => {
    const box = (await byId('plot-heat').boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await byId('heat-hover').waitFor();
    expect(await byId('heat-hover').textContent()).toMatch(/Ethernet\d+.*10\.0\.0\.1.*%.*at \d\d:/);
    const before = await links();
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await expect.poll(links).toHaveLength(before.length + 1);
  });

  test('a link is found, added and taken away by keyboard alone', async () => {
    // The five were drawn: one of them would be taken away.
    const drawn = await links();
    const port = [200, 201, 202, 203, 204, 205].find((number) => !drawn.includes(`10.0.0.1~${number}`))!;
    await page.keyboard.press('/');
    await byId('find-dialog').waitFor();
    await page.keyboard.type(`Ethernet${port}`);
    await page.keyboard.press('Enter');
    await expect.poll(links).toContain(`10.0.0.1~${port}`);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect.poll(links).not.toContain(`10.0.0.1~${port}`);
    await page.keyboard.press('Escape');
    await byId('find-dialog').waitFor({state: 'detached'});
    await page
      .getByRole('button', {name: /^Remove /})
      .first()
      .click();
    await expect.poll(links).toHaveLength(4);
  });

  test('? lists the keys and gives the focus back', async () => {
    await byId('help').focus();
    await page.keyboard.press('?');
    await byId('help-dialog').waitFor();
    expect(await byId('help-dialog').locator('kbd').count()).toBeGreaterThan(10);
    await page.keyboard.press('Escape');
    await byId('help-dialog').waitFor({state: 'detached'});
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe('help');
  });

  test('the theme goes round and stands in the address', async () => {
    const theme = () => page.evaluate(() => document.documentElement.dataset['theme']);
    expect(await theme()).toBe('dark');
    await page.keyboard.press('t');
    await page.keyboard.press('t');
    expect(await theme()).toBe('light');
    expect(new URL(page.url()).searchParams.get('theme')).toBe('light');
  });

  test('a kiosk has no controls', async () => {
    await open('?v=1&kiosk=1', {width: 1920, height: 1080});
    for (const id of ['pause', 'window', 'help', 'theme']) expect(await byId(id).count(), id).toBe(0);
    expect(await byId('reroll').isVisible()).toBe(false);
  });

  test.each([
    [360, 780],
    [768, 1024],
    [1440, 900],
    [3840, 2160],
  ])('nothing overflows at %d pixels', async (w, h) => {
    await open('', {width: w, height: h});
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(w);
    const out = await page.evaluate(
      (most) =>
        [...document.querySelectorAll('main *')]
          .filter((e) => e.getBoundingClientRect().right > most + 0.5)
          .map((e) => `${e.tagName}.${e.getAttribute('class')}`),
      w,
    );
    expect(out).toEqual([]);
  });

  test('less motion is drawn twice a second', async () => {
    await open('', {width: 1440, height: 900}, true);
    const drawn = await page.evaluate(async () => {
      const frames = window.tenhertz.framesReceived;
      const before = window.tenhertz.framesDrawn;
      while (window.tenhertz.framesReceived < frames + 20) await new Promise((done) => requestAnimationFrame(done));
      return window.tenhertz.framesDrawn - before;
    });
    expect(drawn).toBeLessThanOrEqual(6);
  });

  test('readers of the screen hear a summary', async () => {
    await expect.poll(() => byId('announcer').textContent(), {timeout: 8000}).toMatch(/Fabric RoCEv2 .* terabits/);
  });
});
