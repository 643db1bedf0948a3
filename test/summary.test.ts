import {describe, expect, it} from 'vitest';
// @ts-expect-error: plain JavaScript, for it runs before anything is built
import {countTests, summaryLine} from './summary.mjs';

describe('the last line of npm test', () => {
  const file = (status: string, ...tests: string[]) => ({status, assertionResults: tests.map((of) => ({status: of}))});
  const report = (passed: number, failed: number, skipped: number, ...testResults: object[]) =>
    JSON.stringify({
      numPassedTests: passed,
      numFailedTests: failed,
      numPendingTests: skipped,
      numTodoTests: 0,
      testResults,
    });

  it.each([
    ['all well', report(3, 0, 0, file('passed', 'passed')), true, '3 passed, 0 failed'],
    ['some skipped', report(3, 0, 2, file('passed', 'passed')), true, '3 passed, 0 failed, 2 skipped'],
    ['a failed test', report(2, 1, 0, file('failed', 'failed')), false, '2 passed, 1 failed'],
    ['a file that does not load', report(2, 0, 0, file('failed')), false, '2 passed, 1 failed'],
    ['an error outside any test', report(2, 0, 0, file('passed', 'passed')), false, '2 passed, 1 failed'],
    ['no report', '', false, '0 passed, 1 failed'],
  ])('%s', (_, text, exitedWell, expected) => {
    expect(summaryLine(countTests(text, exitedWell))).toBe(expected);
  });
});
