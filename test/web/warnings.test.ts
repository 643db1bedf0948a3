import {describe, expect, test} from 'vitest';
import type {LiveEvent} from '../../src/shared/live.ts';
import {type Attention, byWeight, mostTelling} from '../../web/src/attention.ts';
import {RECENT_MS, warningsOf} from '../../web/src/warnings.ts';

const NOW = 1_795_000_000_000;
const jobs = [{id: 'j1', name: 'llama'}];

/** Events newest first, of so many seconds ago. */
function told(...events: (Partial<LiveEvent> & {ago: number})[]): LiveEvent[] {
  return events.map(({ago, ...event}, i) => ({
    ...{id: events.length - i, time: NOW - ago * 1_000, kind: 'stalled', level: 'warning', text: 'some words'},
    ...event,
  }));
}

const slow = (ago: number, share: number) => ({
  ...{ago, kind: 'step-slow', job: 'j1', figures: {ms: 500 * (1 + share), usualMs: 500, share}},
});

test('where there is no room for all, the first of each kind is shown, in the order that they have', () => {
  const line = (key: string) => ({
    ...{key, isSure: true, what: '', host: null, link: null, howMuch: '', howSure: '', to: {}, page: ''},
  });
  const all = ['collision a', 'collision b', 'collision c', 'discards ', 'uneven x', 'uneven y'].map(line);
  const keys = (most: number) => mostTelling(all, most).map(({key}) => key);
  expect(keys(4)).toEqual(['collision a', 'collision b', 'discards ', 'uneven x']);
  expect(keys(2)).toEqual(['collision a', 'discards ']);
  expect(keys(9)).toHaveLength(6);
});

