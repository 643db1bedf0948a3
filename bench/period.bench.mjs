// Periods in drawn samples: ours, and the threshold method of sFlow-RT's AI Metrics beside it on the same counts.
//
//   node bench/period.bench.mjs [--scenarios N] [--nulls N] [--stops N] [--seed N] [--workers N]
//
// `--scenarios 40 --nulls 12 --stops 10` is the short form; it is written down all the same.
import {execFileSync, spawn} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {availableParallelism, tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {parseArgs} from 'node:util';
import {report} from './period-report.mjs';
import {thresholdPeriod} from './period-threshold.mjs';
import {writeSection} from './results.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const {values: options} = parseArgs({
  options: {
    scenarios: {type: 'string', default: '500'},
    nulls: {type: 'string', default: '500'},
    stops: {type: 'string', default: '200'},
    seed: {type: 'string', default: '1'},
    workers: {type: 'string', default: String(availableParallelism())},
    // Of a worker: which one it is, and where the compiled parts are.
    worker: {type: 'string'},
    folder: {type: 'string'},
  },
});
const NULL_SECONDS = 600;
/** The server looks every two seconds; those who ask the other do it seldom, for it goes through all samples anew. */
const LOOK_TICKS = 200;
const ASK_TICKS = 2_000;
const FIRST_TICKS = 1_000;

if (options.worker === undefined) await lead();
else await work(Number(options.worker), options.folder);

/** Compiles once, has the workers do their shares, and writes down what came of them. */
async function lead() {
  const folder = mkdtempSync(join(tmpdir(), 'tenhertz-period-'));
  try {
    compile(folder);
    const workers = Array.from({length: Number(options.workers)}, (_, index) => startWorker(index, folder));
    const results = (await Promise.all(workers)).flat();
    const lines = report(results, options);
    console.log(lines.join('\n'));
    writeSection('period', 'Periods', lines, 'node bench/period.bench.mjs');
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

/** The detector and what draws its scenarios, as JavaScript. */
function compile(folder) {
  const config = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {rootDir: root, outDir: folder, sourceMap: false, typeRoots: [join(root, 'node_modules/@types')]},
    include: [],
    files: [join(root, 'test/analysis/period/period-score.ts')],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(folder, 'tsconfig.json')]);
}

function startWorker(index, folder) {
  const args = Object.entries({...options, worker: index, folder}).map(([name, value]) => `--${name}=${value}`);
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part) => {
    text += part;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(text.trim().split('\n').map(JSON.parse));
      else reject(new Error(`worker ${index} ended with ${code}`));
    });
  });
}

/** Every so many-th scenario; a line of JSON for each finding. */
async function work(worker, folder) {
  const load = (path) => import(pathToFileURL(join(folder, path)));
  const {readScenario, readStop} = await load('test/analysis/period/period-score.js');
  const {drawNull, NULL_KINDS} = await load('test/analysis/period/period-traffic.js');
  const {finder, lookAt} = await load('test/analysis/period/period-looks.js');
  const {PeriodWatch} = await load('src/analysis/period/period-watch.js');
  const {Random} = await load('src/simulator/random.js');
  const [seed, workers] = [Number(options.seed), Number(options.workers)];
  const tell = (finding) => process.stdout.write(`${JSON.stringify(finding)}\n`);
  for (let i = worker; i < Number(options.scenarios); i += workers) {
    for (const {series, jobs, truth, isCarried, drawn, shown, told} of readScenario(seed + i)) {
      const {shape, duty, jitter} = truth.job;
      tell({
        of: 'scenario',
        ...{scenario: i, series, jobs, shape, isCarried, duty, jitter, periodMs: truth.periodMs},
        truths: drawn.truths.map(({periodMs}) => periodMs),
        carried: truth.carried,
        isAliased: truth.periodMs < 2 * drawn.resolutionMs,
        told: told && {...told, phase: undefined},
        shown: shown.map(({periodMs}) => periodMs),
        theirs: isCarried ? thresholdPeriod(drawn.counts, 10) : 0,
      });
    }
  }
  for (let i = worker; i < Number(options.nulls); i += workers) {
    const kind = NULL_KINDS[i % NULL_KINDS.length];
    const {counts, resolutionMs} = drawNull(kind, NULL_SECONDS, new Random(seed + i, 77));
    const watch = new PeriodWatch(finder);
    let ours = false;
    let theirs = false;
    const start = process.cpuUsage();
    let looks = 0;
    for (let end = FIRST_TICKS; end <= counts.length && !ours; end += LOOK_TICKS, looks++) {
      ours = lookAt(watch, counts, end, resolutionMs).length > 0;
    }
    const {user, system} = process.cpuUsage(start);
    const asked = process.cpuUsage();
    for (let end = ASK_TICKS; end <= counts.length && !theirs; end += ASK_TICKS) {
      theirs = thresholdPeriod(counts.subarray(0, end), 10) > 0;
    }
    const last = process.cpuUsage(asked);
    tell({
      of: 'null',
      kind,
      ours,
      theirs,
      lookMs: (user + system) / 1e3 / looks,
      askMs: (last.user + last.system) / 1e3,
    });
  }
  for (let i = worker; i < Number(options.stops); i += workers) {
    const stop = readStop(seed + i);
    if (stop) tell({of: 'stop', ...stop});
  }
}
