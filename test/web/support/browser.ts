import {existsSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {type Browser, chromium} from 'playwright-core';
import {build} from 'vite';

/** Where Debian puts the browser. */
export const CHROMIUM = '/usr/bin/chromium';

/** Starts a browser without a window. */
export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--headless',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** True where browser tests cannot run; says so aloud. In CI they must run. */
export function browserMissing(): boolean {
  if (existsSync(CHROMIUM)) return false;
  if (process.env['CI'] !== undefined) throw new Error(`${CHROMIUM} is missing: apt-get install chromium`);
  console.warn(`SKIPPED: the browser tests need ${CHROMIUM} (apt-get install chromium)`);
  return true;
}

/** Builds the page into a folder of its own. */
export async function buildPage(): Promise<{root: string; remove: () => Promise<void>}> {
  const root = await mkdtemp(join(tmpdir(), 'tenhertz-web-'));
  await build({
    root: fileURLToPath(new URL('../../../web', import.meta.url)),
    logLevel: 'error',
    build: {outDir: root, emptyOutDir: true},
  });
  return {root, remove: () => rm(root, {recursive: true, force: true})};
}
