import {afterEach, beforeEach, expect, it} from 'vitest';
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

  it('estimates the bytes of every port, both directions, as the kernel counts them', async () => {
    const before = agent.counters();
    const from = Date.now() - 1_000;
    const seconds = 8;
    await Promise.all(
      [1, 2, 3, 4].map((host) => agent.send(host, (host % HOSTS) + 1, {seconds, packetsPerSecond: 4_000})),
    );
    for (let host = 1; host <= HOSTS; host++) await agent.answered(host);
    const after = agent.counters();
    const sentAt = Date.now();
    // The agent holds back a part-filled datagram for up to a second; wait until what is final reaches past it.
    await until(
      'final',
      () => rest.health(),
      ({finalBefore}) => finalBefore > sentAt + 1_500,
    );

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
        const series = await rest.linkSeries(id, `measure=all&direction=${direction}&from=${from}&step=60000`);
        const estimate = bytesOf(
          await rest.linkSeries(id, `measure=all&direction=${direction}&from=${from}`),
          'values',
        );
        const share = series.values.map((value, i) => (series.high[i]! - series.low[i]!) / 2 / (value || 1));
        const halfWidth = (Math.max(...share) * estimate * Z_FAMILY) / Z_95;
        checked.push(
          `${port.device} ${direction}: ${estimate} against ${truth[direction]}, ± ${Math.round(halfWidth)}`,
        );
        expect(truth[direction], checked.join('\n')).toBeGreaterThan(5e6);
        expect(Math.abs(estimate - truth[direction]), checked.join('\n')).toBeLessThan(halfWidth);
        expect(halfWidth, checked.join('\n')).toBeLessThan(0.15 * truth[direction]);
      }
    }
    expect(checked).toHaveLength(HOSTS * 2);
    const {in: inRate} = (await rest.links()).find(({ifIndex}) => ifIndex === after[0]!.ifIndex)!;
    expect(inRate.all.samples).not.toBeNull();
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
