import {describe, expect, it} from 'vitest';
import {datagram, flowSample, rawHeader} from '../support/datagram-builder.ts';
import {be, ethernet, ipv4, roce, udp} from '../support/packet-builder.ts';
import {Feed} from './support/feed.ts';

const write = ethernet(ipv4(udp(roce(0x0a, {payload: 32}))));
const erspan = (packet: Buffer) =>
  ethernet(
    ipv4(Buffer.concat([be([2, 0x1000], [2, 0x88be], [4, 1], [4, 0x10010000], [4, 0]), packet]), {protocol: 47}),
  );
const vxlan = (packet: Buffer) => ethernet(ipv4(udp(Buffer.concat([be([4, 0x08000000], [4, 0x100]), packet]), 4789)));

const sent = (packet: Buffer) => {
  const feed = new Feed();
  feed.send(datagram([flowSample([rawHeader(packet)], {input: [0, 7], output: [0, 9], source: [0, 7]})]));
  const {bins, flows, operations} = feed.finish();
  return {flows: flows.length, operations: operations.length, roce: bins[0]?.['sampledRoceFrames']};
};

describe("a mirror's copies", () => {
  it('are traffic of their link, but no flows and no operations: these were told where they went', () => {
    expect(sent(write)).toEqual({flows: 1, operations: 1, roce: 1});
    expect(sent(erspan(write))).toEqual({flows: 0, operations: 0, roce: 1});
  });

  it('of packets in tunnels are copies too, and those in tunnels of others are not', () => {
    expect(sent(erspan(vxlan(write)))).toEqual({flows: 0, operations: 0, roce: 1});
    expect(sent(vxlan(write))).toEqual({flows: 1, operations: 1, roce: 1});
  });
});
