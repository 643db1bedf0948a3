import {once} from 'node:events';
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {afterAll, beforeAll, expect, it} from 'vitest';
import {type Browser, startBrowser} from './browser.ts';
import {needs} from './tools.ts';

needs('chromium')('the browser', () => {
  let server: Server;
  let browser: Browser;

  beforeAll(async () => {
    server = createServer((request, response) => {
      response.setHeader('content-type', 'text/html');
      const script = request.url === '/bad' ? "console.error('one'); throw new Error('two')" : '';
      response.end(`<link rel="icon" href="data:,"><h1>Beat</h1><script>${script}</script>`);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  it('shows a page, and tells of its errors once each', async () => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await browser.page.goto(url);
    expect(await browser.page.textContent('h1')).toBe('Beat');
    expect(browser.errors).toEqual([]);
    await browser.page.goto(`${url}/bad`);
    await expect.poll(() => browser.errors.toSorted()).toEqual(['console: one', 'uncaught: two']);
  });
});
