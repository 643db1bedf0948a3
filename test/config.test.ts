import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, expect, test} from 'vitest';
import {readSettings} from '../src/app.ts';
import {type Config, loadConfig, memoryOf, nearest, readToken} from '../src/config.ts';
import {TenhertzError} from '../src/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'tenhertz-config-'));
afterAll(() => rmSync(folder, {recursive: true, force: true}));
let files = 0;

function file(text: string): string {
  const path = join(folder, `${files++}.yaml`);
  writeFileSync(path, text);
  return path;
}

interface Given {
  flags?: Record<string, unknown>;
  env?: Record<string, string>;
  yaml?: string;
}

const load = ({flags = {}, env = {}, yaml}: Given): Config =>
  loadConfig(flags, env, yaml === undefined ? undefined : file(yaml));

function check(given: Given, expected: Partial<Config>): void {
  expect(load(given)).toMatchObject(expected);
}

function fails(given: Given, message: RegExp): void {
  try {
    load(given);
  } catch (error) {
    expect(error).toBeInstanceOf(TenhertzError);
    expect((error as TenhertzError).message).toMatch(message);
    expect((error as TenhertzError).message).not.toContain('\n');
    expect((error as TenhertzError).exitCode).toBe(2);
    return;
  }
  expect.fail(`nothing was wrong with ${JSON.stringify(given)}`);
}

test('every setting has its default', () => {
  expect(load({})).toMatchObject({
    udpPort: 6343,
    httpPort: 8008,
    httpHost: '127.0.0.1',
    insecureNoAuth: false,
    allowAnyHost: false,
    metricsLinks: 1_024,
    trimDscp: 11,
    logLevel: 'info',
  });
});

test('memory has a unit; what it comes to', () => {
  expect(memoryOf(load({}))).toBeUndefined();
  expect(memoryOf(load({flags: {memory: '512MB'}}))).toBe(512 * 1024 ** 2);
  expect(memoryOf(load({yaml: 'memory: 2GB\n'}))).toBe(2 * 1024 ** 3);
  for (const memory of ['512', '0MB', '1.5GB', 'lots']) fails({flags: {memory}}, /^memory: .* must be size like 512MB/);
  expect(memoryOf(load({flags: {memory: '32MB'}}))).toBe(32 * 1024 ** 2);
  fails({flags: {memory: '31MB'}}, /^memory: "31MB" is too little: must be 32MB or more/);
});

test('the file gives way to the environment, that to the flags', () => {
  const yaml = 'httpPort: 1\nudpPort: 1\nmetricsLinks: 1\n';
  const env = {TENHERTZ_UDP_PORT: '2', TENHERTZ_METRICS_LINKS: '2'};
  check({yaml, env, flags: {metricsLinks: 3, httpPort: undefined}}, {httpPort: 1, udpPort: 2, metricsLinks: 3});
});

test('text of the environment becomes what its setting is', () => {
  check({env: {TENHERTZ_HTTP_PORT: '80', TENHERTZ_LOG_LEVEL: 'warn'}}, {httpPort: 80, logLevel: 'warn'});
  check(
    {env: {TENHERTZ_ALLOW_ANY_HOST: '1', TENHERTZ_INSECURE_NO_AUTH: 'true'}},
    {allowAnyHost: true, insecureNoAuth: true},
  );
  check({env: {TENHERTZ_ALLOW_ANY_HOST: '0', TENHERTZ_INSECURE_NO_AUTH: 'FALSE'}}, {allowAnyHost: false});
  check({env: {TENHERTZ_UDP_HOST: '0'}}, {udpHost: '0'});
});

test('a list is a list in the file, and has commas in the environment', () => {
  check({yaml: 'forward: [a:1, "[::1]:2"]\n'}, {forward: ['a:1', '[::1]:2']});
  check({env: {TENHERTZ_FORWARD: 'a:1, b:2'}}, {forward: ['a:1', 'b:2']});
  check({flags: {forward: ['c:3']}, env: {TENHERTZ_FORWARD: 'a:1'}}, {forward: ['c:3']});
  fails({yaml: 'forward: a:1\n'}, /^forward: "a:1" is wrong: must be array/);
});

test('nothing is no value: neither an empty variable, nor a key with nothing behind it', () => {
  check({env: {TENHERTZ_HTTP_PORT: ''}}, {httpPort: 8008});
  expect(load({yaml: 'udpHost:\nhttpPort:\n'})).toEqual(load({}));
  expect(load({yaml: ''})).toEqual(load({}));
  expect(load({yaml: '# nothing\n'})).toEqual(load({}));
});

test('what is not a number is not rounded to one', () => {
  fails({yaml: 'httpPort: 80.9\n'}, /^httpPort: 80\.9 is wrong: must be integer/);
  fails({yaml: 'httpPort: true\n'}, /^httpPort: true is wrong/);
  for (const text of ['80x', '8008.7', '1e3', '--1', '-', ' 80', '0x50']) {
    fails({env: {TENHERTZ_HTTP_PORT: text}}, /^httpPort: ".*" is wrong: must be integer/);
  }
  fails({env: {TENHERTZ_UDP_PORT: '70000'}}, /^udpPort: 70000 is wrong: must be <= 65535/);
  fails({env: {TENHERTZ_UDP_PORT: '-1'}}, /^udpPort: -1 is wrong: must be >= 0/);
  check({env: {TENHERTZ_TRIM_DSCP: '-1'}}, {trimDscp: -1});
  fails({env: {TENHERTZ_TRIM_DSCP: '-2'}}, /^trimDscp: -2 is wrong: must be >= -1/);
  fails({flags: {metricsLinks: -1}}, /^metricsLinks: -1 is wrong: must be >= 0/);
});

