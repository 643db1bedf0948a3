import {spawn} from 'node:child_process';
import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {afterEach, describe, expect, test, vi} from 'vitest';
import {demoCommand} from '../../src/cli/demo.ts';
import {simulateCommand} from '../../src/cli/simulate.ts';
import {scenarios} from '../../src/simulator/scenarios.ts';
import {repositoryRoot} from '../support/captures.ts';

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

/** Runs the command with these flags; returns the exit code and what it said on stderr. */
async function exitOf(...flags: string[]): Promise<{code: number | undefined; said: string}> {
  let said = '';
  let code: number | undefined;
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += text;
    return true;
  });
  vi.spyOn(process, 'exit').mockImplementation((value) => {
    code = Number(value);
    throw new Error('exit');
  });
  await simulateCommand()
    .parseAsync(flags, {from: 'user'})
    .catch(() => {});
  return {code: code ?? Number(process.exitCode ?? 0), said};
}

describe('tenhertz simulate', () => {
  test('has the flags that others build on', () => {
    const flags = simulateCommand().options.map((option) => option.long);
    for (const flag of ['collector', 'nodes', 'speed', 'sampling', 'cycle', 'duty', 'jitter', 'load', 'switches']) {
      expect(flags).toContain(`--${flag}`);
    }
    for (const flag of ['duration', 'seed', 'truth', 'agent', 'flush']) expect(flags).toContain(`--${flag}`);
  });

  test('lists the scenarios', async () => {
    let said = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      said += text;
      return true;
    });
    await simulateCommand().parseAsync(['--list'], {from: 'user'});
    expect(said.split('\n').map((line) => line.split(' ')[0])).toEqual([...scenarios.map(({name}) => name), '']);
  });

  test('suggests the scenario that may have been meant', async () => {
    expect((await exitOf('--scenario', 'leafspine')).said).toContain('Did you mean leaf-spine?');
  });

  test('sends a scenario with what the flags change of it', async () => {
    const receiver = createSocket('udp4');
    let datagrams = 0;
    receiver.on('message', () => datagrams++);
    await new Promise<void>((resolve) => receiver.bind(0, '127.0.0.1', resolve));
    let said = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      said += text;
      return true;
    });
    const flags = ['--scenario', 'leaf-spine', '--sampling', '1000', '--duration', '200ms', '--seed', '4'];
    const collector = `127.0.0.1:${receiver.address().port}`;
    await simulateCommand().parseAsync([...flags, '--collector', collector], {from: 'user'});
    receiver.close();
    expect(said).toContain('leaf-spine: 32 nodes at 100 Gbit/s on 8 switches, 1 in 1000, cycle 500 ms, seed 4');
    expect(datagrams).toBeGreaterThan(0);
  });

  test('ends when nobody reads what it says', async () => {
    const child = spawn(process.execPath, ['dist/main.js', 'simulate', '--collector', '127.0.0.1:9'], {
      cwd: repositoryRoot,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (text) => (said += text));
    await once(child.stdout, 'data');
    child.stdout.destroy();
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(said).toBe('');
  });

  for (const flags of [
    ['--collector', 'nowhere'],
    ['--cycle', '500'],
    ['--speed', 'fast'],
    ['--nodes', '1'],
    ['--duty', '2'],
    ['--agent', '10.0.0'],
    ['--seed', '-1'],
    ['--frobnicate'],
    ['--scenario', 'leafspine'],
    ['stray'],
  ]) {
    test(`answers ${flags.join(' ')} with one line and exit code 2`, async () => {
      const {code, said} = await exitOf(...flags);
      expect(code).toBe(2);
      expect(said).toMatch(/^error: .+\n$/);
    });
  }
});

test('tenhertz demo suggests a scenario too, before it starts anything', async () => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const command = demoCommand().exitOverride();
  await expect(command.parseAsync(['--scenario', 'to-jobs'], {from: 'user'})).rejects.toThrow('Did you mean two-jobs?');
});
