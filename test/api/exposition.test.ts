import {expect, it} from 'vitest';
import {exposition, metricName} from '../../src/api/sflow-rt/exposition.ts';
import {promtoolCheck} from '../support/prometheus.ts';
import {needs} from '../support/tools.ts';

const WILD = 'a"b\\c\nd}{=,# é';

it('writes gauges with their labels, escaped, and none of what has no series', () => {
  const text = exposition([
    {name: 'x_frames', help: 'Of \\ and\na line.', series: [{value: 1.5e-7}, {labels: {a: WILD, b: ''}, value: -3e21}]},
    {name: 'y', help: 'None.', series: []},
  ]);
  expect(text).toBe(
    [
      '# HELP x_frames Of \\\\ and\\na line.',
      '# TYPE x_frames gauge',
      'x_frames 1.5e-7',
      'x_frames{a="a\\"b\\\\c\\nd}{=,# é",b=""} -3e+21',
      '',
    ].join('\n'),
  );
});

it('makes names of what may be none', () => {
  expect(metricName('top-5.ops é')).toBe('top_5_ops__');
});

needs('prometheus')('promtool', () => {
  it('reads whatever a label says', () => {
    const text = exposition([{name: 'x_frames', help: 'One "of" two.', series: [{labels: {name: WILD}, value: 1}]}]);
    expect(promtoolCheck(text)).toBe('');
  });
});
