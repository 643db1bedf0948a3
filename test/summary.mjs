/** Reads vitest's JSON report. Kept apart from run.mjs, which works when imported. */

/**
 * Counts of one run. A file that could not be loaded, and an error outside any test, have no failed test of their own
 * in the report: each counts as one failure, for the last line must not say "0 failed" of a failed run.
 */
export function countTests(reportText, exitedWell) {
  if (reportText === '') return {passed: 0, failed: 1, skipped: 0};
  const report = JSON.parse(reportText);
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const failed = report.numFailedTests + brokenFiles;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && !exitedWell ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

export function summaryLine({passed, failed, skipped}) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
