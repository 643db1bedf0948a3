import {describe, expect, it} from 'vitest';
import {Random} from '../../src/simulator/random.ts';
import {type DrawnPort, DrawnStream, type StreamOptions} from '../support/drawn-stream.ts';
import {AGENT, type CounterRow, T} from '../support/partial-builder.ts';
import {type Harness, makeHarness} from './harness.ts';

const LINK = `${AGENT}~1`;

/** Passes `bins` bins of a stream with counters every five seconds. */
function pass(harness: Harness, options: StreamOptions & {loss?: number; drops?: number}, bins: number): void {
  const stream = new DrawnStream(options, new Random(1));
  const told = new Map<number, number>();
  for (let bin = T; bin < T + bins; bin++) {
    const content = stream.bin(bin, options.loss);
    const heard = content.heard.map((one) => ({
      ...one,
      agentDrops: options.drops ?? 0,
      uncertainMs: 30 * (one.flowSamples ?? 0),
    }));
    const counters = options.ports.flatMap(({ifIndex}): CounterRow[] => {
      if ((bin - T) % 50 !== 49) return [];
      const {bytes, frames} = stream.truth.get(ifIndex)!;
      const octets = bytes - 4 * frames;
      const before = told.get(ifIndex);
      told.set(ifIndex, octets);
      const since = before === undefined ? {elapsedMs: 0, inOctets: 0} : {elapsedMs: 5_000, inOctets: octets - before};
      return [{port: ifIndex, time: bin * 100 + 99, ...since}];
    });
    harness.give(bin + 1, {...content, heard, counters});
  }
}

const ports = (rate: number, claims = rate): DrawnPort[] =>
  [1, 2].map((ifIndex) => ({ifIndex, rate, claims, frames: () => 20 * rate}));

const agent = async ({get}: Harness) => (await get('/api/v1/agents')).json.agents[0];
const link = async ({get}: Harness) => (await get(`/api/v1/links/${LINK}`)).json;

describe('REST says of sampling', () => {
  it('what is missing, what was dropped, and how well time is known', async () => {
    const harness = await makeHarness();
    pass(harness, {ports: ports(1_000), loss: 0.25, drops: 2}, 200);
    const {samples, timeResolutionMs, timeResolutionNote, subAgents} = await agent(harness);
    expect(samples.received + samples.missing).toBeGreaterThan(7_000);
    expect(samples.missing / (samples.received + samples.missing)).toBeCloseTo(0.25, 1);
    expect(samples.missingShare).toBeCloseTo(0.25, 1);
    expect(samples.agentDrops).toBe(400);
    expect(timeResolutionMs).toBeCloseTo(30, 6);
    expect(timeResolutionNote).toBeNull();
    expect(subAgents[0]).toMatchObject({missingFlowSamples: samples.missing, agentDrops: 400, timestamped: 0});
    expect((await link(harness)).effectiveRate / 1_333).toBeCloseTo(1, 0);
  });

  it('that an agent flushes too seldom for bins of 100 ms', async () => {
    const harness = await makeHarness();
    for (let bin = T; bin < T + 20; bin++) {
      const heard = {agent: AGENT, at: bin * 100 + 50, flowSamples: 4, uncertainMs: 4_000};
      harness.give(bin + 1, {rows: [{bin, roce: [1_000]}], heard: [heard]});
    }
    const {timeResolutionMs, timeResolutionNote} = await agent(harness);
    expect(timeResolutionMs).toBe(1_000);
    expect(timeResolutionNote).toContain('1000 ms');
  });

  it('that counters confirm it, and what the rate is good for', async () => {
    const harness = await makeHarness();
    pass(harness, {ports: ports(1_000), pool: 'fake'}, 400);
    const {samplesVersusCounters, effectiveRates, advice} = await agent(harness);
    expect(samplesVersusCounters).toMatchObject({verdict: 'agrees', seconds: 35, suggestedRate: null});
    expect(samplesVersusCounters.low).toBeLessThan(1);
    expect(samplesVersusCounters.high).toBeGreaterThan(1);
    expect(effectiveRates).toEqual([]);
    expect(advice.samplesPerSecond / 400).toBeCloseTo(1, 0.5);
    // Two ports of 100 Gbit/s with frames of 1,000 bytes, received only.
    expect(advice.samplesPerSecondAtLineRate / ((2 * 100e9) / (8 * 1_020 * 1_000))).toBeCloseTo(1, 2);
    expect(advice.policer).toEqual({limit: 8_000, share: advice.samplesPerSecondAtLineRate / 8_000});
    const {samplesVersusCounters: versus, advice: ofPort, counters, effectiveRate} = await link(harness);
    expect(versus.in).toMatchObject({verdict: 'agrees', seconds: 35, why: null});
    expect(versus.out).toMatchObject({ratio: null, verdict: 'unknown', why: expect.stringContaining('derived')});
    expect(ofPort).toMatchObject({suggestedRate: 10_000});
    expect(counters.ageMs).toBe(1);
    expect(effectiveRate).toBe(1_000);
  });

  it('that the rate is wrong: found by counters, or by the pool', async () => {
    const byCounters = await makeHarness();
    pass(byCounters, {ports: ports(500, 1_000), pool: 'fake'}, 400);
    expect((await agent(byCounters)).samplesVersusCounters).toMatchObject({verdict: 'disagrees', suggestedRate: 500});
    const byPool = await makeHarness();
    pass(byPool, {ports: ports(500, 1_000), pool: 'own'}, 400);
    const {effectiveRates} = await agent(byPool);
    expect(effectiveRates).toMatchObject([
      {dataSource: '0:1', nominal: 1_000, reason: 'sample pool'},
      {dataSource: '0:2', nominal: 1_000, reason: 'sample pool'},
    ]);
    expect(effectiveRates[0].effective / 500).toBeCloseTo(1, 0.9);
  });

  it('that it is still wrong while a burst makes the newest reading say nothing', async () => {
    const harness = await makeHarness();
    const start = T;
    // Counters arrive every five seconds; the last ones in the middle of the burst.
    const bursts = ports(500, 1_000).map((port) => ({
      ...port,
      frames: (bin: number) => (bin - start > 392 ? 2_000 : 20) * 500,
    }));
    pass(harness, {ports: bursts, pool: 'fake'}, 400);
    const {counterCheck, agents} = harness.fabric;
    expect(counterCheck.ofAgent(agents.get(AGENT)!)!.verdict).toBe('unknown');
    expect((await agent(harness)).samplesVersusCounters).toMatchObject({verdict: 'disagrees', suggestedRate: 500});
  });

  it('the same to Prometheus', async () => {
    const harness = await makeHarness();
    pass(harness, {ports: ports(1_000), loss: 0.25, drops: 2}, 200);
    const {text} = await harness.get('/metrics');
    const value = (name: string) => Number(new RegExp(`^${name}\\{agent="${AGENT}"\\} (.*)$`, 'm').exec(text)?.[1]);
    const {samples} = await agent(harness);
    expect(value('tenhertz_agent_samples_missing_total')).toBe(samples.missing);
    expect(value('tenhertz_agent_sample_drops_total')).toBe(400);
    expect(value('tenhertz_agent_time_resolution_seconds')).toBeCloseTo(0.03, 9);
    expect(value('tenhertz_agent_samples_versus_counters')).toBeCloseTo(1, 0.9);
  });
});
