import {setImmediate as turn} from 'node:timers/promises';
import {expect, it} from 'vitest';
import {OneByOne} from '../src/one-by-one.ts';

it('does the first at once, and of what comes with it one a turn, in order', async () => {
  const {done, once} = start();
  for (const what of ['a', 'b', 'c']) once.take(() => done.push(what));
  expect(done).toEqual(['a']);
  const turns: string[] = [];
  while (done.length < 3) {
    await turn();
    turns.push(done.join(''));
  }
  expect(turns).toEqual(['ab', 'abc']);
});

it('leaves turns to others, however long it has to do', async () => {
  const {done, once} = start();
  const more = () => {
    done.push('x');
    if (done.length < 50) once.take(more);
  };
  once.take(more);
  once.take(more);
  let others = 0;
  while (done.length < 50) {
    await turn();
    others++;
  }
  expect(others).toBeGreaterThan(45);
});

it('says when nothing waits, and goes on when one has failed', async () => {
  const {done, once} = start();
  once.take(() => done.push('a'));
  once.take(() => done.push('b'));
  await once.allTaken();
  expect(done).toEqual(['a', 'b']);
  await turn();
  expect(() =>
    once.take(() => {
      throw new Error('no');
    }),
  ).toThrow('no');
  once.take(() => done.push('c'));
  await once.allTaken();
  expect(done).toEqual(['a', 'b', 'c']);
});

function start() {
  return {done: [] as string[], once: new OneByOne()};
}
