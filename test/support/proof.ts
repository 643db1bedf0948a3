/**
 * Proofs are randomised tests that are worth running much longer than every `npm test` can: a slice there, the whole
 * under `npm run prove` (test/prove.mjs), which also writes down what was run.
 */
import {appendFileSync} from 'node:fs';
import {expect, onTestFailed} from 'vitest';

/** How many seeds or cases to run: `slice` in a test run, `full` in a proof. Call it inside the test. */
export function proofCount(slice: number, full: number): number {
  const cases = process.env['TENHERTZ_PROVE'] === '1' ? full : slice;
  const log = process.env['TENHERTZ_PROOF_LOG'];
  if (log) {
    const {testPath, currentTestName} = expect.getState();
    appendFileSync(log, `${JSON.stringify({file: testPath, test: currentTestName, cases})}\n`);
  }
  return cases;
}

/**
 * The seed of this run, printed when the test fails. Test runs use 1, so that they say the same thing twice; a proof
 * looks elsewhere each time. TENHERTZ_SEED repeats a failure.
 */
export function proofSeed(): number {
  const given = process.env['TENHERTZ_SEED'];
  const proving = process.env['TENHERTZ_PROVE'] === '1';
  const seed = given ? Number(given) : proving ? Math.floor(Math.random() * 2 ** 31) : 1;
  onTestFailed(() => console.error(`failed with seed ${seed}: TENHERTZ_SEED=${seed} repeats it`));
  return seed;
}

/**
 * A table of what a proof found, for `npm run prove` to write into bench/results.md as a section of its own; `about`
 * stands above it. Says nothing in a test run, which has only a slice.
 */
export function proofTable(
  name: string,
  title: string,
  about: readonly string[],
  head: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  const log = process.env['TENHERTZ_PROOF_LOG'];
  if (log) appendFileSync(log, `${JSON.stringify({table: {name, title, about, head, rows}})}\n`);
}
