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
  const files = ['src/analysis/job-engine.ts', 'src/analysis/work.ts', 'test/support/partial-builder.ts'];
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

/** Flows of a second: each host sends on its job's ring, both ways, seen on every hop of its way. */
function flowsOf() {
  const flows = [];
  const size = Math.floor(LINKS / JOBS);
  const address = (host) => `10.${host >> 16}.${(host >> 8) & 255}.${host & 255}`;
  const lengths = new Array(Math.round(SAMPLES / (2 * QUEUE_PAIRS))).fill(4_178);
  for (let host = 0; host < size * JOBS; host++) {
    const first = host - (host % size);
    for (const step of [1, size - 1]) {
      const destination = address(first + ((host - first + step) % size));
      for (let destQp = 0; destQp < QUEUE_PAIRS; destQp++) {
        for (let hop = 0; hop < HOPS; hop++) {
          const port = hop === 0 ? host + 1 : LINKS + 1 + ((host * 7 + hop) % LINKS);
          flows.push({source: address(host), destination, destQp, port, ttl: 64 - hop, lengths});
        }
      }
    }
  }
  return flows;
}

function run({Fabric, JobEngine, makeWork, PartialBuilder, T}) {
  const fabric = new Fabric({depth: 100, flows: 20_000});
  const builder = new PartialBuilder();
  const work = makeWork();
  const thread = new Map();
  let inThread = 0;
  const engine = new JobEngine(fabric, (kind, input, done) => {
    const start = performance.now();
    const output = work[kind](input);
    const took = performance.now() - start;
    inThread += took;
    const times = thread.get(kind) ?? [];
    thread.set(kind, [...times, took]);
    done(output);
  });
  const flows = flowsOf();
  const log = fabric.flows.pairs;
  const add = log.add.bind(log);
  let inLog = 0;
  let rows = 0;
  log.add = (second, row) => {
    const start = performance.now();
    add(second, row);
    inLog += performance.now() - start;
    rows++;
  };
  const rowsOf = (bin) => [{bin, port: 1, roce: [4_178]}];
  const looks = [];
  for (let second = 1; second <= SECONDS; second++) {
    const bin = T + 10 * second;
    fabric.apply(builder.next(bin, {rows: rowsOf(bin - 1), flows, isSecond: true}));
    addTicks(fabric, bin - 10, bin);
    inThread = 0;
    const start = performance.now();
    engine.advance();
    const took = performance.now() - start - inThread;
    if (took > 0.05) looks.push(took);
  }
  log.add = add;
  // What the clock itself takes is not the log's.
  const clock = performance.now();
  for (let i = 0; i < 100_000; i++) performance.now();
  const perRow = (1_000 * inLog) / rows - (1_000 * (performance.now() - clock)) / 100_000;
  const found = engine.report.jobs;
  const right = found.filter(({hosts}) => hosts.length === Math.floor(LINKS / JOBS)).length;
  const withPeriod = found.filter(({period}) => period).length;
  const perSecond = (values) => values.reduce((sum, value) => sum + value, 0) / SECONDS;
  const mainShare = (perSecond(looks) + (perRow * flows.length) / 1_000) / 1_000;
  const ms = (value) => `${value.toFixed(1)} ms`;
  const lines = [
    `${LINKS} links, ${JOBS} jobs, ${flows.length.toLocaleString('en')} rows of flows a second on ${HOPS} hops, ${SECONDS} s; ${right} jobs right, ${withPeriod} with their period.`,
    '',
    '| where | what | mean | 99th | share of a core |',
    '| --- | --- | --- | --- | --- |',
    `| main side | a row of a flow | ${perRow.toFixed(2)} µs | | ${((perRow * flows.length) / 10_000).toFixed(1)} % |`,
    `| main side | a look, every 2 s | ${ms(mean(looks))} | ${ms(quantile(looks, 0.99))} | ${(perSecond(looks) / 10).toFixed(1)} % |`,
    `| main side | together | | | ${(100 * mainShare).toFixed(1)} % |`,
    ...[...thread].map(([kind, times]) => {
      const share = `${(perSecond(times) / 10).toFixed(1)} %`;
      return `| analysis thread | ${kind}, ${times.length} | ${ms(mean(times))} | ${ms(quantile(times, 0.99))} | ${share} |`;
    }),
  ];
  console.log(lines.join('\n'));
  writeSection('jobs-cost', 'What following jobs costs', lines);
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

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
