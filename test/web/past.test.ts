import type {Page} from 'playwright-core';
import {describe, expect, test} from 'vitest';
import type {FakeServer} from './support/fake-server.ts';
import {shownPages} from './support/shown-page.ts';

const {missing, show} = shownPages();
let server: FakeServer;
let page: Page;

async function open(query: string, width = 1440): Promise<void> {
  ({page, server} = await show(query, {width}));
}

const byId = (id: string) => page.getByTestId(id);

describe.skipIf(missing)('the past of the fabric', () => {
  test('4 shows an hour in means with the peaks of single bins, says how far back it goes, and the address keeps it', async () => {
    await open('');
    await page.keyboard.press('4');
    await expect
      .poll(() => byId('past-note').textContent())
      .toMatch(/means of 2 s.*Kept: 100 ms for \d+ (s|min).*since/);
    expect(new URL(page.url()).searchParams.get('window')).toBe('3600');
    const link = (await page.evaluate(() => window.tenhertz.links[0]))!;
    await expect
      .poll(() => server.asked)
      .toEqual(
        expect.arrayContaining([
          '/api/v1/fabric/series?measure=roce&from=-3600s&step=2000',
          `/api/v1/links/${encodeURIComponent(link)}/series?measure=roce&from=-3600s&step=2000`,
        ]),
      );
    await expect.poll(() => byId('panel-fabric').textContent()).toMatch(/Peak22\.0\u202fTleast 0/);
    const box = (await byId('plot-fabric').boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.9, box.y + 40);
    await expect.poll(() => byId('fabric-value').textContent()).toBe('9.76\u202fT');
    // Nothing is known of what was before the server ran.
    await page.mouse.move(box.x + box.width * 0.3, box.y + 40);
    await expect.poll(() => byId('fabric-value').textContent()).toBe('–');
    await byId('no-map').getByRole('button').click();
    await byId('panel-heat').waitFor();
    expect(new URL(page.url()).searchParams.get('window')).toBe('300');
  });

  test('a day asks for minutes; what is saved and queried is what is drawn', async () => {
    await open('?window=86400');
    await expect.poll(() => byId('past-note').textContent()).toContain('means of 60 s');
    await byId('panel-fabric').getByTestId('chart-menu').click();
    await page.getByRole('menuitem', {name: 'Query this'}).click();
    expect(await byId('query-curl').first().textContent()).toContain(
      'fabric/series?measure=roce&from=-86400s&step=60000',
    );
  });

  test.each([360, 1440, 3840])('nothing overflows at %d pixels', async (width) => {
    await open('?window=3600', width);
    await byId('past-note').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  });
});
