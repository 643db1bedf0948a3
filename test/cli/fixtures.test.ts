import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import {PassThrough} from 'node:stream';
import {describe, expect, it} from 'vitest';
import {decodeFile} from '../../src/cli/decode.ts';
import {repositoryRoot} from '../support/captures.ts';

const folder = join(repositoryRoot, 'fixtures/captures');

describe('the captures in fixtures/ decode to what stands beside them', () => {
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.pcap'))) {
    for (const [format, ending] of [
      ['json', '.jsonl'],
      ['line', '.line.txt'],
    ] as const) {
      it(`${name}: ${format}`, async () => {
        const out = new PassThrough();
        const chunks: Buffer[] = [];
        out.on('data', (chunk: Buffer) => chunks.push(chunk));
        const err = new PassThrough();
        expect(await decodeFile(join(folder, name), {format, port: 6343}, out, err)).toBe(0);
        expect(err.read()).toBeNull();
        await expect(Buffer.concat(chunks).toString()).toMatchFileSnapshot(join(folder, name.replace('.pcap', ending)));
      });
    }
  }
});
