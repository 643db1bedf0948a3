import {describe, expect, test} from 'vitest';
import {shownPages} from './support/shown-page.ts';

const {missing, show} = shownPages();

describe.skipIf(missing)('what needs a look', () => {
  test('names hosts, drops, incasts and full links with how much and how sure, and leads to their pages', async () => {
    const {page} = await show('', {scenario: {dropping: true}});
    const lines = page.getByTestId('attention');
    await expect.poll(() => lines.count()).toBe(4);
    const texts = await lines.allTextContents();
    expect(texts[0]).toMatch(
      /gpu-118 at Ethernet118.* is late62\u202fms \(55 to 69\), 12\.4\u202f% of a cycle9\.1 deviations over 40 cycles/,
    );
    expect(texts[1]).toMatch(
      /172\.16\.0\.99 at Ethernet7.*filled by 12 hosts at onceload 101\u202f% in a burst; usually from 1 host98 bursts in the last minute, in a cycle of 500\u202fms/,
    );
    expect(texts[2]).toMatch(/Ethernet21.*full of 2 large flows/);
    expect(texts[3]).toMatch(
      /Ethernet7.*drops packets: no_buffer_spaceat least 600 packets notified in 60\u202fs; 4\.2\u202fk\/s going out by its counters/,
    );
    expect(await page.getByTestId('attention-jobs').textContent()).toMatch(/llama 122 hosts.*cycle 500\u202fms.*ring/);
    await lines.first().getByRole('link', {name: 'Jobs'}).click();
    await page.getByTestId('panel-steps').waitFor();
    expect(new URL(page.url()).searchParams.get('job')).toBe('7');
  });

  test('tells the warnings of the line of events too, and how many are over', async () => {
    const {page} = await show('', {scenario: {roce: false, events: 4}});
    const line = page.getByTestId('attention');
    await line.first().waitFor();
    expect(await line.count()).toBe(1);
    expect(await line.textContent()).toMatch(/clock was set forward by 3 s.*at \d\d:\d\d:\d\dData health/);
    expect(await page.getByTestId('attention-over').textContent()).toContain('1 warning of the last 5 min is over');
  });

  test('says that it is nothing only of what is known', async () => {
    const {page} = await show('', {scenario: {roce: false}});
    await expect
      .poll(() => page.getByTestId('attention-none').textContent())
      .toContain('Whether hosts keep step cannot be told: no job is known.');
  });

  test.each([360, 3840])('nothing overflows at %d pixels', async (width) => {
    const {page} = await show('', {scenario: {dropping: true}, width});
    await page.getByTestId('attention').first().waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  });
});
