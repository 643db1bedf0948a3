import {readFile} from 'node:fs/promises';
import type {Page} from 'playwright-core';
import {describe, expect, test} from 'vitest';
import type {Scenario} from './support/fake-fabric.ts';
import type {FakeServer} from './support/fake-server.ts';
import {shownPages} from './support/shown-page.ts';

const {missing, show} = shownPages();
let server: FakeServer;
let page: Page;

async function open(query: string, scenario: Partial<Scenario> = {}, width = 1440): Promise<void> {
  ({page, server} = await show(query, {scenario, width, height: 1200}));
  await page.waitForFunction(() => window.tenhertz.links.length > 0);
}

const byId = (id: string) => page.getByTestId(id);
const pointAt = async (part: number) => {
  const box = (await byId('plot-heat').boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + 9 + (box.height - 36) * part);
};
const hovered = () => byId('heat-hover').locator('strong').textContent();

describe.skipIf(missing)('the page of the map', () => {
  test('m opens it; a row is named, a click puts it into a lane', async () => {
    await open('');
    await page.keyboard.press('m');
    await byId('heatmap').waitFor();
    expect(new URL(page.url()).searchParams.get('page')).toBe('heatmap');
    await pointAt(0.002);
    await expect.poll(hovered).toBe('Ethernet1');
    const before = await page.evaluate(() => window.tenhertz.links.length);
    const wasThere = await page.evaluate(() => window.tenhertz.links.includes('10.0.0.1~1'));
    await page.mouse.down();
    await page.mouse.up();
    await expect.poll(() => page.evaluate(() => window.tenhertz.links.length)).toBe(before + (wasThere ? 0 : 1));
    expect(await page.evaluate(() => window.tenhertz.links)).toContain('10.0.0.1~1');
  });

  test('by lateness the late link comes first, with how late it is', async () => {
    await open('?page=heatmap&sort=lateness&window=60');
    await byId('heat-sort').waitFor();
    await expect
      .poll(
        async () => {
          await pointAt(0.5);
          await pointAt(0.002);
          return byId('heat-hover').textContent();
        },
        {timeout: 20_000},
      )
      .toMatch(/Ethernet118.*beat [4-8]\d\u202fms late|Ethernet141/);
  });

  test('links beyond what fits stand on pages of their own', async () => {
    await open('?page=heatmap', {links: 1_024, portsPerSwitch: 64});
    await expect.poll(() => byId('heat-pager').textContent()).toMatch(/rows 1–\d+ of 1,024/);
    await pointAt(0.002);
    const first = await hovered();
    await page.mouse.move(5, 5);
    await page.keyboard.press('PageDown');
    await expect.poll(() => byId('heat-pager').textContent()).not.toMatch(/rows 1–/);
    expect(new URL(page.url()).searchParams.get('rows')).toBe('1');
    await pointAt(0.002);
    await expect.poll(hovered).not.toBe(first);
  });

  test('arrow keys walk through the rows, Enter adds one', async () => {
    await open('?page=heatmap');
    await byId('plot-heat').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await expect.poll(hovered).toBe('Ethernet2');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.evaluate(() => window.tenhertz.links)).toContain('10.0.0.1~2');
  });

  test('its menu saves what is shown and tells how to ask for it', async () => {
    await open('?page=heatmap&time=utc');
    await page.waitForFunction(() => window.tenhertz.framesReceived > 20);
    const menu = byId('panel-heat').getByTestId('chart-menu');
    await menu.click();
    const [csv] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', {name: 'Save as CSV'}).click(),
    ]);
    expect(csv.suggestedFilename()).toMatch(/^tenhertz-every-link-\d{8}T\d{6}Z\.csv$/);
    const lines = (await readFile(await csv.path(), 'utf8')).trim().split('\r\n');
    expect(lines[0]!.split(',')).toHaveLength(245);
    expect(lines.length).toBeGreaterThan(100);
    await menu.click();
    const [png] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', {name: 'Save as PNG'}).click(),
    ]);
    const bytes = await readFile(await png.path());
    expect(bytes.subarray(1, 4).toString()).toBe('PNG');
    expect(bytes.length).toBeGreaterThan(10_000);
    await menu.click();
    await page.getByRole('menuitem', {name: 'Query this'}).press('Enter');
    await byId('query-dialog').waitFor();
    expect(await byId('query-curl').first().textContent()).toMatch(
      /^curl -s 'http:\/\/127\.0\.0\.1:\d+\/api\/v1\/links\/10\.0\.0\.1~1\/series\?measure=roce&from=-15s'$/,
    );
    expect(await byId('query-promql').first().textContent()).toContain('{link="10.0.0.1~1",direction="in"');
  });

  test('u tells times in UTC and back', async () => {
    await open('?page=heatmap');
    expect(await byId('zone').textContent()).toBe('local');
    await page.keyboard.press('u');
    expect(await byId('zone').textContent()).toBe('UTC');
    expect(new URL(page.url()).searchParams.get('time')).toBe('utc');
    await pointAt(0.5);
    const now = new Date().toISOString().slice(11, 14);
    await expect.poll(() => byId('heat-hover').textContent()).toContain(`at ${now}`);
  });

  test('other pages ask the socket for neither map nor lanes, and coming back fills the gap', async () => {
    await open('');
    await page.keyboard.press('h');
    const asked = () => server.received.filter((message) => message.type === 'subscribe').at(-1);
    await expect.poll(() => asked()?.heatmap).toBe(false);
    expect(asked()?.links).toEqual([]);
    await page.keyboard.press('m');
    await expect.poll(() => asked()?.heatmap).toBe(true);
    expect(asked()?.history).toBeGreaterThan(150);
    expect(asked()?.links).toHaveLength(5);
  });

  test.each([360, 1440, 3840])('nothing overflows at %d pixels', async (width) => {
    await open('?page=heatmap', {}, width);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  });
});
