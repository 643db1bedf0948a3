import {hostname} from 'node:os';
import {describe, expect, it} from 'vitest';
import {isOwnHost, isOwnOrigin, isSameSecret} from '../../src/api/security.ts';
import {inject, makeHarness, TOKEN} from './harness.ts';

const GUARDED = ['/api/v1/fabric', '/api/v1/links', '/api/v1/health', '/api/openapi.json', '/metrics'];

describe('with a token', () => {
  it.each(GUARDED)('%s needs it', async (url) => {
    const {get} = await makeHarness({token: TOKEN});
    const {status, headers, json} = await get(url);
    expect(status).toBe(401);
    expect(headers['www-authenticate']).toMatch(/^Bearer /);
    expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(json.status).toBe(401);
    for (const authorization of [
      TOKEN,
      `Basic ${TOKEN}`,
      `Bearer ${TOKEN}x`,
      `Bearer ${TOKEN.slice(0, -1)}`,
      'Bearer ',
    ]) {
      expect((await get(url, {authorization})).status).toBe(401);
    }
    for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
      expect((await get(url, {authorization: `${scheme} ${TOKEN}`})).status).toBe(200);
    }
  });

  // What the router takes for one of our routes must not look like something else to the guard.
  it.each([
    ['an escaped path', '/%61pi/v1/links', {}],
    ['an escaped path', '/api/v1/%6cinks', {}],
    ['an escaped path', '/%6detrics', {}],
    ['a header that asks for a socket', '/api/v1/links', {upgrade: 'websocket'}],
    ['a header that asks for a socket', '/metrics', {upgrade: 'websocket', connection: 'Upgrade'}],
    ['a query', '/api/v1/links?x=/livez', {}],
  ])('%s is no way past it: %s', async (_, url, headers) => {
    const {get} = await makeHarness({token: TOKEN});
    const {status, text} = await get(url, headers);
    expect([401, 404]).toContain(status);
    expect(text).not.toContain('finalBefore');
    expect(text).not.toContain('tenhertz_');
  });

  it.each(['/', '/index.html', '/livez', '/readyz'])('%s is open: the page asks for the token itself', async (url) => {
    const {get} = await makeHarness({token: TOKEN});
    expect((await get(url)).status).toBe(200);
  });

  it('any host name will do: a foreign page does not have the token', async () => {
    const {get} = await makeHarness({token: TOKEN});
    expect((await get('/api/v1/fabric', {host: 'evil.example', authorization: `Bearer ${TOKEN}`})).status).toBe(200);
  });
});

describe('without a token', () => {
  it.each([...GUARDED, '/', '/livez'])('%s is not told to a foreign host name (DNS rebinding)', async (url) => {
    const {get} = await makeHarness();
    const {status, headers, text} = await get(url, {host: 'evil.example:8008'});
    expect(status).toBe(403);
    expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(text).not.toContain('finalBefore');
  });

  it('a foreign name is served where that was asked for', async () => {
    const {get} = await makeHarness({anyHost: true});
    expect((await get('/api/v1/fabric', {host: 'tenhertz.example'})).status).toBe(200);
  });

  it('writes from a foreign origin are refused, before they are looked at', async () => {
    const {server} = await makeHarness();
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'] as const) {
      const headers = {host: 'localhost:8008', origin: 'http://evil.example'};
      const {status} = await inject(server, {method, url: '/api/v1/topology', headers});
      expect(status).toBe(403);
    }
    const headers = {host: 'localhost:8008', origin: 'http://localhost:8008'};
    expect((await inject(server, {method: 'PUT', url: '/api/v1/topology', headers})).status).toBe(400);
  });
});

it.each([
  ['localhost', true],
  ['localhost:8008', true],
  ['LOCALHOST:8008', true],
  ['tenhertz.localhost', true],
  ['127.0.0.1', true],
  ['192.0.2.7:80', true],
  ['[::1]:8008', true],
  ['[2001:db8::1]', true],
  [`${hostname()}:8008`, true],
  [`${hostname()}.local`, true],
  [`${hostname()}.evil.example`, false],
  ['localhost.evil.example', false],
  ['evil.example', false],
  ['127.0.0.1.evil.example', false],
  ['', false],
  [undefined, false],
])('isOwnHost(%j) is %s', (host, own) => {
  expect(isOwnHost(host)).toBe(own);
});

it.each([
  [undefined, 'a:8008', true],
  ['http://a:8008', 'a:8008', true],
  ['https://a', 'a', true],
  ['http://a:8009', 'a:8008', false],
  ['http://b:8008', 'a:8008', false],
  ['null', 'a:8008', false],
  ['', 'a:8008', false],
  ['http://a:8008', undefined, false],
])('isOwnOrigin(%j, %j) is %s', (origin, host, own) => {
  expect(isOwnOrigin(origin, host)).toBe(own);
});

it('secrets are compared whole', () => {
  expect(isSameSecret('abc', 'abc')).toBe(true);
  for (const wrong of ['', 'ab', 'abcd', 'abd', 'ABC', 'abc\0']) expect(isSameSecret(wrong, 'abc')).toBe(false);
});

it('the page is served under a policy that allows nothing from elsewhere', async () => {
  const {get} = await makeHarness();
  const {headers, text} = await get('/');
  expect(text).toContain('<title>page</title>');
  const policy = String(headers['content-security-policy']);
  expect(policy.split(';').map((directive) => directive.trim())).toContain("default-src 'self'");
  expect(policy).not.toMatch(/unsafe|\*|http:|data:/);
  expect(policy).toContain("frame-ancestors 'none'");
  expect(headers['x-content-type-options']).toBe('nosniff');
});
