// How cost grows with the fabric: servers that watch so many ports, all of them active, beside an empty one. Memory a
// port, CPU of each thread, what the main thread takes a bin, how soon a bin is in a client, how far 100 ms reach back.
//
//   node bench/ports.bench.mjs [--ports 250,4096,48000] [--rate SAMPLES_A_PORT_AND_SECOND] [--seconds N] [--memory 2GB]
//                              [--no-write]
//
// Runs on the built dist. Switches of 48 ports send datagrams of 24 samples; each port is sampled as often as the others.
import {execFileSync, spawn} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';
import WebSocket from 'ws';
import {switchDatagrams} from './decode-traffic.mjs';
import {freeTcpPort, freeUdpPort, memory, pause, ready, root, start} from './processes.mjs';
import {quantile, writeSection} from './results.mjs';

const {values: options} = parseArgs({
  options: {
    ports: {type: 'string', default: '250,4096,48000'},
    rate: {type: 'string', default: '1'},
    seconds: {type: 'string', default: '30'},
    memory: {type: 'string', default: '2GB'},
    'no-write': {type: 'boolean', default: false},
  },
});
const seconds = Number(options.seconds);
const SAMPLES = 24;
/** Until ports are known, code is compiled and roles are inferred. */
const WARM_S = 25;
/** Tens of thousands of ports that appear at once hold it up at first: it is given so long to make up for that. */
const CAUGHT_UP_MS = 1_500;
const CATCH_UP_S = 120;
const BIN_MS = 100;
const HEADER_NEWEST = 8;

const here = fileURLToPath(new URL('.', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'tenhertz-ports-'));
process.on('exit', () => rmSync(folder, {recursive: true, force: true}));
const sender = join(folder, 'sender');
execFileSync('cc', ['-std=c11', '-O2', '-o', sender, join(here, 'native/sender.c')]);

/** The server with `thread-watch`. */
async function serve(name) {
  const log = join(folder, `${name}.log`);
  const [udpPort, httpPort] = [await freeUdpPort(), await freeTcpPort()];
  const server = start(
    [
      ...['--import', join(here, 'native/thread-watch.mjs'), join(root, 'dist/main.js'), 'serve'],
      ...['--udp-port', udpPort, '--http-port', httpPort, '--memory', options.memory],
      ...['--state-dir', join(folder, `${name}.state`)],
    ].map(String),
    {THREAD_WATCH_LOG: log},
  );
  await ready(`http://127.0.0.1:${httpPort}/readyz`);
  const lines = () => readFileSync(log, 'utf8').trim().split('\n').map(JSON.parse);
  return {server, udpPort, url: `127.0.0.1:${httpPort}`, lines};
}

const get = (url) => fetch(url, {headers: {connection: 'close'}});

/** CPU seconds of a thread, to the nanosecond. */
const cpuOf = (pid, id) => Number(readFileSync(`/proc/${pid}/task/${id}/schedstat`, 'latin1').split(' ')[0]) / 1e9;

/** How long after their end bins are in a client that watches the fabric, the map and five links. */
async function watch(url, delays) {
  const {links} = await (await get(`http://${url}/api/v1/links?limit=5`)).json();
  const socket = new WebSocket(`ws://${url}/api/v1/live`, 'tenhertz.v1');
  socket.binaryType = 'nodebuffer';
  socket.on('open', () => {
    const topics = ['links', 'summary', 'flows'];
    const watched = links.slice(0, 5).map(({id}) => id);
    socket.send(JSON.stringify({type: 'subscribe', fabric: true, links: watched, heatmap: true, topics, history: 20}));
  });
  socket.on('message', (frame) => {
    delays.push(Date.now() - (frame.readDoubleLE(HEADER_NEWEST) + 1) * BIN_MS);
  });
  return socket;
}

/** Resolves when the newest final bin is of now. */
async function caughtUp(url) {
  for (const began = Date.now(); Date.now() - began < CATCH_UP_S * 1_000; await pause(1_000)) {
    const {finalBefore} = await (await get(`http://${url}/api/v1/health`)).json();
    if (Date.now() - finalBefore < CAUGHT_UP_MS) return;
  }
  throw new Error(`still behind after ${CATCH_UP_S} s`);
}

/** What the Partials of each 100 ms took together: a bin has several where tables were full before its end. */
function byBin(taken, column) {
  const bins = new Map();
  for (const one of taken) {
    const bin = Math.floor(one[0] / BIN_MS);
    bins.set(bin, (bins.get(bin) ?? 0) + one[column]);
  }
  return [...bins.values()];
}

