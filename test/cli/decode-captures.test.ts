import {readFileSync} from 'node:fs';
import {PassThrough} from 'node:stream';
import {expect, it} from 'vitest';
import {decodeFile} from '../../src/cli/decode.ts';
import {captureFiles, captureName, needsCaptures} from '../support/captures.ts';
import {differs, type Sample, toolBlocks} from './sflowtool-text.ts';

const describeCaptures = needsCaptures();

/** Differences that remain, and why tenhertz is right. A capture that is not named here must have none. */
const LINES: Readonly<Record<string, {ours: readonly string[]; why: string}>> = {
  'gopacket-packet5': {
    ours: ['FLOW,192.168.1.18,29,4,000000000000,000000000000,0x0000,0,0,-,-,0,0x00,0,0,0,0x00,0,0,256'],
    why: 'The sample length is 4 short of its own records, which are whole; sflowtool drops the sample.',
  },
  'gopacket-packet11': {
    ours: ['CNTR,127.0.0.1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0'],
    why: 'The sample length runs 40 bytes past the datagram, its record is whole; sflowtool drops it.',
  },
  'tcpdump-sflow-print-segv': {
    ours: ['FLOW,10.0.0.250,691602431,838860800,000000000000,000000000000,0x0000,0,0,-,-,0,0x00,0,0,0,0x00,0,0,0'],
    why: 'A crash input. The sample header is there and is printed; its records are nonsense and are not.',
  },
};

/** The same for single fields of the JSON. */
const FIELDS: Readonly<Record<string, {differences: readonly string[]; why: string}>> = {
  'tcpdump-sflow-print-segv': {
    differences: ['datagramSize: sflowtool 872, tenhertz 868'],
    why: "The UDP length is damaged; the IP length says 868, and sflowtool counts the frame's own padding too.",
  },
};

async function run(file: string, format: 'json' | 'line'): Promise<string> {
  const out = new PassThrough();
  const chunks: Buffer[] = [];
  out.on('data', (chunk: Buffer) => chunks.push(chunk));
  expect(await decodeFile(file, {format, port: 6343}, out, new PassThrough())).toBe(0);
  return Buffer.concat(chunks).toString();
}

const linesOf = (text: string) => text.split('\n').filter((line) => line !== '');

describeCaptures('every capture against sflowtool', () => {
  const compared = captureFiles().filter((file) => {
    try {
      readFileSync(file.replace('.pcap', '.sflowtool.txt'));
      return true;
    } catch {
      return false;
    }
  });

  it('there are captures to compare', () => {
    expect(compared.length).toBeGreaterThan(20);
  });

  for (const file of compared) {
    it(`${captureName(file)}: lines`, async () => {
      const ours = linesOf(await run(file, 'line'));
      const theirs = linesOf(readFileSync(file.replace('.pcap', '.line.txt'), 'utf8'));
      const difference = LINES[captureName(file)];
      if (difference === undefined) expect(ours).toEqual(theirs);
      else expect({ours, theirs}).toEqual({ours: difference.ours, theirs: []});
    });

    it(`${captureName(file)}: every field that sflowtool names, with its value`, async () => {
      const samples = linesOf(await run(file, 'json')).map((line) => JSON.parse(line) as Sample);
      const blocks = toolBlocks(readFileSync(file.replace('.pcap', '.sflowtool.txt'), 'utf8'));
      expect(samples.length).toBeGreaterThanOrEqual(blocks.length);
      expect(blocks.flatMap((block, i) => differs(block, samples[i]!))).toEqual(
        FIELDS[captureName(file)]?.differences ?? [],
      );
    });
  }
});
