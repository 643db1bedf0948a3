import {readFile} from 'node:fs/promises';
import type {Page} from 'playwright-core';
import {describe, expect, test} from 'vitest';
import {History, knownFrom} from '../../web/src/metrics/history.ts';
import {MetricsModel} from '../../web/src/metrics/model.ts';
import type {FakeServer} from './support/fake-server.ts';
import {shownPages} from './support/shown-page.ts';

const {missing, show} = shownPages();
let server: FakeServer;
let page: Page;

async function open(query: string, width = 1440): Promise<void> {
  ({page, server} = await show(query, {width}));
}

const byId = (id: string) => page.getByTestId(id);
const values = (card: string) => byId(`card-${card}`).getByTestId('card-value').allTextContents();

describe('histories', () => {
  test('a point holds until the next, a gap holds nothing, and what is old is no news', () => {
    const history = new History();
    history.put(1_000, 5);
    history.put(2_000, null);
    history.put(3_000, 7, 6, 9);
    history.put(3_000, 8);
    expect(history.values).toEqual([5, Number.NaN, 7]);
    expect([999, 1_500, 2_500, 3_000, 7_900, 8_100].map((time) => history.at(time))).toEqual([-1, 0, -1, 2, 2, -1]);
    expect([0, 1, 2].map((i) => history.breaksBefore(i))).toEqual([true, false, true]);
    expect([history.hasSince(2_500), history.hasSince(3_001)]).toEqual([true, false]);
  });

  test('a band is drawn of what was seen: that of none is a bound, and what has no band has none', () => {
    const history = new History();
    history.put(1_000, 0, 0, 2_951);
    history.put(2_000, 800, 20, 4_457);
    history.put(3_000, 12);
    history.put(4_000, null);
    expect([0, 1, 2, 3].map((i) => history.hasBand(i))).toEqual([false, true, false, false]);
  });

  test('what begins within a window is known since then', () => {
    const [early, late] = [new History(), new History()];
    late.put(90_000, 1);
    expect([knownFrom([early], 0), knownFrom([early, late], 0), knownFrom([late], 86_000)]).toEqual([
      null,
      90_000,
      null,
    ]);
    early.put(30_000, 1);
    expect([knownFrom([early, late], 0), knownFrom([early, late], 40_000)]).toEqual([30_000, null]);
  });

  test('no more than ten minutes are kept', () => {
    const history = new History();
    for (let i = 0; i < 1_000; i++) history.put(i * 1_000, i);
    expect([history.times.length, history.values[0]]).toEqual([600, 400]);
  });

  test('of the trend only what is new is asked for; a period of 0 is none', () => {
    const model = new MetricsModel();
    model.takeTrend({trend: {maxPoints: 300, times: [1_000, 2_000], trends: {period: [0, 0.5], bps: [null, 3]}}});
    expect(model.trendPath).toMatch(/trend\/json\?after=2000$/);
    expect(model.history('period').values).toEqual([Number.NaN, 0.5]);
    expect(model.history('bps').values).toEqual([Number.NaN, 3]);
  });
});

describe.skipIf(missing)('the page of AI metrics', () => {
  test('a opens it; figures are those that the server tells, and what is not known says why', async () => {
    await open('');
    await page.keyboard.press('a');
    await byId('metrics').waitFor();
    await expect.poll(() => values('edge-links')).toHaveLength(5);
    const rates = (await values('edge-links')).map((text) => Number.parseFloat(text));
    // Largest first: Max to Min, 6 G down to 2 G and a little.
    expect(rates.map(Math.floor)).toEqual([6, 5, 4, 3, 2]);
    expect(await values('period')).toEqual(['0.500']);
    expect(await byId('card-core-links').getByTestId('card-empty').textContent()).toContain('No link between switches');
    expect(await byId('card-errors').getByTestId('card-empty').textContent()).toContain('polling');
    await expect.poll(() => byId('card-congestion').textContent()).toMatch(/CNP\s*40\.0\s*± 12/);
  });

  test('operations are of the fabric, or of the switch that was chosen', async () => {
    await open('?page=metrics');
    await expect.poll(() => byId('card-operations').textContent()).toMatch(/RC:RDMA_WRITE_MIDDLE\s*200\u202fM\s*± 20/);
    expect(await values('rdma-ops')).toEqual(['12.5\u202fM']);
    expect(await byId('card-rdma-bytes').textContent()).toMatch(/Mean\s*87\.0\u202fk\s*± 6\.0\u202fk/);
    expect(await values('credits')).toEqual(['3.07\u202fk', '824', '64.0']);
    await byId('scope').selectOption('10.0.0.1');
    await expect.poll(() => values('rdma-ops')).toEqual(['1.25\u202fM']);
    expect(new URL(page.url()).searchParams.get('scope')).toBe('10.0.0.1');
    expect(server.asked).toContain('/api/v1/operations?agent=10.0.0.1');
    await byId('card-rdma-ops').getByTestId('chart-menu').click();
    await page.getByRole('menuitem', {name: 'Query this'}).click();
    expect(await byId('query-curl').textContent()).toContain('/api/v1/operations?agent=10.0.0.1');
  });

  test('asks for what is new only, and for nothing once it is left', async () => {
    await open('?page=metrics');
    const trends = () => server.asked.filter((path) => path.includes('/trend/json'));
    await expect.poll(() => trends().length, {timeout: 10_000}).toBeGreaterThan(2);
    expect(trends()[0]).toMatch(/after=0$/);
    expect(Number(trends().at(-1)!.split('after=')[1])).toBeGreaterThan(1e12);
    await page.keyboard.press('h');
    await byId('health').waitFor();
    const before = trends().length;
    await page.waitForFunction((frames) => window.tenhertz.framesReceived > frames + 15, await frames());
    expect(trends().length).toBe(before);
  });

  test('CSV of a chart holds its points and its unit', async () => {
    await open('?page=metrics');
    await expect.poll(() => values('edge-links')).toHaveLength(5);
    await byId('card-edge-links').getByTestId('chart-menu').click();
    const [csv] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', {name: 'Save as CSV'}).click(),
    ]);
    const lines = (await readFile(await csv.path(), 'utf8')).trim().split('\r\n');
    expect(lines[0]).toBe('time,Max bit/s,Q3 bit/s,Median bit/s,Q1 bit/s,Min bit/s');
    expect(lines.length).toBeGreaterThan(250);
  });

  test('the window is its own, and stands in the address', async () => {
    await open('?page=metrics');
    const width = () => page.evaluate(() => window.tenhertz.span.to - window.tenhertz.span.from);
    expect(await width()).toBe(3_000);
    await page.keyboard.press('2');
    expect(await width()).toBe(600);
    expect(new URL(page.url()).searchParams.get('trend')).toBe('60');
    await page.keyboard.press('f');
    expect(await width()).toBe(150);
  });

  test.each([360, 768, 1440, 3840])('nothing overflows at %d pixels', async (width) => {
    await open('?page=metrics', width);
    await expect.poll(() => values('edge-links')).toHaveLength(5);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    const out = await page.evaluate(() =>
      [...document.querySelectorAll('.card')].filter((card) => card.scrollWidth > card.clientWidth).map((c) => c.id),
    );
    expect(out).toEqual([]);
  });
});

const frames = () => page.evaluate(() => window.tenhertz.framesReceived);
