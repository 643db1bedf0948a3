import {describe, expect, it} from 'vitest';
import {Count} from '../../src/account/ledger.ts';
import {type Finding, STAGES} from '../../src/shared/health.ts';
import {AGENT, type Content, T} from '../support/partial-builder.ts';
import {makeHarness} from './harness.ts';

/** Seconds in which the same came. */
async function fed(seconds: number, content: Content) {
  const harness = await makeHarness();
  for (let i = 1; i <= seconds; i++) {
    const heard = (content.heard ?? []).map((one) => ({...one, at: (T + i * 10) * 100 - 1}));
    harness.give(T + i * 10, {...content, heard});
  }
  return harness;
}

const LOSSY: Content = {
  heard: [{agent: AGENT, at: 0, received: 80, missing: 30}],
  counts: [
    [Count.DatagramsReceived, 90],
    [Count.DatagramsDecoded, 80],
    [Count.DatagramsDuplicate, 10],
    [Count.DatagramsThinned, 5],
    [Count.DatagramsKernelDropped, 12],
    [Count.DatagramsRingDropped, 3],
    [Count.FlowSamples, 400],
    [Count.FlowSamplesCounted, 390],
    [Count.FlowSamplesNoRate, 10],
    [Count.DiscardedPackets, 4],
    [Count.ClockSteps, 1],
    [Count.ClockStepMs, 1_500],
    [Count.Stalls, 2],
    [Count.StallMs, 300],
  ],
};

const sum = (reasons: Record<string, number>) => Object.values(reasons).reduce((all, one) => all + one, 0);

describe('/api/v1/health', () => {
  it('tells what history and tables take, and Prometheus the same', async () => {
    const {get, fabric} = await fed(3, {rows: [{bin: T, roce: [1_000]}], heard: [{agent: AGENT, at: 0}]});
    fabric.ports.max = 1;
    fabric.ports.intern(fabric.agents.get(AGENT)!, 77);
    const {memory} = (await get('/api/v1/health')).json;
    expect(memory.historyMs).toBe(fabric.rings.depth * 100);
    expect(memory.historyBytes).toBe(fabric.rings.bytes);
    expect(memory.historyBytes).toBeGreaterThan(0);
    const table = (name: string) => memory.tables.find((one: {name: string}) => one.name === name);
    expect(table('agents')).toMatchObject({entries: 1, refused: 0});
    expect(table('ports')).toMatchObject({most: 1, refused: 1});
    expect(table('rows').entries).toBe(fabric.rows.size);
    const {text} = await get('/metrics');
    expect(text).toContain(`tenhertz_history_seconds ${memory.historyMs / 1_000}\n`);
    expect(text).toContain('tenhertz_table_refused_total{table="ports"} 1\n');
  });

  it('says so while bins are dated ahead of the clock', async () => {
    const harness = await fed(20, LOSSY);
    const told = async () => (await harness.get('/api/v1/health')).text.includes('clock was set back');
    expect(await told()).toBe(false);
    const {info, fabric} = harness.context;
    info.wall = () => fabric.time - 90_000;
    expect(await told()).toBe(true);
    info.wall = () => fabric.time + 90_000;
    expect(await told()).toBe(false);
  });

  it('holds ledgers that add up, since the start and lately', async () => {
    const {get} = await fed(20, LOSSY);
    const {json} = await get('/api/v1/health');
    expect(json.recent.seconds).toBe(10);
    for (const [part, seconds] of [
      [json, 20],
      [json.recent, 10],
    ]) {
      const {waterfall, missing} = part;
      expect(waterfall.datagramsReceived).toBe(95 * seconds);
      expect(waterfall.datagramsReceived).toBe(
        waterfall.datagramsDecoded +
          waterfall.datagramsDuplicate +
          waterfall.datagramsThinned +
          sum(waterfall.datagramsRejected),
      );
      expect(waterfall.flowSamples).toBe(waterfall.flowSamplesCounted + sum(waterfall.flowSamplesUnusable));
      expect(waterfall.discardedPackets).toBe(4 * seconds);
      expect(waterfall.datagramsMissing).toBe(30 * seconds);
      expect(sum(missing)).toBe(waterfall.datagramsMissing);
      expect(missing).toEqual({
        kernel: 12 * seconds,
        ring: 3 * seconds,
        thinned: 5 * seconds,
        elsewhere: 10 * seconds,
      });
      expect(part.samples.expected).toBe(part.samples.received + part.samples.missing);
    }
    expect(json.clock).toEqual({steps: 20, stepMs: 30_000, stalls: 40, stallMs: 6_000});
  });

  it('says from the switches to the bins where samples are lost', async () => {
    const {get} = await fed(20, LOSSY);
    const {status, findings} = (await get('/api/v1/health')).json as {status: string; findings: Finding[]};
    expect(status).toBe('degraded');
    const order = findings.map(({where}) => STAGES.indexOf(where));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    const troubled = new Set(findings.filter(({level}) => level !== 'ok').map(({where}) => where));
    expect([...troubled]).toEqual(['network', 'kernel', 'ring', 'decoder', 'time']);
  });

  it('names agents as they name themselves, beside their addresses', async () => {
    const {get, give} = await fed(1, {
      heard: [{agent: AGENT, at: 0, received: 90}],
      names: [{port: 0, name: 'leaf1'}],
      counts: [[Count.DatagramsReceived, 90]],
    });
    give(T + 2_000);
    const {findings} = (await get('/api/v1/health')).json as {findings: Finding[]};
    expect(findings[0]).toMatchObject({level: 'bad', where: 'agents', agents: [AGENT]});
    expect(findings[0]!.what).toContain(`silent: leaf1 (${AGENT})`);
  });

  it('tells of samples that an agent could not take, and not once more as a rate', async () => {
    const harness = await makeHarness();
    for (let i = 1; i <= 20; i++) {
      const heard = [{agent: AGENT, at: (T + i * 10) * 100 - 1, received: 10, flowSamples: 60, agentDrops: 40}];
      harness.give(T + i * 10, {heard, counts: [[Count.DatagramsReceived, 10]]});
    }
    const {findings} = (await harness.get('/api/v1/health')).json as {findings: Finding[]};
    const sampling = findings.filter(({where}) => where === 'sampling');
    expect(sampling).toHaveLength(1);
    expect(sampling[0]).toMatchObject({level: 'warning', agents: [AGENT]});
    expect(sampling[0]!.what).toContain('could not take all samples (40 %)');
  });

  it('says how old interface counters are', async () => {
    const {get, give} = await makeHarness();
    give(T + 10, {counters: [{port: 1, time: T * 100, elapsedMs: 20_000, inOctets: 5}]});
    give(T + 20, {
      counters: [{port: 2, time: (T + 15) * 100, elapsedMs: 20_000, inOctets: 5}],
      rows: [{bin: T + 19, port: 3}],
    });
    expect((await get('/api/v1/health')).json.counters).toEqual({ports: 3, known: 2, newestMs: 500, oldestMs: 2_000});
  });

  it('is well where all is well', async () => {
    const counts: Content['counts'] = [
      [Count.DatagramsReceived, 90],
      [Count.DatagramsDecoded, 90],
    ];
    const {get} = await fed(5, {heard: [{agent: AGENT, at: 0, received: 90}], counts});
    const {status, findings} = (await get('/api/v1/health')).json as {status: string; findings: Finding[]};
    expect(status).toBe('ok');
    expect(new Set(findings.map(({level}) => level))).toEqual(new Set(['ok']));
  });
});