async function measure(ports) {
  const {server, udpPort, url, lines} = await serve(String(ports));
  const empty = memory(server.pid).now;
  const traffic = join(folder, 'traffic');
  const datagrams = switchDatagrams(ports, SAMPLES);
  const length = Buffer.alloc(4);
  writeFileSync(
    traffic,
    Buffer.concat(
      datagrams.flatMap((bytes) => {
        length.writeUInt32LE(bytes.length);
        return [Buffer.from(length), bytes];
      }),
    ),
  );
  const rate = (ports * Number(options.rate)) / SAMPLES;
  const sending = spawn(sender, [udpPort, traffic, rate, WARM_S + CATCH_UP_S + seconds + 60].map(String), {
    stdio: 'ignore',
  });
  try {
    await pause(WARM_S * 1_000);
    await caughtUp(url);
    const delays = [];
    const socket = await watch(url, delays);
    await pause(3_000);
    delays.length = 0;
    const threads = lines().filter(({thread}) => thread);
    const read = () => threads.map(({id}) => cpuOf(server.pid, id));
    const before = read();
    const from = Date.now();
    await pause(seconds * 1_000);
    const to = Date.now();
    const after = read();
    const share = (name) => {
      const at = threads.findIndex(({thread}) => thread === name);
      return (100 * (after[at] - before[at])) / ((to - from) / 1_000);
    };
    socket.terminate();
    const ask = async (path) => {
      const asked = performance.now();
      const answer = await get(`http://${url}/api/v1/${path}`);
      const body = await answer.json();
      return {body, ms: performance.now() - asked};
    };
    const health = (await ask('health')).body;
    const slow = {};
    for (const path of ['links', 'agents', 'flows?top=100', 'congestion', 'jobs']) slow[path] = (await ask(path)).ms;
    const scraped = performance.now();
    await (await get(`http://${url}/metrics`)).text();
    slow.metrics = performance.now() - scraped;
    const now = memory(server.pid);
    sending.kill();
    await server.stop();
    const taken = lines()
      .find((line) => line.taken)
      .taken.filter(([at]) => at >= from && at < to);
    const known = health.memory.tables.find(({name}) => name === 'ports').entries;
    return {
      ...{
        ports,
        known,
        empty,
        now,
        rate,
        delays,
        slow,
        historyMs: health.memory.historyMs,
        bins: byBin(taken, 1),
        cpuBins: byBin(taken, 3),
        use: health.memory,
      },
      cpu: {main: share('main'), ingest: share('ingest'), analysis: share('analysis')},
    };
  } finally {
    sending.kill();
    if (server.isRunning()) await server.stop();
  }
}

const rows = [];
const answers = [];
/** What of the memory is what. */
const parts = [];
for (const ports of options.ports.split(',').map(Number)) {
  const one = await measure(ports);
  const ms = (values, p) => quantile(values, p)?.toFixed(p === 0.5 ? 1 : 0);
  const of = (values) => `${ms(values, 0.5)} / ${ms(values, 0.99)} / ${ms(values, 1)} ms`;
  const perPort = ((one.now.now - one.empty) * 1_024) / ports;
  const cells = [
    one.known.toLocaleString('en'),
    `${Math.round(one.rate * SAMPLES).toLocaleString('en')}`,
    `${one.now.now.toFixed(0)} / ${one.now.peak.toFixed(0)} MB`,
    `${perPort.toFixed(1)} kB`,
    ...[one.cpu.main, one.cpu.ingest, one.cpu.analysis].map((share) => `${share.toFixed(1)} %`),
    of(one.bins),
    of(one.cpuBins),
    of(one.delays),
    `${one.historyMs / 1_000} s`,
  ];
  rows.push(`| ${cells.join(' | ')} |`);
  const shown = Object.entries(one.slow).map(([path, time]) => `${path} ${time.toFixed(0)} ms`);
  answers.push(`${one.known.toLocaleString('en')} ports: ${shown.join(', ')}.`);
  const mb = (bytes) => `${(bytes / 1_024 ** 2).toFixed(0)} MB`;
  const {historyBytes, coarseBytes, portTickBytes, flowBytes, operationBytes} = one.use;
  parts.push(
    `${one.known.toLocaleString('en')} ports: 100 ms ${mb(historyBytes)}, coarser ${mb(coarseBytes)}, samples by 10 ms ${mb(portTickBytes)}, flows ${mb(flowBytes)}, operations ${mb(operationBytes)}.`,
  );
  console.log(rows.at(-1), '\n', parts.at(-1), '\n', answers.at(-1));
}
if (!options['no-write']) {
  writeSection('ports', 'Growth with the fabric', [
    `Switches of 48 ports, each port sampled ${options.rate} times a second, both directions kept; ${seconds} s after ${WARM_S} s of warming up and as long as it takes to catch up, --memory ${options.memory}. Memory: resident / peak; a port's is what it takes beyond an empty server. Bins: what the main thread takes for what comes in 100 ms, by the clock and on a core, and how long after its end a bin is in a client; p50 / p99 / longest.`,
    '',
    '| ports | samples a second | memory | a port | main | ingest | analysis | main, a bin | on a core | bin to client | 100 ms reach back |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
    'Of the memory:',
    '',
    ...parts.map((line) => `- ${line}`),
    '',
    'REST meanwhile:',
    '',
    ...answers.map((line) => `- ${line}`),
  ]);
}
