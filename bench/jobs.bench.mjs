// What it costs to follow jobs: the main side, which must not delay a bin, and the analysis thread beside it.
//
//   node bench/jobs.bench.mjs [--links N] [--jobs N] [--seconds N]
import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {parseArgs} from 'node:util';
import {quantile, writeSection} from './results.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const {values: options} = parseArgs({
  options: {
    links: {type: 'string', default: '4096'},
    jobs: {type: 'string', default: '20'},
    seconds: {type: 'string', default: '24'},
  },
});
const LINKS = Number(options.links);
const JOBS = Number(options.jobs);
const SECONDS = Number(options.seconds);
/** Queue pairs of each pair of hosts, and switches that see each of their packets. */
const QUEUE_PAIRS = 2;
const HOPS = 3;
/** Samples of a host a second: 100 Gbit/s half of the time, 1 in 10,000. */
const SAMPLES = 150;

const folder = mkdtempSync(join(tmpdir(), 'tenhertz-jobs-'));
try {
  run(await compile());
} finally {
  rmSync(folder, {recursive: true, force: true});
}

async function compile() {
  const files = ['src/analysis/jobs/job-engine.ts', 'src/analysis/work.ts', 'test/support/partial-builder.ts'];
  const config = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {rootDir: root, outDir: folder, sourceMap: false, typeRoots: [join(root, 'node_modules/@types')]},
    files: files.map((file) => join(root, file)),
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(folder, 'tsconfig.json')]);
  const load = (path) => import(pathToFileURL(join(folder, path)));
  const modules = [...files, 'src/fabric/fabric.ts'].map((file) => load(file.replace(/ts$/, 'js')));
  return Object.assign({}, ...(await Promise.all(modules)));
}

/** Rows of a second: each host sends on its job's ring, both ways, seen on every hop of its way. */
function rowsOf(fabric) {
  const rows = [];
  const size = Math.floor(LINKS / JOBS);
  const [agent] = fabric.agents.all;
  const frames = Math.round(SAMPLES / (2 * QUEUE_PAIRS));
  const sums = {samples: frames, bytes: frames * 4_178, squares: frames * 4_178 ** 2, largest: 4_178, ce: 0, cnp: 0};
  const address = (host) => [0, 0, 0xffff, 0x0a000000 + host];
  for (let host = 0; host < size * JOBS; host++) {
    const first = host - (host % size);
    for (const step of [1, size - 1]) {
      const destination = address(first + ((host - first + step) % size));
      for (let pair = 0; pair < QUEUE_PAIRS; pair++) {
        for (let hop = 0; hop < HOPS; hop++) {
          const port = fabric.ports.intern(agent, hop === 0 ? host + 1 : LINKS + 1 + ((host * 7 + hop) % LINKS));
          const place = {port, role: hop === 0 ? 'edge' : 'core', isIn: true, ttl: 64 - hop};
          rows.push({source: address(host), destination, ...place, ...sums, weight: 10_000});
        }
      }
    }
  }
  return rows;
}

/** CPU time of this process, ms: others may have the processor meanwhile. */
function cpuMs() {
  const {user, system} = process.cpuUsage();
  return (user + system) / 1_000;
}

function run({Fabric, JobEngine, makeWork, PartialBuilder, T}) {
  const fabric = new Fabric({depth: 100, flows: 20_000});
  const builder = new PartialBuilder();
  const work = makeWork();
  const thread = new Map();
  let inThread = 0;
  const engine = new JobEngine(fabric, (kind, input, done) => {
    const start = cpuMs();
    const output = work[kind](input);
    const took = cpuMs() - start;
    inThread += took;
    thread.set(kind, [...(thread.get(kind) ?? []), took]);
    done(output);
  });
  const looks = [];
  let rows;
  let inLog = 0;
  for (let second = 1; second <= SECONDS; second++) {
    const bin = T + 10 * second;
    fabric.apply(builder.next(bin, {rows: [{bin: bin - 1, port: 1, roce: [4_178]}], isSecond: true}));
    rows ??= rowsOf(fabric);
    const before = cpuMs();
    for (const row of rows) fabric.flows.pairs.add(bin / 10, row);
    inLog += cpuMs() - before;
    addTicks(fabric, bin - 10, bin);
    inThread = 0;
    const start = cpuMs();
    engine.advance();
    if (inThread > 0) looks.push(cpuMs() - start - inThread);
  }
  const found = engine.report.jobs;
  const right = found.filter(({hosts}) => hosts.length === Math.floor(LINKS / JOBS)).length;
  const withPeriod = found.filter(({period}) => period).length;
  const share = (values) => `${(values.reduce((sum, value) => sum + value, 0) / SECONDS / 10).toFixed(1)} %`;
  const ms = (value) => `${value.toFixed(1)} ms`;
  const lines = [
    `CPU time for ${LINKS} links, ${JOBS} jobs and ${rows.length.toLocaleString('en')} rows of flows a second on ${HOPS} hops, over ${SECONDS} s, after which ${right} jobs were right and ${withPeriod} had their period. Goal: at most 20 % of a core on the main side.`,
    '',
    '| where | what | mean | 95th | share of a core |',
    '| --- | --- | --- | --- | --- |',
    `| main side | noting the rows of a second | ${ms(inLog / SECONDS)} | | ${share([inLog])} |`,
    `| main side | a look, every 2 s | ${ms(mean(looks))} | ${ms(quantile(looks, 0.95))} | ${share(looks)} |`,
    `| main side | together | | | ${share([inLog, ...looks])} |`,
    ...[...thread].map(([kind, times]) => {
      const what = `${kind}, ${times.length} times`;
      return `| analysis thread | ${what} | ${ms(mean(times))} | ${ms(quantile(times, 0.95))} | ${share(times)} |`;
    }),
  ];
  console.log(lines.join('\n'));
  writeSection('jobs-cost', 'What following jobs costs', lines);
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/** Each job has a cycle of its own; its hosts exchange in the first half of it. */
function addTicks(fabric, from, to) {
  const size = Math.floor(LINKS / JOBS);
  for (let host = 0; host < size * JOBS; host++) {
    const port = fabric.ports.get(`10.0.0.1~${host + 1}`);
    const period = 40 + 3 * Math.floor(host / size);
    for (let bin = from; bin < to; bin++) {
      const words = [0, 0];
      for (let tick = 0; tick < 10; tick++) {
        const isOn = (bin * 10 + tick) % period < period / 2;
        if (isOn && Math.random() < 0.9) words[tick < 5 ? 0 : 1] += 3 * 1_024 ** (tick % 5);
      }
      fabric.portTicks.add(port.slot, bin, words[0], words[1]);
    }
  }
}
