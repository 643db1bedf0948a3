/**
 * `npm run prove`: every test file that uses support/proof.ts, at full length, and what came of it into
 * bench/results.md. Arguments narrow it down: `npm run prove -- test/account`.
 */
import {spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {cpus, tmpdir} from 'node:os';
import {dirname, join, relative} from 'node:path';
import {fileURLToPath} from 'node:url';
import {writeSection} from '../bench/results.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const resultsFile = join(root, 'bench/results.md');
const BEGIN = '<!-- proofs: written by npm run prove -->';
const END = '<!-- end of proofs -->';

const wanted = process.argv.slice(2);
const files = readdirSync(join(root, 'test'), {recursive: true})
  .map((name) => join('test', name))
  .filter((name) => name.endsWith('.test.ts') && readFileSync(join(root, name), 'utf8').includes("/proof.ts'"))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  .sort();
if (files.length === 0) {
  console.error('no test file uses test/support/proof.ts');
  process.exit(1);
}

const dir = mkdtempSync(join(tmpdir(), 'tenhertz-prove-'));
const log = join(dir, 'proofs.jsonl');
const report = join(dir, 'report.json');
const start = performance.now();
const {status} = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--config=test/vitest.config.ts',
    // Ten times "long" for a test is the point of a proof.
    '--testTimeout=3600000',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...files,
  ],
  {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {...process.env, TENHERTZ_PROVE: '1', TENHERTZ_PROOF_LOG: log},
  },
);
const entries = existsSync(log)
  ? readFileSync(log, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
  : [];
const rows = existsSync(report) ? proofRows() : [];
rmSync(dir, {recursive: true, force: true});
if (rows.length > 0) writeResults(rows);
for (const {table} of entries) if (table) writeTable(table);
console.log(
  `${rows.length} proofs in ${Math.round((performance.now() - start) / 1000)} s, written to bench/results.md`,
);
process.exitCode = status === 0 && rows.length > 0 ? 0 : 1;

/** One row a call of proofCount, with the outcome of the test that made it. */
function proofRows() {
  const outcomes = new Map();
  for (const file of JSON.parse(readFileSync(report, 'utf8')).testResults) {
    for (const test of file.assertionResults) outcomes.set(`${file.name} ${test.fullName}`, test.status);
  }
  return entries
    .filter(({table}) => !table)
    .map(({file, test, cases}) => {
      // Vitest names the same test with ` > ` in one place and with a space in the other.
      const name = test.replaceAll(' > ', ' ');
      const proof = `${relative(join(root, 'test'), file)}: ${name}`;
      return {proof, cases, outcome: outcomes.get(`${file} ${name}`) ?? 'unknown'};
    })
    .sort((a, b) => (a.proof < b.proof ? -1 : 1));
}

/** Newest outcome a proof; those that did not run this time keep their row. */
function writeResults(rows) {
  const text = existsSync(resultsFile) ? readFileSync(resultsFile, 'utf8') : '# Results\n';
  const [before, rest = ''] = text.includes(BEGIN) ? text.split(BEGIN) : [`${text.trimEnd()}\n\n`];
  const [old = '', after = '\n'] = rest.split(END);
  const today = new Date().toISOString().slice(0, 10);
  const machine = `${cpus()[0]?.model.trim()}, ${cpus().length} cores`;
  const lines = new Map(
    old
      .split('\n')
      .filter((line) => line.startsWith('| ') && !line.startsWith('| proof |') && !line.startsWith('| ---'))
      .map((line) => [line.split(' | ')[0].slice(2), line]),
  );
  for (const {proof, cases, outcome} of rows) {
    const cells = [proof.replaceAll('|', '/'), cases.toLocaleString('en'), outcome, today, machine, process.version];
    lines.set(cells[0], `| ${cells.join(' | ')} |`);
  }
  const table = [
    '## Proofs',
    '',
    '| proof | cases | outcome | date | machine | Node |',
    '| --- | --- | --- | --- | --- | --- |',
    ...[...lines.keys()].sort().map((key) => lines.get(key)),
  ].join('\n');
  mkdirSync(dirname(resultsFile), {recursive: true});
  writeFileSync(resultsFile, `${before}${BEGIN}\n${table}\n${END}${after}`);
}

/** What a proof found beyond its outcome, as a section of its own. */
function writeTable({name, title, about, head, rows: cells}) {
  const line = (values) => `| ${values.join(' | ')} |`;
  const table = [line(head), line(head.map(() => '---')), ...cells.map(line)];
  writeSection(name, title, [...about, '', ...table], 'npm run prove');
}
