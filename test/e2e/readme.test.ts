import {execSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, onTestFinished} from 'vitest';
import {readSettings} from '../../src/app.ts';
import {ConfigSchema, loadConfig} from '../../src/config.ts';
import {repositoryRoot} from '../support/captures.ts';
import {Rest, until} from '../support/rest.ts';
import {type Server, startServer} from '../support/server.ts';

const text = readFileSync(join(repositoryRoot, 'README.md'), 'utf8');

/** Every `$ command` of a console block, with the answer that is printed under it. */
const sessions = [...text.matchAll(/```console\n(.*?)```/gs)].flatMap(([, block]) =>
  block!
    .split(/^\$ /m)
    .slice(1)
    .map((session) => {
      const [command, ...answer] = session.trimEnd().split('\n');
      return {command: command!, answer: answer.join('\n')};
    }),
);
const requests = sessions.filter(({command}) => command.startsWith('curl '));
const programs = sessions.filter(({command}) => !command.startsWith('curl '));

/** Keys and types of a JSON value; a null may stand for anything, as may the elements of an empty list. */
function sameShape(shown: unknown, real: unknown, path = '$'): void {
  if (shown === null || real === null) return;
  expect(Array.isArray(real) ? 'list' : typeof real, path).toBe(Array.isArray(shown) ? 'list' : typeof shown);
  if (Array.isArray(shown) && Array.isArray(real)) {
    if (shown.length > 0 && real.length > 0) sameShape(shown[0], real[0], `${path}[0]`);
  } else if (typeof shown === 'object' && typeof real === 'object') {
    // Reasons of rejections and the like are named by what occurred.
    if (Object.keys(shown).length === 0) return;
    expect(Object.keys(real as object).sort(), path).toEqual(Object.keys(shown).sort());
    for (const [key, value] of Object.entries(shown)) sameShape(value, (real as never)[key], `${path}.${key}`);
  }
}

describe('the README', () => {
  it('leads with the two commands', () => {
    const head = text.split('\n').slice(0, 30).join('\n');
    expect(head.indexOf('npm ci && npm run demo')).toBeGreaterThan(0);
    expect(head.slice(0, head.indexOf('npm ci && npm run demo')).split('\n').length).toBeLessThan(20);
    expect(head).toContain('npm ci && npm test');
  });

  it('lists every setting with its default', () => {
    for (const [key, schema] of Object.entries(ConfigSchema.properties)) {
      const {default: value, description} = schema as {default?: unknown; description?: string};
      const shown = value === undefined ? '' : `\`${String(value)}\``;
      expect(text, key).toContain(`| \`${key}\` | ${shown} | ${description} |`);
    }
  });

  it('shows settings that the server takes', () => {
    const blocks = [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, block]) => block!);
    const folder = mkdtempSync(join(tmpdir(), 'tenhertz-readme-'));
    onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
    const file = join(folder, 'tenhertz.yaml');
    writeFileSync(file, blocks[0]!);
    expect(readSettings(loadConfig({}, {}, file)).thresholds.size).toBe(3);
  });

  it('shows links that lead somewhere', () => {
    for (const [, target] of text.matchAll(/\]\((?!http)([^)#]+)\)/g)) readFileSync(join(repositoryRoot, target!));
  });

  it.each(programs)('prints what it shows: $command', ({command, answer}) => {
    const printed = execSync(command, {cwd: repositoryRoot, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']});
    expect(printed.trimEnd()).toBe(answer);
  });
});

const REQUEST =
  /^curl -s(?: -X (PUT|DELETE))?(?: -d '([^']+)')? 'http:\/\/127\.0\.0\.1:8008([^']+)'(?: \| grep '(.*)')?$/;

describe('a request of the README', () => {
  let server: Server;

  beforeEach(async () => {
    server = await startServer({command: 'demo', simulator: ['--seed', '11']});
    await until(
      'links',
      () => new Rest(server.url).links(),
      (links) => links.some(({in: {roce}}) => roce.samples),
    );
  });
  afterEach(async () => {
    await server?.stop();
  });

  it('is answered as shown, all of them', async () => {
    expect(requests.length).toBeGreaterThan(5);
    for (const {command, answer} of requests) {
      const [, method = 'GET', body, path, filter] = REQUEST.exec(command) ?? [];
      expect(path, command).toBeDefined();
      const ask = async () => {
        const response = await fetch(server.url + path!, {method, ...(body === undefined ? {} : {body})});
        expect(response.ok, command).toBe(true);
        return response.text();
      };
      if (answer === '') {
        expect(await ask(), command).toBe('');
      } else if (filter === undefined) {
        sameShape(JSON.parse(answer), JSON.parse(await ask()), command);
      } else {
        const lines = (await ask()).split('\n').filter((line) => new RegExp(filter).test(line));
        const names = (all: string[]) => all.map((line) => line.split(' ')[0]);
        expect(names(lines)).toEqual(names(answer.split('\n')));
      }
    }
  });
});
