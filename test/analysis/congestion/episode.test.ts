import {expect, it} from 'vitest';
import {Episode, type Sight} from '../../../src/analysis/congestion/episode.ts';

/** What changes at each of a row of looks: f fault, c calm, b blind. */
function run(looks: string, episode = new Episode(5)): string[] {
  const sights: Record<string, Sight> = {f: 'fault', c: 'calm', b: 'blind'};
  return [...looks].flatMap((look, i) => {
    const change = episode.look(sights[look]!, i);
    return change ? [`${change} ${i}`] : [];
  });
}

it('begins when two looks at different traffic have seen it', () => {
  expect(run('fffff')).toEqual([]);
  expect(run('ffffff')).toEqual(['began 5']);
  expect(run('fccccf')).toEqual([]); // over in between
  expect(run('fccfcf')).toEqual(['began 5']);
  expect(run('fbbbbf')).toEqual(['began 5']);
});

it('ends after three calm looks in a row, or when nothing could be told for half a minute', () => {
  expect(run('ffffffccfccfccc')).toEqual(['began 5', 'ended 14']);
  expect(run(`ffffff${'b'.repeat(14)}f${'b'.repeat(15)}`)).toEqual(['began 5', 'ended 35']);
});

it('begins anew after its end', () => {
  expect(run('ffffffcccffffff')).toEqual(['began 5', 'ended 8', 'began 14']);
});

it('remembers nothing of what never began', () => {
  const episode = new Episode(5);
  expect(episode.isIdle).toBe(true);
  run('ff', episode);
  expect(episode.isIdle).toBe(false);
  expect(run('ccc', episode)).toEqual([]);
  expect(episode.isIdle).toBe(true);
});
