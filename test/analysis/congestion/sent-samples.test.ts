import {expect, it} from 'vitest';
import {SentSamples} from '../../../src/analysis/congestion/sent-samples.ts';

it('names the host that nearly all samples are for, and nobody else', () => {
  const sent = new SentSamples();
  expect(sent.host).toBeNull();
  sent.add('10.9.0.1', '10.8.0.1', 90);
  sent.add('10.9.0.2', '10.8.0.2', 10);
  expect(sent.host).toBe('10.8.0.1');
  sent.add('10.9.0.2', '10.8.0.2', 1);
  expect(sent.host).toBeNull();
});

it('adds up', () => {
  const one = new SentSamples();
  one.add('10.9.0.1', '10.8.0.1', 5);
  const all = new SentSamples();
  all.add('10.9.0.2', '10.8.0.1', 7);
  all.add('10.9.0.1', '10.8.0.1', 3);
  all.addAll(one);
  expect(all.topSources(2)).toEqual(['10.9.0.1', '10.9.0.2']);
  expect(all.topSources(1)).toEqual(['10.9.0.1']);
  expect(all.sourcesAtLeast).toBe(2);
});
