import {describe, expect, it} from 'vitest';
import {Count} from '../../../src/account/ledger.ts';
import {findings} from '../../../src/fabric/findings/findings.ts';
import type {AgentFacts, Facts} from '../../../src/fabric/findings/findings-facts.ts';
import {NOTHING, type Reading} from '../../../src/fabric/findings/waterfall.ts';
import {type Finding, STAGES} from '../../../src/shared/health.ts';

const agent = (address: string, rest: Partial<AgentFacts> = {}): AgentFacts => ({
  address,
  label: address,
  isSilent: false,
  loss: undefined,
  drops: undefined,
  timeResolutionMs: 2,
  versusCounters: {verdict: 'agrees', ratio: 1, seconds: 60},
  suggestedRate: null,
  effectiveRates: [],
  ...rest,
});

function reading(counts: readonly (readonly [number, number])[], rest: Partial<Reading> = {}): Reading {
  const all = new Float64Array(NOTHING.counts.length);
  for (const [count, value] of counts) all[count] = value;
  return {...NOTHING, ...rest, counts: all};
}

/** A healthy server of two agents, and what is otherwise. */
function find(change: Partial<Facts> = {}): Finding[] {
  const usual = reading([[Count.DatagramsReceived, 1_000]], {received: 1_000});
  return findings({
    agents: [agent('10.0.0.1'), agent('10.0.0.2')],
    total: usual,
    recent: usual,
    recentSeconds: 10,
    receiver: 'native',
    receiveBufferBytes: 16 * 1024 * 1024,
    udpPort: 6343,
    sinceStepMs: Number.POSITIVE_INFINITY,
    sinceStallMs: Number.POSITIVE_INFINITY,
    aheadMs: -400,
    ...change,
  });
}

/** The findings that are not ok. */
const troubles = (change: Partial<Facts>) => find(change).filter(({level}) => level !== 'ok');

it('where all is well every stage says so, from the switches to the bins', () => {
  const all = find();
  expect(all.map(({where}) => where)).toEqual(STAGES);
  for (const finding of all) expect(finding).toMatchObject({level: 'ok', do: ''});
  expect(all[0]!.what).toBe('all 2 agents are heard');
});

it('a recording has no kernel and no ring', () => {
  const where = find({receiver: undefined, receiveBufferBytes: undefined}).map((finding) => finding.where);
  expect(where).not.toContain('kernel');
  expect(where).not.toContain('ring');
});

describe('agents', () => {
  it('that never came: where to point them', () => {
    expect(troubles({agents: [], total: NOTHING, recent: NOTHING})[0]).toMatchObject({
      where: 'agents',
      what: 'no agent has sent anything yet',
      do: expect.stringContaining('UDP port 6343'),
    });
  });

  it('that are silent are named, the first of many', () => {
    const agents = Array.from({length: 9}, (_, i) => agent(`10.0.0.${i}`, {isSilent: i > 0}));
    const [silent] = troubles({agents});
    expect(silent).toMatchObject({level: 'bad', where: 'agents', agents: agents.slice(1, 6).map((a) => a.address)});
    expect(silent!.what).toContain('8 of 9 agents silent: 10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4, 10.0.0.5 and 3 more');
  });
});

describe('sampling', () => {
  it('that does not fit the counters is bad, with the rate that would', () => {
    const wrong = {verdict: 'disagrees', ratio: 2.003, seconds: 40} as const;
    const [finding] = troubles({agents: [agent('leaf1', {versusCounters: wrong, suggestedRate: 500})]});
    expect(finding).toMatchObject({level: 'bad', where: 'sampling', agents: ['leaf1']});
    expect(finding!.what).toBe("samples of leaf1 make 2 × what its interfaces' counters say, over 40 s");
    expect(finding!.do).toContain('1-in-500');
  });

  it('that is corrected by the pool is told', () => {
    const rates = [{dataSource: '0:7', nominal: 1_000, effective: 500, reason: 'its pool'}];
    const [finding] = troubles({agents: [agent('leaf1', {effectiveRates: rates})]});
    expect(finding).toMatchObject({level: 'warning', where: 'sampling'});
    expect(finding!.what).toBe(
      'leaf1 samples 1-in-500 at 0:7, and claims 1-in-1,000 (its pool); figures are corrected',
    );
  });

  it('that an agent cannot keep up with names the worst', () => {
    const drops = (missing: number) => ({drops: {missing, expected: 1_000, looks: 9}});
    const [finding] = troubles({agents: [agent('a', drops(20)), agent('b', drops(300))]});
    expect(finding).toMatchObject({level: 'warning', where: 'sampling', agents: ['a', 'b']});
    expect(finding!.what).toContain('a, b could not take all samples (up to 30 % at b)');
  });

  it('of many agents is one finding for all but the first', () => {
    const wrong = {verdict: 'disagrees', ratio: 0.5, seconds: 40} as const;
    const agents = Array.from({length: 40}, (_, i) => agent(`a${i}`, {versusCounters: wrong}));
    const found = troubles({agents});
    expect(found).toHaveLength(6);
    expect(found.at(-1)!.what).toContain('30 more');
  });

  it('that nothing can be compared with says what is needed', () => {
    const agents = [agent('a', {versusCounters: {verdict: 'unknown', ratio: null, seconds: 0}})];
    const finding = find({agents}).find(({where}) => where === 'sampling');
    expect(finding).toMatchObject({level: 'ok', do: expect.stringContaining('counters')});
  });
});

