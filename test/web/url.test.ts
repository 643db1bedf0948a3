import {expect, test} from 'vitest';
import {DEFAULTS, readUrl, writeUrl} from '../../web/src/url.ts';

test('what is written is read back', () => {
  const state = {
    place: 'health' as const,
    links: ['10.0.0.1~7', 'fd00::1~12'],
    pins: ['10.0.0.1~7'],
    window: 60,
    trend: 15,
    theme: 'dark' as const,
    view: 'overlay' as const,
    way: 'out' as const,
    sort: 'load' as const,
    kiosk: true,
    zone: 'utc' as const,
    rows: 0,
    job: '',
    by: 'host' as const,
    scope: '',
    find: 'leaf 7',
    order: '-missing' as const,
    agent: 'fd00::1',
    events: 'warning' as const,
  };
  const query = writeUrl(state);
  expect(query).toBe(
    '?v=1&page=health&links=10.0.0.1~7,fd00::1~12&pins=10.0.0.1~7&window=60&trend=15&theme=dark&view=overlay&way=out&sort=load&kiosk=1&time=utc' +
      '&find=leaf%207&order=-missing&agent=fd00::1&events=warning',
  );
  expect(readUrl(query)).toEqual(state);
});

test.each([
  ['heatmap', {rows: 3, sort: 'lateness'}, '&sort=lateness&rows=3'],
  ['jobs', {job: '7'}, '&job=7'],
  ['matrix', {by: 'rail'}, '&by=rail'],
  ['metrics', {scope: 'fd00::1~12'}, '&scope=fd00::1~12'],
] as const)('what belongs to the page %s stands in its address and in no other', (place, state, query) => {
  const here = {...DEFAULTS, ...state, place};
  expect(writeUrl(here)).toContain(query);
  expect(readUrl(writeUrl(here))).toEqual(here);
  expect(writeUrl({...here, place: 'fabric'})).not.toMatch(/rows=|job=|by=|scope=/);
});

test('nonsense falls back to the defaults', () => {
  expect(readUrl('')).toEqual(DEFAULTS);
  expect(
    readUrl(
      '?v=9&window=17&theme=pink&view=3d&links=,,x&kiosk=yes&pins=a~1&page=x&order=-x&events=x&rows=-1&by=x&way=up',
    ),
  ).toEqual(DEFAULTS);
});

test('links are taken once, and no more than lanes can show', () => {
  const many = Array.from({length: 20}, (_, i) => `a~${i}`);
  expect(readUrl(`?links=a~1,a~1,a~2`).links).toEqual(['a~1', 'a~2']);
  expect(readUrl(`?links=${many.join(',')}`).links).toHaveLength(8);
});
