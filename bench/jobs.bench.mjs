// What the analysis of thousands of links and twenty jobs costs: the main side, bin by bin, which must not delay a bin, and
// the analysis thread beside it.
//
//   node bench/jobs.bench.mjs [--links N] [--jobs N] [--seconds N] [--short, which writes nothing]
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
    seconds: {type: 'string', default: '40'},
    short: {type: 'boolean', default: false},
  },
});
const LINKS = Number(options.links);
const JOBS = Number(options.jobs);
const SECONDS = Number(options.seconds);
/** Seconds that are left out: code is compiled in them. */
const WARM_SECONDS = 12;
/** Links of a switch. */
const GROUP = 64;
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
  const files = [
    'src/analysis/congestion/link-engine.ts',
    'src/analysis/jobs/job-engine.ts',
    'src/analysis/jobs/job-hosts.ts',
    'src/analysis/period/period-engine.ts',
    'src/analysis/stragglers/straggler-engine.ts',
    'src/analysis/thresholds/threshold-rules.ts',
    'src/analysis/thresholds/thresholds.ts',
    'src/analysis/work.ts',
    'src/fabric/wiring/topology-parse.ts',
    'test/support/partial-builder.ts',
  ];
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
  const agents = new Map(fabric.agents.all.map((agent) => [agent.address, agent]));
  const portOf = (link) => fabric.ports.intern(agents.get(agentOf(link)), (link % GROUP) + 1);
  const frames = Math.round(SAMPLES / (2 * QUEUE_PAIRS));
  const sums = {samples: frames, bytes: frames * 4_178, squares: frames * 4_178 ** 2, largest: 4_178, ce: 0, cnp: 0};
  const address = (host) => [0, 0, 0xffff, 0x0a000000 + host];
  for (let host = 0; host < size * JOBS; host++) {
    const first = host - (host % size);
    for (const step of [1, size - 1]) {
      const destination = address(first + ((host - first + step) % size));
      for (let pair = 0; pair < QUEUE_PAIRS; pair++) {
        for (let hop = 0; hop < HOPS; hop++) {
          const port = portOf(hop === 0 ? host : (host * 7 + hop) % LINKS);
          const place = {
            port,
            role: hop === 0 ? 'edge' : 'core',
            isIn: true,
            counts: true,
            leaves: false,
            goesOn: hop < 2,
            ttl: 64 - hop,
          };
          const ends = {source: address(host), destination, destQp: 100 + pair};
          rows.push({...ends, ...place, ...sums, weight: 10_000, time: 0, slotsLow: 0, slotsHigh: 0});
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

function run({Fabric, makeWork, PartialBuilder, T, ...parts}) {
  const fabric = new Fabric({depth: 100, flows: 20_000});
  fabric.wiring.set(parts.parseTopology(topology()));
  const builder = new PartialBuilder();
  const work = makeWork();
  const thread = new Map();
  let inThread = 0;
  const analyse = (kind, input, done) => {
    const start = cpuMs();
    const output = work[kind](input);
    const took = cpuMs() - start;
    inThread += took;
    thread.set(kind, [...(thread.get(kind) ?? []), took]);
    done(output);
  };
  const engines = makeEngines(fabric, analyse, parts);
  const {jobs} = engines;
  /** By engine: what each of its turns took, a turn a bin. */
  const turns = new Map(Object.keys(engines).map((name) => [name, []]));
  const together = [];
  let rows;
  let inLog = 0;
  for (let bin = T + 1; bin <= T + 10 * SECONDS; bin++) {
    const isSecond = bin % 10 === 0;
    fabric.apply(builder.next(bin, {rows: linkRows(bin - 1), isSecond}));
    if (isSecond) {
      rows ??= rowsOf(fabric);
      for (const row of rows) told(row, bin);
      const before = cpuMs();
      for (const row of rows) fabric.flows.pairs.add(bin / 10, row);
      inLog += cpuMs() - before;
    }
    addTicks(fabric, bin - 1, bin);
    let all = 0;
    for (const [name, engine] of Object.entries(engines)) {
      inThread = 0;
      const start = cpuMs();
      engine.advance();
      const took = cpuMs() - start - inThread;
      turns.get(name).push(took);
      all += took;
    }
    // What comes first is compiled meanwhile.
    if (bin > T + 10 * WARM_SECONDS) together.push(all);
  }
  const found = jobs.report.jobs;
  const right = found.filter(({hosts}) => hosts.length === Math.floor(LINKS / JOBS)).length;
  const withPeriod = found.filter(({period}) => period).length;
  const share = (values, seconds = SECONDS) =>
    `${(values.reduce((sum, value) => sum + value, 0) / seconds / 10).toFixed(1)} %`;
  const ms = (value) => `${value.toFixed(1)} ms`;
  const warm = (values) => values.slice(10 * WARM_SECONDS);
  const SINCE = SECONDS - WARM_SECONDS;
  const lines = [
    `CPU time for ${LINKS} links in ${LINKS / GROUP} groups, ${JOBS} jobs and ${rows.length.toLocaleString('en')} rows of flows a second on ${HOPS} hops, over ${SINCE} s, after which ${right} jobs were right and ${withPeriod} had their period. Goal: at most 20 % of a core on the main side, and 5 ms in one turn; a turn is a bin. What it takes to hand work over is not in it.`,
    '',
    '| where | what | mean | 99th | longest | share of a core |',
    '| --- | --- | --- | --- | --- | --- |',
    `| main side | noting the rows of a second | ${ms(inLog / SECONDS)} | | | ${share([inLog])} |`,
    ...[...turns].map(([name, times]) => {
      const own = warm(times);
      const figures = `${ms(mean(own))} | ${ms(quantile(own, 0.99))} | ${ms(Math.max(...own))}`;
      return `| main side | ${name}, a turn | ${figures} | ${share(own, SINCE)} |`;
    }),
    `| main side | all of them, a turn | ${ms(mean(together))} | ${ms(quantile(together, 0.99))} | ${ms(Math.max(...together))} | ${share([...together, (inLog * SINCE) / SECONDS], SINCE)} |`,
    ...[...thread].map(([kind, times]) => {
      const figures = `${ms(mean(times))} | ${ms(quantile(times, 0.99))} | ${ms(Math.max(...times))}`;
      return `| analysis thread | ${kind}, ${times.length} times | ${figures} | ${share(times)} |`;
    }),
  ];
  console.log(lines.join('\n'));
  if (!options.short) writeSection('jobs-cost', 'What analysis costs', lines);
}

function makeEngines(fabric, analyse, parts) {
  const {JobEngine, LinkEngine, PeriodEngine, StragglerEngine, Thresholds, followedJobs, parseThresholds} = parts;
  const periods = new PeriodEngine(fabric, (series, done) => analyse('periods', {...series, of: 'fabric'}, done));
  const links = new LinkEngine(fabric, periods);
  const jobs = new JobEngine(fabric, analyse);
  const followed = followedJobs(
    () => jobs.report,
    () => undefined,
  );
  const stragglers = new StragglerEngine(fabric, followed, (input, done) => analyse('stragglers', input, done));
  const rules = parseThresholds({
    load: {metric: 'utilisation', scope: 'link', value: 0.9},
    marks: {metric: 'ce-share', scope: 'link', value: 0.1},
  });
  const others = {periods, jobs, imbalance: links.imbalance, incasts: links.incasts, stragglers};
  return {periods, jobs, links, stragglers, thresholds: new Thresholds(fabric, rules, others)};
}

function agentOf(link) {
  return `10.0.${Math.floor(link / GROUP)}.1`;
}

/** A quarter of the ports of each switch lead up, to a switch of their own. */
function topology() {
  const switches = Array.from({length: LINKS / GROUP}, (_, at) => at);
  const ups = Array.from({length: GROUP / 4}, (_, at) => (3 * GROUP) / 4 + 1 + at);
  const ports = (first, count) => Array.from({length: count}, (_, at) => [`p${first + at}`, {ifindex: first + at}]);
  const nodes = switches.map((at) => [
    `leaf${at}`,
    {agent: `10.0.${at}.1`, ports: Object.fromEntries(ports(1, GROUP))},
  ]);
  const spines = ups.map((up) => [
    `spine${up}`,
    {agent: `10.9.${up}.1`, ports: Object.fromEntries(ports(1, switches.length))},
  ]);
  const links = switches.flatMap((at) =>
    ups.map((up) => [`${at}-${up}`, {node1: `leaf${at}`, port1: `p${up}`, node2: `spine${up}`, port2: `p${at + 1}`}]),
  );
  return {nodes: Object.fromEntries([...nodes, ...spines]), links: Object.fromEntries(links)};
}

/** Rows of a bin of all links: hosts send, and so do as many links between switches. */
function linkRows(bin) {
  return Array.from({length: LINKS}, (_, at) => {
    return {bin, agent: agentOf(at), port: (at % GROUP) + 1, roce: [4_178, 4_178, 82]};
  });
}

/** A row of flows as of the second that ends with a bin. */
function told(row, bin) {
  row.time = 100 * bin;
  row.slotsLow = 0x0f0f0f0f;
  row.slotsHigh = 0x0f0f0f0f;
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/** Each job has a cycle of its own; its hosts exchange in the first half of it. */
function addTicks(fabric, from, to) {
  const size = Math.floor(LINKS / JOBS);
  for (let host = 0; host < size * JOBS; host++) {
    const port = fabric.ports.get(`${agentOf(host)}~${(host % GROUP) + 1}`);
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