test('a choice says what there is to choose from', () => {
  fails({env: {TENHERTZ_LOG_LEVEL: 'loud'}}, /^logLevel: "loud" is wrong: must be debug, info, warn or error$/);
  fails({env: {TENHERTZ_ALLOW_ANY_HOST: 'maybe'}}, /^allowAnyHost: "maybe" is wrong: must be boolean/);
});

test('an unknown key suggests the right one, and says where it stands', () => {
  fails({yaml: 'httpPrt: 1\n'}, /\.yaml: 'httpPrt' is not a setting; did you mean 'httpPort'\?$/);
  fails({yaml: 'http-host: x\n'}, /did you mean 'httpHost'/);
  fails({env: {TENHERTZ_HTTP_PRT: '1'}}, /^TENHERTZ_HTTP_PRT is not a setting; did you mean TENHERTZ_HTTP_PORT\?$/);
  fails({yaml: '__proto__: {udpPort: 1}\n'}, /'__proto__' is not a setting/);
});

test('variables of tests and tools, and of other programs, are left alone', () => {
  expect(load({env: {TENHERTZ_CAPTURES: '/x', TENHERTZ_SEED: '1', HTTP_PORT: 'x', PATH: '/bin'}})).toEqual(load({}));
});

test('files that cannot be read as settings', () => {
  fails({yaml: 'httpPort: [1\n'}, /\.yaml: .* line 2/);
  fails({yaml: '- 1\n'}, /\.yaml: not a list of settings$/);
  fails({yaml: 'just words\n'}, /not a list of settings$/);
  expect(() => loadConfig({}, {}, join(folder, 'nowhere.yaml'))).toThrow(/^cannot read .*nowhere\.yaml: ENOENT/);
});

test('thresholds are rules by name, in the file only', () => {
  const yaml = 'thresholds:\n  hot: {metric: utilisation, value: 0.9}\n';
  expect([...readSettings(load({yaml})).thresholds.keys()]).toEqual(['hot']);
  expect(readSettings(load({})).thresholds.size).toBe(0);
  fails({yaml: 'thresholds: [1]\n'}, /^thresholds: \[1\] is wrong: must be object/);
  fails({env: {TENHERTZ_THRESHOLDS: 'x'}}, /^thresholds: "x" is wrong: must be object/);
  expect(() => readSettings(load({yaml: 'thresholds: {hot: {metric: utilisation}}\n'}))).toThrow(
    /^thresholds\.hot\.value: must be a number$/,
  );
});

test('nobody but this machine without a token', () => {
  for (const httpHost of ['127.0.0.1', '127.8.9.1', '::1', 'localhost']) check({flags: {httpHost}}, {httpHost});
  for (const httpHost of ['0.0.0.0', '::', '192.0.2.1', '127.example.org', 'localhost.example.org']) {
    fails({flags: {httpHost}}, /can be reached from other machines.*--token-file.*--insecure-no-auth/);
    check({flags: {httpHost, tokenFile: 'x'}}, {httpHost});
    check({flags: {httpHost, insecureNoAuth: true}}, {httpHost});
  }
});

test('the token is the first line of its file, and long enough', () => {
  expect(readToken(load({}))).toBeUndefined();
  expect(readToken(load({flags: {tokenFile: file('  0123456789abcdef \nmore\n')}}))).toBe('0123456789abcdef');
  expect(() => readToken(load({flags: {tokenFile: file('short\n0123456789abcdef')}}))).toThrow(/shorter than 16/);
  expect(() => readToken(load({flags: {tokenFile: join(folder, 'none')}}))).toThrow(/^cannot read the token file/);
});

test('whatever the settings name is read, or refused by name', () => {
  const good = {
    topologyFile: file('{"links": {}}'),
    namesFile: file('agent,10.0.0.1,leaf-1\n'),
    tokenFile: file('0123456789abcdef\n'),
    forward: ['192.0.2.1:6343', '[2001:db8::1]:6343', 'not-looked-up.invalid:1'],
    memory: '512MB',
  };
  const {given, token, memory} = readSettings(load({flags: good}));
  expect(given.topology?.links).toEqual([]);
  expect(given.names?.agents.size).toBe(1);
  expect({token, memory}).toEqual({token: '0123456789abcdef', memory: 512 * 1024 ** 2});
  const nowhere = join(folder, 'nowhere');
  const wrong: [Record<string, unknown>, RegExp][] = [
    [{topologyFile: nowhere}, /nowhere: ENOENT/],
    [{topologyFile: file('{"links": 3')}, /\.yaml: .*JSON/],
    [{namesFile: nowhere}, /nowhere: ENOENT/],
    [{tokenFile: nowhere}, /^cannot read the token file .*nowhere: ENOENT/],
    [{forward: ['nonsense']}, /^--forward nonsense is not HOST:PORT$/],
    [{forward: ['192.0.2.1:0']}, /is not HOST:PORT$/],
    [{forward: Array.from({length: 9}, (_, i) => `192.0.2.${i}:1`)}, /192\.0\.2\.8:1 is one too many: 8 at most$/],
    [{alertWebhook: 'http://127.0.0.1:99999/'}, /^alertWebhook: .* is no URL$/],
    [{alertWebhook: 'http://['}, /^alertWebhook: 'http:\/\/\[' is no URL$/],
  ];
  for (const [flags, message] of wrong) {
    const config = load({flags: {...good, ...flags}});
    expect(() => readSettings(config), JSON.stringify(flags)).toThrow(TenhertzError);
    expect(() => readSettings(config)).toThrow(message);
  }
});

test('the nearest name', () => {
  expect(nearest('pord', ['host', 'port', 'post'])).toBe('port');
  expect(nearest('', ['abc', 'a'])).toBe('a');
});
