import {PassThrough, Writable} from 'node:stream';
import {Command} from 'commander';
import {describe, expect, it, vi} from 'vitest';
import {decodeCommand, decodeFile} from '../../src/cli/decode.ts';
import {ethernet as frame, ipv4 as packet, pcap, write} from '../collector/pcap-builder.ts';
import {counterSample, datagram, flowSample, rawHeader, record, words} from '../support/datagram-builder.ts';
import {be, ethernet, ipv4, ipv6, roce, udp} from '../support/packet-builder.ts';

const header = rawHeader(ethernet(ipv4(udp(roce(0x0a, {payload: 64})))));
const good = datagram([flowSample([header], {output: [1, 258]}), counterSample([record(1, Buffer.alloc(88, 1))])]);
const file = (...payloads: Buffer[]) =>
  write(pcap(payloads.map((payload) => ({seconds: 1_700_000_000, fraction: 5, bytes: frame(packet(payload))}))));

async function run(path: string, format: 'json' | 'line' = 'json', port = 6343) {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const texts = ['', ''];
  [out, err].forEach((stream, i) => {
    stream.on('data', (chunk) => {
      texts[i] += chunk;
    });
  });
  const code = await decodeFile(path, {format, port}, out, err);
  return {code, out: texts[0]!, err: texts[1]!};
}

