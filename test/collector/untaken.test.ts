import {expect, it} from 'vitest';
import {Untaken} from '../../src/collector/untaken.ts';

it('knows how many wait, and how large they are together', () => {
  const untaken = new Untaken();
  for (const bytes of [100, 20, 3]) untaken.add(bytes);
  expect([untaken.count, untaken.bytes]).toEqual([3, 123]);
  untaken.take();
  expect([untaken.count, untaken.bytes]).toEqual([2, 23]);
  for (let i = 0; i < 3; i++) untaken.take();
  expect([untaken.count, untaken.bytes]).toEqual([0, 0]);
});
