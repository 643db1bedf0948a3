// Periods in drawn samples: ours, and the threshold method of sFlow-RT's AI Metrics beside it on the same counts.
//
//   node bench/period.bench.mjs [--scenarios N] [--nulls N] [--seed N]
import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {parseArgs} from 'node:util';
import {thresholdPeriod} from './period-threshold.mjs';
import {median, quantile, writeSection} from './results.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const {values: options} = parseArgs({
  options: {
    scenarios: {type: 'string', default: '500'},
    nulls: {type: 'string', default: '60'},
    seed: {type: 'string', default: '1'},
  },
});
const CARRIES = 30;
const MEMORY = 64_000;
const folder = mkdtempSync(join(tmpdir(), 'tenhertz-period-'));
try {
  const parts = await compile();
  run(parts);
} finally {
  rmSync(folder, {recursive: true, force: true});
}

/** The detector and what draws its scenarios, as JavaScript. */
async function compile() {
  const config = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {rootDir: root, outDir: folder, sourceMap: false, typeRoots: [join(root, 'node_modules/@types')]},
    files: [join(root, 'src/analysis/period/period-watch.ts'), join(root, 'test/analysis/period/period-traffic.ts')],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(folder, 'tsconfig.json')]);
  const load = (path) => import(pathToFileURL(join(folder, path)));
  return {
    ...(await load('src/analysis/period/period.js')),
    ...(await load('src/analysis/period/period-watch.js')),
    ...(await load('src/simulator/random.js')),
    ...(await load('test/analysis/period/period-traffic.js')),
  };
}

function run(parts) {
  const seed = Number(options.seed);
  const times = [];
  const finder = new parts.PeriodFinder();
  const look = (watch, counts, end, resolutionMs) => {
    const start = performance.now();
    const series = {counts: counts.slice(Math.max(0, end - MEMORY), end), tickMs: 10, noise: 1, resolutionMs};
    const shown = watch.look(series);
    times.push(performance.now() - start);
    return shown;
  };
  const shownOf = ({counts, resolutionMs}) => {
    const watch = new parts.PeriodWatch(finder);
    return [600, 400, 200, 0].map((back) => look(watch, counts, counts.length - back, resolutionMs)).at(-1);
  };
  const isRight = (found, truth) => Math.abs(found / truth - 1) <= 0.02;
  const rows = new Map();
  const note = (kind, drawn, truth, ours) => {
    if (truth.carried < CARRIES) return;
    if (!rows.has(kind)) rows.set(kind, {cases: 0, ours: 0, oursWrong: 0, theirs: 0, theirsWrong: 0});
    const row = rows.get(kind);
    const theirs = thresholdPeriod(drawn.counts, 10);
    row.cases++;
    if (isRight(ours, truth.periodMs)) row.ours++;
    else if (ours > 0) row.oursWrong++;
    if (isRight(theirs, truth.periodMs)) row.theirs++;
    else if (theirs > 0) row.theirsWrong++;
  };
  let jobs = 0;
  for (let i = 0; i < Number(options.scenarios); i++) {
    const random = new parts.Random(seed + i, 99);
    const scenario = parts.randomScenario(random);
    const happened = parts.happen(scenario, random);
    scenario.jobs.forEach((job, index) => {
      jobs++;
      const drawn = happened.ofJob(index);
      const [first] = shownOf(drawn);
      note(`one job's hosts, ${job.shape}`, drawn, drawn.truths[index], first?.periodMs ?? 0);
    });
    if (jobs === 0 || scenario.jobs.length === 1) continue;
    const drawn = happened.mixed();
    const strongest = drawn.truths.reduce((best, truth) => (truth.carried > best.carried ? truth : best));
    const shown = shownOf(drawn);
    const match = shown.find((one) => isRight(one.periodMs, strongest.periodMs)) ?? shown[0];
    note(`${scenario.jobs.length} jobs in one series: the strongest`, drawn, strongest, match?.periodMs ?? 0);
  }
  const invented = {ours: 0, theirs: 0};
  for (let i = 0; i < Number(options.nulls); i++) {
    const {counts, resolutionMs} = parts.drawNull(
      parts.NULL_KINDS[i % parts.NULL_KINDS.length],
      600,
      new parts.Random(seed + i, 77),
    );
    const watch = new parts.PeriodWatch(finder);
    let ours = 0;
    let theirs = 0;
    for (let end = 2_000; end <= counts.length; end += 400) {
      if (ours === 0 && look(watch, counts, end, resolutionMs).length > 0) ours = 1;
      if (theirs === 0 && end % 2_000 === 0 && thresholdPeriod(counts.subarray(0, end), 10) > 0) theirs = 1;
    }
    invented.ours += ours;
    invented.theirs += theirs;
  }
  report(rows, jobs, invented, times);
}

function report(rows, jobs, invented, times) {
  const percent = (part, whole) => `${((100 * part) / whole).toFixed(1)} %`;
  const cases = [...rows].filter(([kind]) => kind.startsWith('one job')).reduce((sum, [, row]) => sum + row.cases, 0);
  const lines = [
    `${options.scenarios} scenarios: cycles of 60 ms to 60 s, duty 10 to 90 %, jitter to 3 % a cycle, 1 to 3 jobs on 8 to 4,096 links, 1 in 1,000 to 100,000 packets, agents that hold samples back for up to 1 s; 8 cycles of the slowest job and 60 s at least. A job carries its period where n · R² ≥ ${CARRIES}: ${percent(cases, jobs)} of ${jobs} jobs. Right is within 2 % of the realised mean; wrong another one.`,
    '',
    '| series | cases | ours right | wrong | crossings right | wrong |',
    '| --- | --- | --- | --- | --- | --- |',
    ...[...rows].sort().map(([kind, row]) => {
      const {cases: all, ours, oursWrong, theirs, theirsWrong} = row;
      const cells = [ours, oursWrong, theirs, theirsWrong].map((part) => percent(part, all));
      return `| ${kind} | ${all} | ${cells.join(' | ')} |`;
    }),
    '',
    `Ten minutes without a period (noise, steady, self-similar, a few bursts, agents that flush once a second), looked at every 4 s: a period was ever shown in ${invented.ours} of ${options.nulls} cases by ours, in ${invented.theirs} by crossings (asked every 20 s).`,
    '',
    `One look at 640 s of ticks: ${median(times).toFixed(0)} ms of CPU in the middle, ${quantile(times, 0.95).toFixed(0)} ms in 95 %.`,
  ];
  console.log(lines.join('\n'));
  writeSection('period', 'Periods', lines);
}
