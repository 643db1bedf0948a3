import type {Page} from 'playwright-core';
import {describe, expect, test} from 'vitest';
import type {Scenario} from './support/fake-fabric.ts';
import {shownPages} from './support/shown-page.ts';

const {missing, show} = shownPages();
let page: Page;

async function open(query: string, scenario: Partial<Scenario>, width = 1440): Promise<void> {
  ({page} = await show(query, {scenario, width}));
}

const byId = (id: string) => page.getByTestId(id);

describe.skipIf(missing)('the page of congestion', () => {
  test('c opens it; it says where packets are dropped, why, and of whom', async () => {
    await open('', {dropping: true});
    await page.keyboard.press('c');
    await byId('congestion').waitFor();
    expect(await byId('drop-place').textContent()).toContain(
      'no_buffer_space: 600 packets, all at Ethernet7 10.0.0.1, all to 172.16.0.9.',
    );
    expect(await byId('drop-flow').count()).toBe(3);
    expect(await byId('drop-flow').first().textContent()).toContain('gpu-1 172.16.0.1 → 172.16.0.9');
    expect(await byId('panel-drops').textContent()).toContain('held back 12,000 more');
    // Two counts of one thing: each says what it counts.
    expect(await byId('panel-congested').textContent()).toContain('Two counts of dropped packets');
    expect(await byId('card-refusals').textContent()).toMatch(/sequence_error\s*4\.00\u202fk/);
    expect(await byId('discard-link').textContent()).toMatch(/Ethernet7 10\.0\.0\.1.*4\.20\u202fk/);
  });

  test('uneven parallel links stand first, and elephants on a full one are named', async () => {
    await open('?page=congestion', {dropping: true});
    await byId('parallel-group').waitFor();
    expect(await byId('parallel-group').getAttribute('data-verdict')).toBe('imbalanced');
    const widths = await byId('parallel-link').evaluateAll((rows) =>
      rows.map((row) => row.querySelector<HTMLElement>('.bar span')!.style.width),
    );
    // Of 100 Gbit/s each.
    expect(widths).toEqual(['90%', '10%']);
    expect(await byId('parallel-group').textContent()).toContain('differ by 80.0\u202f% ± 5.0\u202f%');
    expect(await byId('parallel-why').textContent()).toContain(
      'Ethernet21 carries 90.0\u202f% and Ethernet22 10.0\u202f%; even would be 50.0\u202f% each. Apart from the errors of sampling they differ by 75.0\u202f% to 85.0\u202f%',
    );
    expect(await byId('parallel-link').allTextContents()).toEqual([
      expect.stringMatching(/full in bursts, 90\.0\u202f% of its speed$/),
      expect.stringMatching(/has room, 10\.0\u202f% of its speed$/),
    ]);
    expect(await byId('collision').textContent()).toMatch(
      /Ethernet21 is full, 102\u202f% of its speed while it sends, with 2 large flows: 172\.16\.1\.1 → 172\.16\.2\.1 50\.0\u202fGbit\/s.*Ethernet22 has room/,
    );
  });

  test('incasts are told in words, marked links in a table', async () => {
    await open('?page=congestion', {dropping: true});
    await byId('incast').waitFor();
    expect(await byId('incast').textContent()).toMatch(
      /12 hosts at once \(usually 1\) send to 172\.16\.0\.99 on Ethernet7 10\.0\.0\.1: 98 bursts counted in the last minute, in a cycle of 500\u202fms, load 101\u202f% in a burst, 19\.0\u202f% marked/,
    );
    expect(await byId('congested-row').textContent()).toMatch(/Ethernet7 10\.0\.0\.1sent.*18\.6\u202f% ± 2\.8\u202f%/);
  });

  test('queues are shown with the flows in them, pauses by link', async () => {
    await open('?page=congestion', {dropping: true});
    await byId('queued-flows-row').waitFor();
    expect(await byId('queues-row').textContent()).toMatch(/Ethernet7 10\.0\.0\.13.*50\.0\u202fkB.*4\.0\u202fµs/);
    expect(await byId('queued-flows-row').textContent()).toMatch(
      /gpu-1 172\.16\.0\.1 → 172\.16\.0\.90x001201.*61\.0\u202fkB40/,
    );
    await byId('pauses-row').first().waitFor();
    expect(await byId('pauses-row').first().textContent()).toMatch(/Ethernet7 10\.0\.0\.112\.5\u202f%1\.20\u202fk/);
  });

  test('a link that is followed stands in a lane', async () => {
    await open('?page=congestion', {dropping: true});
    await byId('discard-link').getByRole('link').click();
    await byId('charts').waitFor();
    expect(await page.evaluate(() => window.tenhertz.links[0])).toBe('10.0.0.1~7');
  });

  test('without notifications it says how to have them', async () => {
    await open('?page=congestion', {});
    expect(await byId('card-drops').getByTestId('card-empty').textContent()).toContain('mirror-on-drop');
    expect(await byId('panel-imbalance').textContent()).toContain('No parallel links known');
    expect(await byId('panel-drops').count()).toBe(0);
    await expect.poll(() => byId('panel-queues').textContent()).toContain('No switch tells of queues');
    await expect.poll(() => byId('panel-pauses').textContent()).toContain('No switch tells of pauses');
  });

  test.each([360, 1440, 3840])('nothing overflows at %d pixels', async (width) => {
    await open('?page=congestion', {dropping: true}, width);
    await byId('parallel-group').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  });
});
