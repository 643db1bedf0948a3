import type {Browser, Page} from 'playwright-core';
import {afterAll, afterEach, beforeAll} from 'vitest';
import {browserMissing, buildPage, launch} from './browser.ts';
import type {Scenario} from './fake-fabric.ts';
import {FakeServer} from './fake-server.ts';

/** What a page is shown with. */
export interface Showing {
  scenario?: Partial<Scenario>;
  width?: number;
  height?: number;
}

/**
 * To be called once by a file of tests: builds the page and starts the browser before its tests, and closes after each
 * test what it has shown. `show` opens an address's query at a server of its own, and returns once a few frames came.
 */
export function shownPages() {
  const missing = browserMissing();
  let browser: Browser | undefined;
  let built: {root: string; remove: () => Promise<void>} | undefined;
  let shown: {page: Page; server: FakeServer} | undefined;

  beforeAll(async () => {
    if (missing) return;
    [built, browser] = await Promise.all([buildPage(), launch()]);
  });

  afterAll(async () => {
    await browser?.close();
    await built?.remove();
  });

  afterEach(async () => {
    await shown?.page.context().close();
    await shown?.server.stop();
    shown = undefined;
  });

  async function show(query: string, {scenario = {}, width = 1440, height = 1000}: Showing = {}) {
    const server = await new FakeServer({root: built!.root, scenario}).start();
    const context = await browser!.newContext({viewport: {width, height}, colorScheme: 'dark'});
    const page = await context.newPage();
    shown = {page, server};
    await page.goto(server.url + query);
    await page.waitForFunction(() => (window.tenhertz?.framesReceived ?? 0) > 3);
    return shown;
  }

  return {missing, show};
}
