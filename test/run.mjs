/**
 * `npm test`: tools, build, types, lint, tests; fails at the first step that does. Arguments go to vitest:
 * `npm test -- test/sflow`. The last line is `N passed, N failed`, for people and CI alike.
 */
import {spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {install, missingTools, toolsThatNeedRoot} from './install-tools.mjs';
import {countTests, summaryLine} from './summary.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const ci = process.env.CI === 'true';
const isRoot = process.getuid?.() === 0;
const skipped = new Set();

step('tools', findTools);
for (const script of ['build', 'typecheck', 'lint']) step(script, () => npmRun(script));
const counts = runTests();
process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;
console.log(summaryLine(counts));

/** One line and its seconds. `run` returns '' or what went wrong, which ends everything. */
function step(name, run) {
  const start = performance.now();
  const wrong = run();
  console.log(`${name.padEnd(10)} ${wrong === '' ? 'ok    ' : 'FAILED'} ${seconds(start)} s`);
  if (wrong === '') return;
  console.error(wrong);
  // A tree that does not build has no test results; it must not look like a run without failures.
  console.log(summaryLine({passed: 0, failed: 1, skipped: 0}));
  process.exit(1);
}

function findTools() {
  let missing = missingTools();
  const packages = [...new Set([...missing.values()].flat())];
  let said = '';
  if (packages.length > 0) {
    console.log(`missing packages: ${packages.join(' ')}${isRoot ? '; installing with apt-get' : ''}`);
    if (isRoot) {
      said = install(packages);
      missing = missingTools();
    }
  }
  for (const tool of missing.keys()) skipped.add(tool);
  if (!isRoot) for (const tool of toolsThatNeedRoot()) skipped.add(tool);
  if (skipped.size === 0) return '';
  const names = [...skipped].join(', ');
  if (ci) return `CI=true, and these tools are missing or need root: ${names}\n${said}`;
  console.error(`${said}\n*** tests that need ${names} WILL BE SKIPPED ***`);
  if (packages.length > 0)
    console.error(`*** to run them: apt-get install --no-install-recommends ${packages.join(' ')}`);
  if (!isRoot) console.error('*** network namespaces need root: run as root for the Open vSwitch tests\n');
  return '';
}

function npmRun(script) {
  const {status, stdout, stderr, error} = spawnSync('npm', ['run', '--silent', script], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 1 << 26,
  });
  return status === 0 ? '' : `${stdout ?? ''}${stderr ?? ''}${error ?? ''}` || `npm run ${script} ended with ${status}`;
}

function runTests() {
  const start = performance.now();
  const dir = mkdtempSync(join(tmpdir(), 'tenhertz-test-'));
  const report = join(dir, 'report.json');
  const {status} = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--config=test/vitest.config.ts',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...process.argv.slice(2),
    ],
    {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {...process.env, TENHERTZ_SKIP_TOOLS: [...skipped].join(',')},
    },
  );
  let text = '';
  try {
    text = readFileSync(report, 'utf8');
  } catch {
    console.error('vitest left no report');
  }
  rmSync(dir, {recursive: true, force: true});
  const counts = countTests(text, status === 0);
  console.log(`${'tests'.padEnd(10)} ${counts.failed === 0 ? 'ok    ' : 'FAILED'} ${seconds(start)} s`);
  if (counts.passed + counts.failed === 0) console.error('no test ran');
  return counts;
}

function seconds(start) {
  return ((performance.now() - start) / 1000).toFixed(1);
}
