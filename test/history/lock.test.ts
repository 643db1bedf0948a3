import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, it, onTestFinished} from 'vitest';
import {LockedError, lock} from '../../src/history/lock.ts';

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'tenhertz-lock-'));
  onTestFinished(() => rmSync(made, {recursive: true, force: true}));
  return made;
}

it('a folder is one server’s until it gives it back', () => {
  const directory = folder();
  const unlock = lock(directory);
  expect(() => lock(directory)).toThrow(new LockedError(directory, process.pid));
  unlock();
  expect(existsSync(join(directory, 'lock'))).toBe(false);
  lock(directory)();
});

it('what was given back and taken by another is not given back twice', () => {
  const directory = folder();
  const unlock = lock(directory);
  const others = JSON.stringify({pid: 1, started: '0', boot: 'another'});
  writeFileSync(join(directory, 'lock'), others);
  unlock();
  expect(readFileSync(join(directory, 'lock'), 'utf8')).toBe(others);
});

it('is taken over from a process that has ended', async () => {
  const directory = folder();
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  const left = {pid: child.pid!, started: '12345', boot: 'b'};
  writeFileSync(join(directory, 'lock'), JSON.stringify(left));
  lock(directory)();
});

it.each([
  ['of this process’s number, from before a restart', JSON.stringify({pid: process.pid, started: '1', boot: 'b'})],
  ['that says nothing', ''],
  ['that was cut off', '{"pid":1'],
  ['without a process', '{}'],
])('a lock %s holds nobody up', (_, content) => {
  const directory = folder();
  writeFileSync(join(directory, 'lock'), content);
  lock(directory)();
});
