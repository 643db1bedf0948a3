import {describe, expect, test} from 'vitest';
import type {CongestionAnswer, DropsAnswer} from '../../src/shared/answers.ts';
import {rowsOf, sentLoads} from '../../web/src/view/congestion/links-panel.tsx';

const LINK = '10.0.0.1~7';

function marksOf(direction: 'in' | 'out', ceShare: number): CongestionAnswer['links'][number] {
  return {
    ...{id: LINK, direction, samples: 100, ceShare, ceShareLow: ceShare, ceShareHigh: ceShare},
    ...{ceFramesPerSecond: 1, ceFramesLow: 1, ceFramesHigh: 1, cnpPerSecond: 1, cnpLow: 1, cnpHigh: 1},
    ...{utilisation: null, utilisationLow: null, utilisationHigh: null},
    discards: {perSecond: 4_200, ageMs: 0, elapsedMs: 20_000},
  };
}

function dropsOf(output: string | null, outDiscardsPerSecond: number): DropsAnswer {
  const flow = {agent: '10.0.0.1', link: LINK, input: LINK, output, reason: 'ttl', code: 1, isRoce: true};
  return {
    ...{finalBefore: 0, window: 60, otherFlows: 0, agents: []},
    reasons: [
      {
        ...{reason: 'ttl', code: 1, framesPerSecond: 1, bitsPerSecond: 1, samples: 60, lastSeen: 0},
        links: [{link: LINK, samples: 60}],
      },
    ],
    flows: [{...flow, source: null, destination: null, destQp: null, frames: 60, bytes: 60, lastSeen: 0}],
    discards: [{link: LINK, time: 0, inDiscardsPerSecond: 0, outDiscardsPerSecond}],
  };
}

describe('congested links', () => {
  test('marks of one direction and discards of the other stand in two rows', () => {
    const rows = rowsOf({links: [marksOf('in', 0.1)]}, dropsOf(LINK, 4_200));
    expect(rows.map(({direction, discards, dropped, marks}) => [direction, discards, dropped, marks?.ceShare])).toEqual(
      [
        ['out', 4_200, 60, undefined],
        ['in', 0, 0, 0.1],
      ],
    );
  });

  test('what is all of one direction is one row', () => {
    const rows = rowsOf({links: [marksOf('out', 0.1)]}, dropsOf(LINK, 4_200));
    expect(rows).toMatchObject([{direction: 'out', discards: 4_200, dropped: 60}]);
  });

  test('packets that were dropped as they came in are of that direction', () => {
    expect(rowsOf({links: []}, dropsOf(null, 0))).toMatchObject([{direction: 'in', discards: null, dropped: 60}]);
  });

  test('counters that tell of none tell it of each direction; how some of them divide is not known by their sum', () => {
    const of = (perSecond: number) => ({...marksOf('in', 0.1), discards: {perSecond, ageMs: 0, elapsedMs: 20_000}});
    expect(rowsOf({links: [of(0)]}, null)).toMatchObject([{discards: 0}]);
    expect(rowsOf({links: [of(5)]}, null)).toMatchObject([{discards: null}]);
  });

  test('without a flow to tell it the direction is not known', () => {
    const rows = rowsOf({links: []}, {...dropsOf(LINK, 0), flows: []});
    expect(rows).toMatchObject([{direction: null, dropped: 60}]);
  });

  test('a link that marks nothing has the load that is told of it among its parallel links', () => {
    const sent = sentLoads({groups: [{links: [{id: LINK, bitsPerSecond: 46e9}]}]}, () => 100e9);
    expect(sent).toEqual(new Map([[LINK, 0.46]]));
    expect(rowsOf({links: []}, dropsOf(LINK, 4_200), sent).map(({direction, load}) => [direction, load])).toEqual([
      ['out', 0.46],
    ]);
    // What it sends says nothing of what it receives, and what marks are told with comes first.
    const marked = {...marksOf('out', 0.1), utilisation: 0.4};
    const rows = rowsOf({links: [marked, marksOf('in', 0.2)]}, null, sent);
    expect(rows.map(({direction, load}) => [direction, load])).toEqual([
      ['in', null],
      ['out', 0.4],
    ]);
    expect(sentLoads({groups: [{links: [{id: LINK, bitsPerSecond: 46e9}]}]}, () => null).size).toBe(0);
  });
});
