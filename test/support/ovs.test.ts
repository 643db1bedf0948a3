import {createSocket, type Socket} from 'node:dgram';
import {once} from 'node:events';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {type OvsAgent, startOvs} from './ovs.ts';
import {needs} from './tools.ts';

interface Sample {
  agent: string;
  source: number;
  rate: number;
  input: number;
  output: number;
  frameLength: number;
  stripped: number;
  etherType: number;
  protocol: number;
  ecn: number;
  destinationPort: number;
}

/** Just enough of sFlow v5 to see what Open vSwitch sends, and independent of src/sflow. */
function decode(datagram: Buffer): {sequence: number; samples: Sample[]} {
  const samples: Sample[] = [];
  const agent = datagram.subarray(8, 12).join('.');
  let at = 28;
  for (let left = datagram.readUInt32BE(24); left > 0; left--) {
    const [kind, length] = [datagram.readUInt32BE(at), datagram.readUInt32BE(at + 4)];
    if (kind === 1) {
      const word = (index: number) => datagram.readUInt32BE(at + 8 + 4 * index);
      let record = at + 40;
      while (datagram.readUInt32BE(record) !== 1) record += 8 + datagram.readUInt32BE(record + 4);
      const header = datagram.subarray(record + 24, record + 24 + datagram.readUInt32BE(record + 20));
      const etherType = header.readUInt16BE(12);
      const ipv4 = etherType === 0x0800;
      samples.push({
        agent,
        ...{source: word(1), rate: word(2), input: word(5), output: word(6)},
        ...{frameLength: datagram.readUInt32BE(record + 12), stripped: datagram.readUInt32BE(record + 16), etherType},
        ...{protocol: ipv4 ? header[23]! : 0, ecn: ipv4 ? header[15]! & 3 : 0},
        destinationPort: ipv4 && header.length >= 38 ? header.readUInt16BE(36) : 0,
      });
    }
    at += 8 + length;
  }
  expect(at).toBe(datagram.length);
  return {sequence: datagram.readUInt32BE(16), samples};
}

const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

needs('ovs')('the Open vSwitch agent', () => {
  let socket: Socket;
  let agent: OvsAgent;
  let samples: Sample[] = [];
  let sequences: number[] = [];

  beforeEach(async () => {
    samples = [];
    sequences = [];
    socket = createSocket('udp4');
    socket.bind(0);
    await once(socket, 'listening');
    socket.on('message', (datagram) => {
      const decoded = decode(datagram);
      samples.push(...decoded.samples);
      sequences.push(decoded.sequence);
    });
    agent = await startOvs({collectorPort: socket.address().port, sampling: 1, hosts: 3});
  });
  afterEach(async () => {
    await agent?.stop();
    socket?.close();
  });

  it('samples every frame once at 1-in-1, with lengths that agree with what was sent and with the kernel', async () => {
    const sent = await agent.send(1, 2, {seconds: 1, packetsPerSecond: 400});
    await agent.sendTcp(1, 3, 20_000);
    const {received, ce, acks, cnps, answerBytes} = await agent.answered(2);
    expect([received, ce, acks, cnps]).toEqual([sent.frames, sent.ce, sent.messages, sent.ce]);
    expect(sent.ce).toBeGreaterThan(0);

    // Hosts solicit routers now and then, and samples wait for up to a second: agreement may take a moment.
    const agrees = () => {
      const ports = agent.counters();
      return (
        samples.length === sum(ports.map((port) => port.rxPackets)) &&
        sum(samples.map((sample) => sample.frameLength - 4)) === sum(ports.map((port) => port.rxBytes))
      );
    };
    for (let i = 0; i < 100 && !agrees(); i++) await pause(100);
    expect(agrees()).toBe(true);

    const roce = samples.filter(({protocol, destinationPort}) => protocol === 17 && destinationPort === 4791);
    expect(roce.length).toBe(sent.frames + acks + cnps);
    expect(sum(roce.map(({frameLength}) => frameLength))).toBe(sent.bytes + answerBytes);
    expect(roce.filter((sample) => sample.ecn === 3).length).toBe(sent.ce);
    expect(samples.some(({protocol, destinationPort}) => protocol === 6 && destinationPort === 4791)).toBe(true);
  });

  it('says neither input nor output for its data source, knows both interfaces, and calls floods multiple', async () => {
    await agent.send(1, 2, {seconds: 0.2});
    await pause(1_200);
    const [port1, port2] = agent.counters();
    const data = samples.filter(({input, frameLength}) => input === port1!.ifIndex && frameLength > 1000);
    expect(data.length).toBeGreaterThan(0);
    for (const {agent: address, source, rate, stripped} of samples) {
      expect([address, source, rate, stripped]).toEqual([agent.agentAddress, (2 << 24) + 1000, 1, 4]);
    }
    expect(data.some(({output}) => output === port2!.ifIndex)).toBe(true);
    const arp = samples.filter(({etherType, output}) => etherType === 0x0806 && output >>> 30 === 2);
    expect(arp.length).toBeGreaterThan(0);
  });

  it('starts again as a new agent when the sampling rate changes', async () => {
    await agent.send(1, 2, {seconds: 0.5});
    await pause(1_200);
    agent.setSampling(5);
    await agent.send(1, 2, {seconds: 0.5, packetsPerSecond: 400, offMs: 0});
    await pause(1_200);
    const again = sequences.lastIndexOf(1);
    expect(again).toBeGreaterThan(1);
    const counted = sequences.map((_, index) => (index < again ? index : index - again) + 1);
    expect(sequences).toEqual(counted);
    expect([samples[0]?.rate, samples.at(-1)?.rate]).toEqual([1, 5]);
  });
});
