import type {Page} from 'playwright-core';
import {describe, expect, test} from 'vitest';
import type {Scenario} from './support/fake-fabric.ts';
import type {FakeServer} from './support/fake-server.ts';
import {shownPages} from './support/shown-page.ts';

const {missing, show} = shownPages();
let server: FakeServer;
let page: Page;

async function open(query: string, scenario: Partial<Scenario> = {}, width = 1440): Promise<void> {
  ({page, server} = await show(query, {scenario, width}));
}

const byId = (id: string) => page.getByTestId(id);

describe.skipIf(missing)('the page of jobs', () => {
  test('j opens the list: hosts, traffic, period, pattern, and who is out of step', async () => {
    await open('');
    await page.keyboard.press('j');
    await expect.poll(() => byId('jobs-row').count()).toBe(2);
    expect(await byId('jobs-row').first().textContent()).toMatch(
      /llama probable\s*122\s*5\.00\u202fTbit\/s ± 100\u202fG\s*500\u202fms 98\.0\u202f% sure\s*ring 97\.0\u202f% sure\s*0\.30\u202f%/,
    );
    await expect.poll(() => byId('stragglers-row').textContent()).toContain('gpu-118 172.16.0.118');
    expect(await byId('stragglers-row').textContent()).toMatch(
      /begins late62\u202fms, 12\.4\u202f% of a cycle55 to 69\u202fms9\.1\u202fσ over 40 cycles/,
    );
    expect(await byId('straggler-wait').allTextContents()).toEqual([
      'llama: a host late by 5\u202f% of a cycle is named within 12 cycles, 6 seconds.',
      'job 9: no period found',
    ]);
    expect(await byId('panel-jobs').textContent()).toContain('store-1 (200 hosts, 3.00\u202fGbit/s)');
  });

  test('a job shows its steps with the slow one, and the host that is late first', async () => {
    await open('?page=jobs');
    await byId('job-link').first().click();
    await byId('panel-steps').waitFor();
    expect(new URL(page.url()).searchParams.get('job')).toBe('7');
    expect(await byId('step-value').allTextContents()).toEqual([
      '502\u202fms',
      '503\u202fms',
      '512\u202fms',
      '705\u202fms',
    ]);
    expect(await byId('slow-step').textContent()).toMatch(/705\u202fms, 41\.0\u202f% longer than usual/);
    expect(await byId('hosts-row').first().textContent()).toContain('begins 62 ms late');
    expect(await byId('hosts-row').count()).toBe(32);
    expect(await byId('job-facts').textContent()).toContain('47.0\u202f% exchange');
    await page.goBack();
    await byId('panel-jobs').waitFor();
  });

  test('a name is given over REST', async () => {
    await open('?page=jobs&job=9');
    await byId('rename').click();
    await byId('job-name-input').fill('mistral');
    await page.keyboard.press('Enter');
    await expect.poll(() => server.put).toEqual([{path: '/api/v1/jobs/9/name', body: {name: 'mistral'}}]);
    await expect.poll(() => byId('rename').count()).toBe(1);
  });

  test('without RoCEv2 it says what a job takes, and of one that has ended that it has', async () => {
    await open('?page=jobs', {roce: false});
    await expect.poll(() => byId('panel-jobs').textContent()).toContain('No job found');
    await page.goto(`${server.url}?page=jobs&job=77`);
    await expect.poll(() => byId('no-job').textContent()).toContain('There is no job 77');
  });

  test.each([360, 1440, 3840])('nothing overflows at %d pixels', async (width) => {
    await open('?page=jobs&job=7', {}, width);
    await byId('panel-steps').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  });
});

describe.skipIf(missing)('the map', () => {
  test('goes by job, and by lateness as the analysis tells it', async () => {
    await open('?page=heatmap&sort=lateness');
    const box = (await byId('plot-heat').boundingBox())!;
    await expect
      .poll(
        async () => {
          await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
          await page.mouse.move(box.x + box.width / 2, box.y + 10);
          return byId('heat-hover').textContent();
        },
        {timeout: 20_000},
      )
      .toMatch(/Ethernet118.*llama.*beat 62\u202fms late/);
  });
});

describe.skipIf(missing)('the matrix', () => {
  test('x opens it; a cell is read by pointing and by key, with its band', async () => {
    await open('');
    await page.keyboard.press('x');
    await byId('plot-matrix').focus();
    await page.keyboard.press('ArrowRight');
    await expect
      .poll(() => byId('matrix-hover').textContent())
      .toMatch(/host-1\s*sends to\s*host-2\s*1\.00\u202fGbit\/s\s*± 200\u202fMbit\/s/);
    expect(await byId('matrix-legend').textContent()).toMatch(/04\u202fG16\u202fGbit\/sColours go by the square root/);
    expect(await byId('matrix-total').textContent()).toBe('136\u202fGbit/s');
    await byId('matrix-by').getByRole('button', {name: 'Rails'}).click();
    expect(new URL(page.url()).searchParams.get('by')).toBe('rail');
    await expect.poll(() => server.asked).toContain('/api/v1/matrix?by=rail&top=64');
    await expect.poll(() => byId('matrix-total').textContent()).toBe('10.0\u202fGbit/s');
  });

  test('without RoCEv2 it says so', async () => {
    await open('?page=matrix', {roce: false});
    await expect.poll(() => byId('panel-matrix').textContent()).toContain('No RoCEv2 between hosts');
  });
});
