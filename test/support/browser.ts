/** Debian's Chromium, headless and with an empty profile, through playwright-core. */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {type BrowserContext, chromium, type Page} from 'playwright-core';
import {paths} from './tools.ts';

export interface Browser {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors so far: the console's, uncaught ones, and requests that failed. A test expects this to be empty. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

export interface BrowserOptions {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: 'light' | 'dark';
}

/** Tests run as root in containers, where its sandbox cannot; and it shall talk to nobody but the server under test. */
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Needs `needs('chromium')`. */
export async function startBrowser(options: BrowserOptions = {}): Promise<Browser> {
  const {width = 1280, height = 800, colorScheme = 'light'} = options;
  const profile = mkdtempSync(join(tmpdir(), 'tenhertz-browser-'));
  const removeProfile = () => rmSync(profile, {recursive: true, force: true, maxRetries: 5});
  let context: BrowserContext;
  try {
    context = await chromium.launchPersistentContext(profile, {
      executablePath: paths.chromium,
      headless: true,
      args: ARGS,
      viewport: {width, height},
      colorScheme,
    });
  } catch (error) {
    removeProfile();
    throw error;
  }
  const errors: string[] = [];
  const watch = (page: Page) => {
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => errors.push(`uncaught: ${error.message}`));
    page.on('requestfailed', (request) => errors.push(`request: ${request.url()} ${request.failure()?.errorText}`));
  };
  context.pages().forEach(watch);
  context.on('page', watch);
  const page = context.pages()[0] ?? (await context.newPage());
  const close = async () => {
    await context.close();
    removeProfile();
  };
  return {page, context, errors, close};
}