describe('the way in', () => {
  const lost = (counts: readonly (readonly [number, number])[], rest: Partial<Reading> = {}) => {
    const recent = reading([[Count.DatagramsReceived, 900], ...counts], {received: 900, ...rest});
    return {total: recent, recent};
  };

  it('says what went missing on the network, and from whom', () => {
    const agents = [agent('a'), agent('b', {loss: {missing: 100, expected: 500, looks: 9}})];
    const [finding, ...others] = troubles({agents, ...lost([], {missing: 100})});
    expect(others).toEqual([]);
    expect(finding).toMatchObject({level: 'warning', where: 'network', agents: ['b']});
    expect(finding!.what).toContain('100 of 1,000 (10 %) in the last 10 s, from b');
    expect(finding!.do).toContain('rate limit of the switch CPU');
  });

  it('looks at what agents share where all of them lose', () => {
    const loss = {missing: 100, expected: 500, looks: 9};
    const [finding] = troubles({agents: [agent('a', {loss}), agent('b', {loss})], ...lost([], {missing: 100})});
    expect(finding!.do).toContain('net.core.netdev_max_backlog');
  });

  it('does not blame the network for what this machine dropped', () => {
    const agents = [agent('b', {loss: {missing: 100, expected: 500, looks: 9}})];
    const found = troubles({agents, ...lost([[Count.DatagramsKernelDropped, 100]], {missing: 100})});
    expect(found.map(({where}) => where)).toEqual(['kernel']);
  });

  it('tells duplicates', () => {
    const [finding] = troubles(lost([[Count.DatagramsDuplicate, 400]]));
    expect(finding).toMatchObject({where: 'network', what: expect.stringContaining('come twice')});
  });

  it.each([
    ['a small buffer', {receiveBufferBytes: 212_992}, /net\.core\.rmem_max to 16777216/],
    ['plain sockets', {receiver: 'dgram'}, /native receiver/],
    ['neither', {}, /core of its own/],
  ] as const)('advises on drops of the kernel: %s', (_, change, advice) => {
    const [finding] = troubles({...change, ...lost([[Count.DatagramsKernelDropped, 100]])});
    expect(finding).toMatchObject({level: 'warning', where: 'kernel', do: expect.stringMatching(advice)});
    expect(finding!.what).toContain('100 of 1,000 (10 %)');
  });

  it('warns of a small buffer in time, and says what was dropped before', () => {
    const kernel = find({
      receiveBufferBytes: 212_992,
      total: reading([[Count.DatagramsKernelDropped, 7]]),
    }).find(({where}) => where === 'kernel')!;
    expect(kernel.level).toBe('ok');
    expect(kernel.what).toBe('no datagrams dropped by the kernel now; 7 since the start; its buffer is 208 KiB only');
    expect(kernel.do).toContain('rmem_max');
  });

  it('tells the ring and thinning', () => {
    const [finding] = troubles(lost([[Count.DatagramsThinned, 900]]));
    expect(finding).toMatchObject({level: 'bad', where: 'ring', what: expect.stringContaining('900 of 1,800 (50 %)')});
  });

  it('tells what cannot be read or used, by reason', () => {
    const found = troubles(
      lost([
        [Count.DatagramsAgentRefused, 3],
        [Count.FlowSamples, 100],
        [Count.FlowSamplesNoRate, 40],
        [Count.FlowSamplesNoPort, 10],
      ]),
    );
    expect(found.map(({where, level}) => [where, level])).toEqual([
      ['decoder', 'warning'],
      ['decoder', 'bad'],
    ]);
    expect(found[1]!.what).toContain('50 of 100 (50 %) in the last 10 s: no rate 40, no port 10');
    expect(found[1]!.do).toContain('no sampling rate');
  });

  it('tells full tables and late results', () => {
    const found = troubles(lost([], {tablesRefused: 5, rowsLate: 2, partialsLost: 1}));
    expect(found.map(({where, level}) => [where, level])).toEqual([
      ['tables', 'bad'],
      ['tables', 'bad'],
    ]);
  });
});

describe('time', () => {
  it('that an agent cannot give to 100 ms is told', () => {
    const agents = [agent('a'), agent('b', {timeResolutionMs: 1_000})];
    const [finding] = troubles({agents});
    expect(finding).toMatchObject({level: 'warning', where: 'time', agents: ['b']});
    expect(finding!.what).toContain('b sends samples too seldom for 100 ms: known to 1 s only');
  });

  it('that was set is told for ten minutes, that it stood still for one', () => {
    const total = reading([
      [Count.ClockSteps, 2],
      [Count.ClockStepMs, 6_000],
      [Count.Stalls, 9],
      [Count.StallMs, 1_400],
    ]);
    expect(troubles({total, sinceStepMs: 700_000, sinceStallMs: 70_000})).toEqual([]);
    const found = troubles({total, sinceStepMs: 30_000, sinceStallMs: 5_000});
    expect(found.map(({what}) => what)).toEqual([
      expect.stringMatching(/set forward 30 s ago: 2 times since the start, by 6 s in all/),
      expect.stringMatching(/stood still 5 s ago: 9 times since the start, for 1 s in all/),
    ]);
  });

  it('that bins are ahead of the clock, for as long as they are', () => {
    expect(troubles({aheadMs: 999})).toEqual([]);
    expect(troubles({aheadMs: 3_600_000})).toEqual([
      expect.objectContaining({
        level: 'warning',
        where: 'time',
        what: expect.stringMatching(/^this server's clock was set back: bins are dated 60 min ahead of it/),
      }),
    ]);
  });
});
