import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {repositoryRoot} from '../support/captures.ts';
import {Checker} from './check.ts';
import {captured, corpus} from './corpus.ts';
import {mutate} from './mutate.ts';
import {Random} from './random.ts';

/** Set by `test/fuzz.mjs` for long runs; a test run does a fixed number from a seed of its own. */
const minutes = Number(process.env['TENHERTZ_FUZZ_MINUTES'] ?? 0);
const seed = Number(process.env['TENHERTZ_FUZZ_SEED'] ?? Date.now() % 2 ** 32);
const MUTATIONS = 200_000;
/** Findings are few or all the same; more would only fill the disk. */
const MAX_FINDINGS = 10;
/** What `decode` prints costs a hundred times as much as decoding. */
const COLD_EVERY = 8;

const seeds = [...corpus(), ...(await captured())];

describe('the decoder under mutation', () => {
  it('holds on what it starts from, and on each prefix of it', () => {
    const checker = new Checker();
    for (const bytes of seeds) {
      checker.check(bytes, true);
      for (let length = 0; length < bytes.length; length++) checker.check(bytes.subarray(0, length), length % 16 === 0);
    }
  });

  it('holds with each 32-bit word at nothing, everything, and four more and less', () => {
    const checker = new Checker();
    for (const bytes of seeds) {
      for (let at = 0; at + 4 <= bytes.length; at += 4) {
        const value = bytes.readUInt32BE(at);
        for (const other of [0, 0xffffffff, value + 4, value - 4]) {
          const copy = Buffer.from(bytes);
          copy.writeUInt32BE(other >>> 0, at);
          checker.check(copy, false);
        }
      }
    }
  });

  it(
    minutes > 0 ? `holds for ${minutes} minutes` : `holds on ${MUTATIONS} mutated datagrams`,
    () => {
      const random = new Random(seed);
      const checker = new Checker();
      const end = Date.now() + minutes * 60_000;
      const findings: string[] = [];
      const outcomes = new Map<number, number>();
      let done = 0;
      for (; minutes > 0 ? Date.now() < end : done < MUTATIONS; done++) {
        const bytes = mutate(seeds, random);
        try {
          const fault = checker.check(bytes, done % COLD_EVERY === 0);
          outcomes.set(fault, (outcomes.get(fault) ?? 0) + 1);
        } catch (error) {
          findings.push(`${keep(bytes)}: ${error instanceof Error ? error.stack : error}`);
          if (findings.length === MAX_FINDINGS) break;
        }
      }
      const counts = [...outcomes].sort(([a], [b]) => a - b).map(([fault, count]) => `${fault}: ${count}`);
      console.log(`fuzz: seed ${seed}, ${done} datagrams, ${findings.length} findings; by fault ${counts.join(', ')}`);
      expect(findings).toEqual([]);
      // Mutation that only ever breaks the first word would prove nothing.
      expect(outcomes.get(0) ?? 0).toBeGreaterThan(done / 10);
    },
    (minutes + 2) * 60_000,
  );
});

/** Writes a finding where the next run starts from it. */
function keep(bytes: Buffer): string {
  const folder = join(repositoryRoot, 'fixtures/malformed');
  mkdirSync(folder, {recursive: true});
  const name = `fuzz-${seed}-${bytes.length}-${Math.abs(bytes.reduce((sum, byte) => (sum * 31 + byte) | 0, 7))}.bin`;
  writeFileSync(join(folder, name), bytes);
  return name;
}
