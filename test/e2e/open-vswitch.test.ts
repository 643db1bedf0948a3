import {setTimeout as passed} from 'node:timers/promises';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {startLyingRelay} from '../support/lying-relay.ts';
import type {PortCounters} from '../support/netns.ts';
import {type OvsAgent, startOvs} from '../support/ovs.ts';
import {bytesOf, Rest, until} from '../support/rest.ts';
import {type Server, startServer} from '../support/server.ts';
import {needs} from '../support/tools.ts';

const HOSTS = 4;
const SAMPLING = 10;
/** FCS, which the kernel does not count and frame_length does. */
const FCS = 4;
/** 95 % two-sided, and 99.9 % for all ports and directions together: 1 - 0.001 / 8 (Bonferroni). */
const Z_95 = 1.96;
const Z_FAMILY = 3.84;

interface RestAgent {
  address: string;
  samplesVersusCounters: {ratio: number; low: number; high: number; verdict: string; suggestedRate: number | null};
}

interface Kernel {
  before: PortCounters[];
  after: PortCounters[];
  /** Epoch ms before the first frame. */
  from: number;
}

needs('ovs')('with a real agent', () => {
  let server: Server;
  let agent: OvsAgent;
  let rest: Rest;

  beforeEach(async () => {
    server = await startServer();
    agent = await startOvs({collectorPort: server.udpPort, sampling: SAMPLING, hosts: HOSTS});
    rest = new Rest(server.url);
  });
  afterEach(async () => {
    await agent?.stop();
    await server?.stop();
  });

  /** Traffic around the ring of hosts for so long; `meanwhile` runs beside it. Returns what the kernel counted. */
  async function ringTraffic(seconds: number, meanwhile?: () => Promise<void>): Promise<Kernel> {
    const before = agent.counters();
    const from = Date.now() - 1_000;
    await Promise.all([
      ...[1, 2, 3, 4].map((host) => agent.send(host, (host % HOSTS) + 1, {seconds, packetsPerSecond: 4_000})),
      meanwhile?.(),
    ]);
    for (let host = 1; host <= HOSTS; host++) await agent.answered(host);
    const after = agent.counters();
    const sentAt = Date.now();
    // The agent holds back a part-filled datagram for up to a second; wait until what is final reaches past it.
    await until(
      'final',
      () => rest.health(),
      ({finalBefore}) => finalBefore > sentAt + 1_500,
    );
    return {before, after, from};
  }

  /** Holds the estimate of every port and direction against the kernel: 1 lies in the band of each ratio. */
  async function compare({before, after, from}: Kernel, widest: number): Promise<void> {
    const checked: string[] = [];
    for (const port of after) {
      const was = before.find(({ifIndex}) => ifIndex === port.ifIndex)!;
      const truth = {
        in: port.rxBytes - was.rxBytes + FCS * (port.rxPackets - was.rxPackets),
        out: port.txBytes - was.txBytes + FCS * (port.txPackets - was.txPackets),
      };
      for (const direction of ['in', 'out'] as const) {
        const id = `${agent.agentAddress}~${port.ifIndex}`;
        // One step over everything: its band comes from the summed moments.
        const series = await rest.linkSeries(id, `measure=all&direction=${direction}&from=${from}&step=3600000`);
        const estimate = bytesOf(
          await rest.linkSeries(id, `measure=all&direction=${direction}&from=${from}`),
          'values',
        );
        const share = series.values.map((value, i) => (series.high[i]! - series.low[i]!) / 2 / (value || 1));
        const halfWidth = (Math.max(...share) * estimate * Z_FAMILY) / Z_95;
        const ratio = (estimate / truth[direction]).toFixed(4);
        const band = (halfWidth / truth[direction]).toFixed(4);
        checked.push(`${port.device} ${direction}: estimate / kernel = ${ratio} ± ${band}`);
        expect(truth[direction], checked.join('\n')).toBeGreaterThan(5e6);
        expect(Math.abs(estimate - truth[direction]), checked.join('\n')).toBeLessThan(halfWidth);
        expect(halfWidth, checked.join('\n')).toBeLessThan(widest * truth[direction]);
      }
    }
    expect(checked).toHaveLength(HOSTS * 2);
    console.log(checked.join('\n'));
  }

  it('estimates the bytes of every port, both directions, as the kernel counts them', async () => {
    const kernel = await ringTraffic(30);
    await compare(kernel, 0.08);
    const {in: inRate} = (await rest.links()).find(({ifIndex}) => ifIndex === kernel.after[0]!.ifIndex)!;
    expect(inRate.all.samples).not.toBeNull();
  });

  it('changing the sampling rate of the running agent changes nothing but the noise', async () => {
    const kernel = await ringTraffic(15, async () => {
      await passed(5_000);
      agent.setSampling(4 * SAMPLING);
      await passed(5_000);
      agent.setSampling(SAMPLING / 2);
    });
    await compare(kernel, 0.15);
    // It starts anew with each change, and that is told.
    const events = await rest.events();
    expect(events.map(({kind}) => kind)).toContain('sampling-rate-changed');
  });

  it('finds by its counters that an agent claims twice the rate it samples at, and names it', async () => {
    // A server that has not yet heard this address from its owner.
    await agent.stop();
    await server.stop();
    server = await startServer();
    rest = new Rest(server.url);
    const relay = await startLyingRelay(server.udpPort, 2);
    try {
      const polling = 5;
      agent = await startOvs({collectorPort: relay.port, sampling: SAMPLING, hosts: HOSTS, polling});
      const sending = Promise.allSettled(
        [1, 2, 3, 4].map((host) =>
          agent.send(host, (host % HOSTS) + 1, {seconds: 4 * polling, packetsPerSecond: 4_000}),
        ),
      );
      const [event] = await until(
        'the finding',
        () => rest.events('&kind=sampling-rate-wrong'),
        (events) => events.length > 0,
      );
      expect(relay.changed()).toBeGreaterThan(100);
      expect(event!.agent).toBe(agent.agentAddress);
      expect(event!.text).toContain(agent.agentAddress);
      // Within two intervals of the counters, from the first traffic on, and what the datagrams waited.
      const [first] = (await rest.events('&kind=agent-appeared')).slice(-1);
      console.log(`found after ${(event!.time - first!.time) / 1_000} s: ${event!.text}`);
      expect(event!.time - first!.time).toBeLessThan((2 * polling + polling + 2) * 1_000);
      // One of its ports may be sure before all of them together are.
      const samplesVersusCounters = await until(
        'the verdict on the agent',
        async () => {
          const {agents} = await rest.get<{agents: RestAgent[]}>('agents');
          return agents.find(({address}) => address === agent.agentAddress)!.samplesVersusCounters;
        },
        ({verdict}) => verdict === 'disagrees',
      );
      expect(samplesVersusCounters.suggestedRate).toBe(SAMPLING);
      expect(samplesVersusCounters.low).toBeLessThan(2);
      expect(samplesVersusCounters.high).toBeGreaterThan(2);
      await sending;
    } finally {
      relay.stop();
    }
  });

  it('recognises RoCEv2 frames with their flows and marks, and does not take TCP on port 4791 for them', async () => {
    const sent = await agent.send(1, 2, {seconds: 3, packetsPerSecond: 2_000});
    await agent.sendTcp(3, 4, 3_000_000);
    const sentAt = Date.now();
    await until(
      'final',
      () => rest.health(),
      ({finalBefore}) => finalBefore > sentAt + 1_500,
    );

    const {waterfall} = await rest.health();
    expect(waterfall['flowSamplesCounted']).toBeGreaterThan(300);
    // Data and the ACKs and CNPs that came back: about one in ten of all.
    const {acks, cnps} = await agent.answered(2);
    const truth = sent.frames + acks + cnps;
    const sampled = waterfall['roceSamples']!;
    expect(Math.abs(sampled * SAMPLING - truth)).toBeLessThan(Z_FAMILY * SAMPLING * Math.sqrt(sampled + 1));

    const links = await rest.links();
    const device = (host: number) => agent.counters()[host - 1]!.ifIndex;
    const series = async (host: number, measure: string) => {
      const id = links.find(({ifIndex}) => ifIndex === device(host))!.id;
      return bytesOf(await rest.linkSeries(id, `measure=${measure}`), 'values');
    };
    expect(await series(3, 'all')).toBeGreaterThan(1e6);
    expect(await series(3, 'roce')).toBe(0);
    expect(await series(1, 'roce')).toBeGreaterThan(1e6);
    // The agent names its ports, and says that its data source is neither of them.
    const one = links.find(({ifIndex}) => ifIndex === device(1))!;
    expect(one.name).toBe('v1');
    expect(one.basis).toEqual({in: 'observed', out: 'derived'});
  });

  it('lists the flow of two hosts with its queue pair, DSCP, CE share and CNPs', async () => {
    const sending = agent.send(1, 2, {seconds: 5, offMs: 0, packetsPerSecond: 2_000, ceEvery: 5});
    const flows = await until(
      'a flow',
      () => rest.flows('&host=10.9.0.1'),
      (found) => found.some(({source, ce, cnpPerSecond}) => source === '10.9.0.1' && ce > 0.1 && cnpPerSecond > 0),
    );
    await sending;
    const flow = flows.find(({source}) => source === '10.9.0.1')!;
    expect(flow.destination).toBe('10.9.0.2');
    expect(flow.dscp).toBe(26);
    expect(flow.destQp).toBeGreaterThan(0);
    expect(flow.ce).toBeLessThan(0.35);
    expect(flow.links[0]).toBe(`${agent.agentAddress}~${agent.counters()[0]!.ifIndex}`);
    expect(await rest.flows('&host=10.9.0.99')).toEqual([]);
  });
});
