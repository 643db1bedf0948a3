import {afterEach, describe, expect, test, vi} from 'vitest';
import {simulateCommand} from '../../src/cli/simulate.ts';

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

  for (const flags of [
    ['--collector', 'nowhere'],
    ['--cycle', '500'],
    ['--speed', 'fast'],
    ['--nodes', '1'],
    ['--duty', '2'],
    ['--agent', '10.0.0'],
    ['--seed', '-1'],
    ['--frobnicate'],
    ['stray'],
  ]) {
    test(`answers ${flags.join(' ')} with one line and exit code 2`, async () => {
      const {code, said} = await exitOf(...flags);
      expect(code).toBe(2);
      expect(said).toMatch(/^error: .+\n$/);
    });
  }
});