describe('warnings of events', () => {
  test('slow steps of a job are one line: how slow the slowest was, since when, and where to look', () => {
    const {attentions, over} = warningsOf(told(slow(10, 0.2), slow(70, 0.41)), [], jobs, NOW);
    expect(attentions).toHaveLength(1);
    const [line] = attentions;
    expect(line).toMatchObject({host: 'llama', what: 'had slow steps', to: {place: 'jobs', job: 'j1'}});
    expect(line!.howMuch).toBe('705\u202fms, 41.0\u202f% longer than usual (500\u202fms)');
    expect(line!.howSure).toMatch(/^2 such events since \d\d:\d\d:\d\d, the last 10\.0 s ago$/);
    expect(over).toBeNull();
  });

  test('steps that became longer are told with what they were, until they become shorter or the job ends', () => {
    const slower = {ago: 60, kind: 'steps-slower', job: 'j1', figures: {fromMs: 500, toMs: 560}};
    const [line] = warningsOf(told(slower), [], [], NOW).attentions;
    expect(line).toMatchObject({host: 'Job j1', what: 'has longer steps'});
    expect(line!.howMuch).toBe('560\u202fms, 12.0\u202f% more than before (500\u202fms)');
    for (const kind of ['steps-faster', 'job-ended']) {
      const end = {ago: 20, kind, level: kind === 'job-ended' ? 'info' : 'good', job: 'j1'} as const;
      expect(warningsOf(told(end, slower), [], [], NOW)).toEqual({
        ...{attentions: [], over: {count: 1, newest: NOW - 60_000}},
      });
    }
    // Of another job it is no end.
    const other = {ago: 20, kind: 'steps-faster', level: 'good', job: 'j2'} as const;
    expect(warningsOf(told(other, slower), [], [], NOW).attentions).toHaveLength(1);
  });

  test('what lasts is told until its end however long ago it began, what happened at an instant for some minutes', () => {
    const ago = RECENT_MS / 1_000 + 1;
    const loss = {ago, kind: 'loss-began', agent: '10.0.0.4', text: 'datagrams of 10.0.0.4 get lost'};
    const {attentions, over} = warningsOf(told({ago}, loss), [], [], NOW);
    expect(attentions.map(({what}) => what)).toEqual([loss.text]);
    expect(over).toBeNull();
    const end = {ago: 30, kind: 'loss-ended', level: 'good', agent: '10.0.0.4'} as const;
    expect(warningsOf(told(end, loss), [], [], NOW)).toEqual({attentions: [], over: null});
    // It began again.
    expect(warningsOf(told({...loss, ago: 5}, end, loss), [], [], NOW).attentions).toHaveLength(1);
    expect(warningsOf(told({ago: ago - 2}), [], [], NOW).attentions).toHaveLength(1);
  });

  test('what answers tell is not told twice; where they do not tell it any more, that it was', () => {
    const incast = told({ago: 30, kind: 'incast', link: '10.0.0.1~7'});
    expect(warningsOf(incast, ['incast 10.0.0.1~7'], [], NOW)).toEqual({attentions: [], over: null});
    expect(warningsOf(incast, [], [], NOW)).toEqual({attentions: [], over: {count: 1, newest: NOW - 30_000}});
  });

  test('each warning of the last minutes is either a line, part of one, or counted as over', () => {
    const kinds = ['step-slow', 'stalled', 'agent-restarted', 'pfc-storm', 'speed-wrong', 'drops-began', 'incast'];
    for (const kind of kinds) {
      const {attentions, over} = warningsOf(told({ago: 1, kind, agent: '10.0.0.1', job: 'j1'}), [], [], NOW);
      expect(attentions.length + (over?.count ?? 0), kind).toBe(1);
    }
    expect(warningsOf(told({ago: 1, level: 'info'}), [], [], NOW)).toEqual({attentions: [], over: null});
  });

  test('slow steps while measuring was disturbed are a line of their own, in doubt, and say why', () => {
    const events = told(slow(10, 0.2), slow(70, 0.41));
    const disturbedAt = (time: number) => (time === NOW - 10_000 ? 'the collector stalled then' : null);
    const {attentions} = warningsOf(events, [], jobs, NOW, disturbedAt);
    expect(attentions.map(({isSure, past, what}) => [isSure, past, what])).toEqual([
      [false, 'doubtful', 'had a slow step'],
      [true, 'over', 'had a slow step'],
    ]);
    expect(attentions[0]!.howSure).toMatch(/10\.0 s ago \(the collector stalled then\)$/);
    // Steps that stay longer are no matter of one instant.
    const slower = {ago: 10, kind: 'steps-slower', job: 'j1', figures: {fromMs: 500, toMs: 560}};
    expect(warningsOf(told(slower), [], jobs, NOW, () => 'why').attentions[0]!.past).toBeUndefined();
  });
});

describe('what comes first', () => {
  const line = (key: string, rest: Partial<Attention> = {}): Attention => ({
    ...{key, isSure: true, what: '', host: null, link: null, howMuch: '', howSure: '', to: {}, page: ''},
    ...rest,
  });
  const jobsPage = {to: {place: 'jobs', job: 'j1'}} as const;
  const all = [
    line('step-slow j1 why', {...jobsPage, past: 'doubtful'}),
    line('stalled ', {past: 'over'}),
    line('step-slow j1', {...jobsPage, past: 'over'}),
    line('collision a', {link: 'a'}),
    line('collision b', {link: 'b'}),
    line('steps-slower j1', jobsPage),
    line('straggler j1 x', {...jobsPage, link: 'c'}),
  ];

  test('what is so now comes before what was, and what is in doubt last', () => {
    expect(byWeight(all).map(({key}) => key)).toEqual([
      ...['straggler j1 x', 'steps-slower j1', 'collision a', 'collision b'],
      ...['step-slow j1', 'stalled ', 'step-slow j1 why'],
    ]);
  });

  test('what is in doubt takes no other line away', () => {
    const keys = (most: number) => mostTelling(byWeight(all), most).map(({key}) => key);
    expect(keys(6)).not.toContain('step-slow j1 why');
    expect(keys(7)).toHaveLength(7);
    expect(keys(4)).toEqual(['straggler j1 x', 'steps-slower j1', 'collision a', 'step-slow j1']);
  });
});
