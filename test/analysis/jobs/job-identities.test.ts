import {describe, expect, it} from 'vitest';
import {JobIdentities} from '../../../src/analysis/jobs/job-identities.ts';
import {JobJoins} from '../../../src/analysis/jobs/job-joins.ts';
import {nameOf, parseJobNames, withName} from '../../../src/analysis/jobs/job-names.ts';

const hosts = (from: number, to: number) => Array.from({length: to - from}, (_, i) => `h${from + i}`);
const LOCK = {a: 0, b: 1, cycles: 40, off: 0.01, isSure: true};

/** Takes the same groups so many times; returns what that changed, by ids. */
function look(identities: JobIdentities, groups: string[][], times = 1) {
  const changes = {appeared: [] as string[], ended: [] as string[]};
  for (let i = 0; i < times; i++) {
    const {appeared, ended} = identities.update(
      groups.map((hosts) => ({hosts})),
      1_000 * i,
    );
    changes.appeared.push(...appeared.map(({id}) => id));
    changes.ended.push(...ended.map(({id}) => id));
  }
  return changes;
}

describe('a group of hosts', () => {
  it('is told of when it was found three times, and has ended when it was missing as often', () => {
    const identities = new JobIdentities();
    expect(look(identities, [hosts(0, 8)], 2)).toEqual({appeared: [], ended: []});
    expect(identities.shown).toEqual([]);
    expect(look(identities, [hosts(0, 8)])).toEqual({appeared: ['j1'], ended: []});
    expect(look(identities, [], 2)).toEqual({appeared: [], ended: []});
    expect(identities.shown).toMatchObject([{id: 'j1', found: -1, hosts: hosts(0, 8)}]);
    expect(look(identities, [])).toEqual({appeared: [], ended: ['j1']});
    expect(identities.shown).toEqual([]);
    // What comes again is another one.
    expect(look(identities, [hosts(0, 8)], 3)).toEqual({appeared: ['j2'], ended: []});
  });

  it('that is seen once by chance is forgotten', () => {
    const identities = new JobIdentities();
    look(identities, [hosts(0, 8)]);
    look(identities, []);
    expect(look(identities, [hosts(0, 8)], 2).appeared).toEqual([]);
  });

  it('stays the same while half of its hosts do, and takes hosts in and lets them go when that lasts', () => {
    const identities = new JobIdentities();
    look(identities, [hosts(0, 8)], 3);
    look(identities, [hosts(0, 9)]);
    expect(identities.shown[0]!.hosts).toEqual(hosts(0, 8));
    look(identities, [hosts(0, 9)]);
    expect(identities.shown[0]!.hosts).toEqual(hosts(0, 9));
    look(identities, [hosts(3, 9)]);
    expect(identities.shown[0]!.hosts).toEqual(hosts(0, 9));
    look(identities, [hosts(3, 9)]);
    expect(identities.shown).toMatchObject([{id: 'j1', hosts: hosts(3, 9)}]);
  });

  it('keeps its name when it is cut in two, and both get theirs back when two were taken for one', () => {
    const identities = new JobIdentities();
    const [first, second] = [hosts(0, 12), hosts(20, 28)];
    look(identities, [first, second], 3);
    look(identities, [[...first, ...second]]);
    expect(identities.shown.map(({id, hosts: {length}}) => [id, length])).toEqual([
      ['j1', 12],
      ['j2', 8],
    ]);
    expect(look(identities, [second, first], 2)).toEqual({appeared: [], ended: []});
    expect(identities.shown.map(({hosts: all}) => all)).toEqual([first, second]);
    look(identities, [hosts(0, 7), hosts(7, 12), second], 3);
    expect(identities.shown.map(({id}) => id)).toEqual(['j1', 'j2', 'j3']);
  });
});

describe('groups in step', () => {
  it('are one until they are out of step twice', () => {
    const joins = new JobJoins();
    const locks = [
      {a: 'j1', b: 'j2', lock: LOCK},
      {a: 'j1', b: 'j3', lock: {...LOCK, cycles: 33}},
    ];
    expect(joins.update(locks).map(({b}) => b)).toEqual(['j2', 'j3']);
    expect(joins.update(locks)).toEqual([]);
    const ids = ['j1', 'j2', 'j3', 'j4'];
    expect(joins.clusters(ids)).toEqual([
      {ids: ['j1', 'j2', 'j3'], lock: {...LOCK, cycles: 33}},
      {ids: ['j4'], lock: undefined},
    ]);
    joins.update(locks.slice(1));
    expect(joins.clusters(ids)).toHaveLength(2);
    joins.update(locks.slice(1));
    expect(joins.clusters(ids).map(({ids: [id]}) => id)).toEqual(['j1', 'j2', 'j4']);
    // Who may or may not be in step goes on as what he was.
    expect(joins.update(locks.map(({lock, ...pair}) => ({...pair, lock: {...lock, isSure: false}})))).toEqual([]);
    expect(joins.clusters(ids).map(({ids: [id]}) => id)).toEqual(['j1', 'j2', 'j4']);
    joins.forget('j3');
    expect(joins.clusters(ids)).toHaveLength(4);
  });
});

describe('the name of a job', () => {
  it('is that of the job with most of its hosts', () => {
    const names = withName(withName([], hosts(0, 8), 'llama'), hosts(8, 16), 'vision');
    expect(nameOf(names, hosts(0, 8))).toBe('llama');
    expect(nameOf(names, hosts(2, 10))).toBe('llama');
    expect(nameOf(names, hosts(0, 17))).toBeUndefined();
    expect(nameOf(names, hosts(20, 28))).toBeUndefined();
    expect(withName(names, hosts(0, 9), 'llama 2').map(({name}) => name)).toEqual(['vision', 'llama 2']);
    expect(withName(names, hosts(0, 8), undefined).map(({name}) => name)).toEqual(['vision']);
    expect(parseJobNames(JSON.parse(JSON.stringify(names)))).toEqual(names);
  });

  it('is read from what was kept, and from nothing else', () => {
    for (const json of [{}, [1], [{name: 'x', hosts: []}], [{name: '', hosts: ['h']}], [{name: 'x', hosts: [1]}]]) {
      expect(() => parseJobNames(json), JSON.stringify(json)).toThrow();
    }
  });
});