describe('decode', () => {
  it('prints one JSON object a sample', async () => {
    const {code, out, err} = await run(file(good, good));
    expect([code, err]).toEqual([0, '']);
    const samples = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(samples).toHaveLength(4);
    expect(samples[0]).toMatchObject({
      time: '2023-11-14T22:13:20.000005Z',
      source: '192.0.2.1',
      datagram: {agent_address: '10.0.0.1', sample_count: 2},
      sample: 'flow_sample',
      output: {format: 'discarded', reason: 258, reason_name: 'acl'},
      records: [{record: 'sampled_header', packet: {roce_version: 2, roce_class: 'write', starts_operation: 1}}],
    });
    expect(samples[1]).toMatchObject({sample: 'counters_sample', records: [{ifIndex: 0x01010101}]});
  });

  it('prints lines, also of agents and packets over IPv6, and of parsed records', async () => {
    const v6 = rawHeader(ethernet(ipv6(udp(roce(0x11))), 0x86dd));
    const parsed4 = record(3, Buffer.concat([words(100, 6, 0x0a000001, 0x0a000002, 1, 2, 0x10, 8)]));
    const parsed6 = record(4, Buffer.concat([words(200, 17), be([16, 1]), be([16, 2]), words(3, 4, 0, 9)]));
    const switching = record(1001, words(5, 0, 6, 0));
    const odd = record(1038, Buffer.concat([words(6), Buffer.from('foobar')]));
    const icmp = rawHeader(ipv4(be([1, 3], [1, 4], [6, 0]), {protocol: 1}), {protocol: 11, stripped: 18});
    const samples = [
      flowSample([odd, v6, switching], {output: [2, 3]}),
      flowSample([parsed4]),
      flowSample([parsed6]),
      flowSample([icmp]),
    ];
    const {out} = await run(
      file(datagram(samples, {agent: be([16, 7])}), datagram([flowSample([])], {agent: Buffer.alloc(0)})),
      'line',
    );
    expect(out.split('\n')).toEqual([
      'FLOW,0000:0000:0000:0000:0000:0000:0000:0007,7,3,020000000001,020000000002,0x86dd,5,6,2001:0db8:0000:0000:0000:0000:0000:0001,2001:0db8:0000:0000:0000:0000:0000:0002,17,0x6a,62,49152,4791,0x00,86,82,1000',
      'FLOW,0000:0000:0000:0000:0000:0000:0000:0007,7,9,000000000000,000000000000,0x0000,0,0,10.0.0.1,10.0.0.2,6,0x08,0,1,2,0x10,100,100,1000',
      'FLOW,0000:0000:0000:0000:0000:0000:0000:0007,7,9,000000000000,000000000000,0x0000,0,0,0000:0000:0000:0000:0000:0000:0000:0001,0000:0000:0000:0000:0000:0000:0000:0002,17,0x09,0,3,4,0x00,200,200,1000',
      'FLOW,0000:0000:0000:0000:0000:0000:0000:0007,7,9,000000000000,000000000000,0x0000,0,0,10.0.0.1,10.0.0.2,1,0x6a,63,3,4,0x00,32,14,1000',
      'FLOW,-,7,9,000000000000,000000000000,0x0000,0,0,-,-,0,0x00,0,0,0,0x00,0,0,1000',
      '',
    ]);
  });

  it('says in one line what was left out', async () => {
    const {code, out, err} = await run(file(Buffer.from('noise'), good.subarray(0, -4), good));
    expect(code).toBe(0);
    expect(out.trimEnd().split('\n')).toHaveLength(4);
    expect(err).toMatch(/^tenhertz decode: .*: 1 datagram rejected \(header_cut\)|bad_version/);
    expect(err).toMatch(/1 datagram damaged \(sample_cut\)\n$/);
    const none = await run(file(good), 'json', 2055);
    expect(none.err).toMatch(/no datagram to UDP port 2055 in 1 frames, 1 to other ports \(--port 0 takes all\)\n$/);
    expect((await run(file(good), 'json', 0)).out).not.toBe('');
  });

  it('a damaged recording is one line and code 1, after what stands in front of the damage', async () => {
    const {code, out, err} = await run(
      write(pcap([{seconds: 1, fraction: 1, bytes: frame(packet(good))}]), Buffer.alloc(9)),
    );
    expect(code).toBe(1);
    expect(out.trimEnd().split('\n')).toHaveLength(2);
    expect(err).toMatch(/^tenhertz decode: .*: record 2 is cut \(the file ends at \d+\): starts at byte \d+\n$/);
    expect(await run('/nonexistent.pcap')).toMatchObject({
      code: 1,
      err: 'tenhertz decode: /nonexistent.pcap: there is no such file\n',
    });
    expect(await run('/')).toMatchObject({code: 1, err: 'tenhertz decode: /: is a folder\n'});
  });

  it('waits for a slow reader, and ends quietly when it goes away', async () => {
    const large = file(...Array(2_000).fill(good));
    let waiting = 0;
    let most = 0;
    const slow = new Writable({
      highWaterMark: 1,
      write(chunk, _, done) {
        waiting += chunk.length;
        most = Math.max(most, waiting);
        setImmediate(() => {
          waiting -= chunk.length;
          done();
        });
      },
    });
    expect(await decodeFile(large, {format: 'json', port: 6343}, slow, new PassThrough())).toBe(0);
    expect(most).toBeLessThan(200_000);
    const gone = new Writable({
      write(_chunk, _, done) {
        done(Object.assign(new Error('write EPIPE'), {code: 'EPIPE'}));
      },
    });
    const err = new PassThrough();
    expect(await decodeFile(large, {format: 'json', port: 6343}, gone, err)).toBe(0);
    expect(err.read()).toBeNull();
  });

  it('wrong usage is told by commander', async () => {
    const parse = (...args: string[]) => {
      const program = new Command().exitOverride().addCommand(decodeCommand().exitOverride());
      program.commands[0]!.configureOutput({writeErr: () => {}});
      return program.parseAsync(['decode', ...args], {from: 'user'});
    };
    for (const args of [
      [],
      ['x', '--format', 'xml'],
      ['x', '--port', '70000'],
      ['x', '--port', 'no'],
      ['x', '--nope'],
    ]) {
      await expect(parse(...args)).rejects.toMatchObject({exitCode: 1, code: expect.stringMatching(/^commander\./)});
    }
    const writes = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    await parse(file(good), '--format', 'line');
    expect(String(writes.mock.calls[0]![0])).toMatch(/^FLOW,10\.0\.0\.1/);
    writes.mockRestore();
    process.exitCode = 0;
  });
});
