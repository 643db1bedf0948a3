// CPU that a datagram costs from the wire to a bin, and loss by rate: the native receiver and Node's own, beside a C
// loop that receives and looks at nothing (the floor), in turns.
//
//   node bench/receive.bench.mjs [--rounds N] [--seconds N] [--rate N] [--no-loss] [--no-write]
//
// Runs on the built dist. Sender on one core, receiver on the other. Datagrams of 6 samples of RoCEv2, 1.2 kB, of 256
// agents.
import {execFileSync, spawn} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {cpus, tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';
import {referenceDatagrams} from './decode-traffic.mjs';
import {cpuSeconds, freeUdpPort, pause} from './processes.mjs';
import {median, writeSection} from './results.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const {values: options} = parseArgs({
  options: {
    rounds: {type: 'string', default: '5'},
    seconds: {type: 'string', default: '3'},
    rate: {type: 'string', default: '50000'},
    'no-loss': {type: 'boolean', default: false},
    'no-write': {type: 'boolean', default: false},
  },
});
const seconds = Number(options.seconds);
const LOSS_RATES = options['no-loss'] ? [] : [50_000, 100_000, 150_000];
const AGENTS = 256;
const SAMPLES = 6;
/** The optimizing compiler's time is not counted. */
const WARM_UP_S = 1.5;

const folder = mkdtempSync(join(tmpdir(), 'tenhertz-receive-'));
const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(folder, {recursive: true, force: true});
});

const sender = compile('sender');
const floor = compile('floor');
const traffic = join(folder, 'traffic');
writeFileSync(traffic, trafficFile());

function compile(name) {
  const output = join(folder, name);
  execFileSync('cc', ['-std=c11', '-O2', '-Wall', '-Wextra', '-Werror', '-o', output, join(here, `native/${name}.c`)]);
  return output;
}

/** Datagrams behind their lengths, each of an agent of its own. */
function trafficFile() {
  return Buffer.concat(
    referenceDatagrams(AGENTS, SAMPLES).flatMap((bytes, agent) => {
      new DataView(bytes.buffer).setUint32(8, 0x0a000001 + agent);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(bytes.length);
      return [length, bytes];
    }),
  );
}

/** A program on one core; its output once it has ended. */
function run(core, command, ...args) {
  const pinned = cpus().length > 1 ? ['taskset', '-c', String(core), command] : [command];
  const child = spawn(pinned[0], [...pinned.slice(1), ...args.map(String)], {stdio: ['ignore', 'pipe', 'inherit']});
  running.add(child);
  let output = '';
  child.stdout.on('data', (text) => {
    output += text;
  });
  const ended = new Promise((resolve) => {
    child.once('close', () => {
      running.delete(child);
      resolve(output);
    });
  });
  return {pid: child.pid, ended, end: () => child.kill('SIGTERM')};
}

const ingest = (receiver) => (port) => run(1, process.execPath, join(here, 'native/ingest-thread.mjs'), port, receiver);
const bare = (receiver) => (port) => run(1, process.execPath, join(here, 'native/bare.mjs'), port, receiver);
const RECEIVERS = {
  'floor, resting': (port) => run(1, floor, port, 1_000),
  'floor, waiting for each': (port) => run(1, floor, port, 0),
  'native, nothing decoded': bare('native'),
  'dgram, nothing decoded': bare('dgram'),
  native: ingest('native'),
  dgram: ingest('dgram'),
};

/** CPU microseconds a datagram, and what was lost. */
async function measure(name, rate) {
  const port = await freeUdpPort();
  const receiver = RECEIVERS[name](port);
  await pause(700);
  const sending = run(0, sender, port, rate, WARM_UP_S + seconds + 0.3, traffic);
  await pause(WARM_UP_S * 1_000);
  const [cpu, at] = [cpuSeconds(receiver.pid), performance.now()];
  await pause(seconds * 1_000);
  const used = cpuSeconds(receiver.pid) - cpu;
  const elapsed = (performance.now() - at) / 1_000;
  const sent = Number(await sending.ended);
  await pause(400);
  // The floor sees its end with the next datagram at the latest.
  receiver.end();
  const {received} = JSON.parse(await receiver.ended);
  const pace = sent / (WARM_UP_S + seconds + 0.3);
  return {us: (used / (pace * elapsed * (received / sent))) * 1e6, loss: 1 - received / sent, pace};
}

const names = Object.keys(RECEIVERS);
const costs = Object.fromEntries(names.map((name) => [name, []]));
for (let round = 0; round < Number(options.rounds); round++) {
  for (const name of names) costs[name].push((await measure(name, Number(options.rate))).us);
}
const loss = Object.fromEntries(names.map((name) => [name, []]));
for (const rate of LOSS_RATES) {
  for (const name of names) loss[name].push(await measure(name, rate));
}

const least = Math.min(...['floor, resting', 'floor, waiting for each'].map((name) => median(costs[name])));
const row = (name) => {
  const all = costs[name];
  const spread = `${Math.min(...all).toFixed(2)} to ${Math.max(...all).toFixed(2)}`;
  const lost = loss[name].map(({loss: share}) => `${(share * 100).toFixed(share > 0 && share < 0.001 ? 3 : 1)} %`);
  return `| ${[name, median(all).toFixed(2), spread, (median(all) / least).toFixed(2), ...lost].join(' | ')} |`;
};
const rates = LOSS_RATES.map((rate, i) => {
  const pace = Math.round(loss.native[i].pace);
  return `lost at ${rate / 1_000} k/s${pace < rate * 0.97 ? ` (sender made ${Math.round(pace / 1_000)} k)` : ''}`;
});
const lines = [
  `Whole ingest thread (receive, decode, classify, account) at ${Number(options.rate).toLocaleString('en')} datagrams/s of ${SAMPLES} samples from ${AGENTS} agents, sender on the other core; medians of ${options.rounds} runs in turns. The floor is a C loop of recvmmsg that decodes nothing.`,
  '',
  `| receiver | CPU µs a datagram | spread | × floor | ${rates.join(' | ')} |`,
  `| --- | --- | --- | --- | ${rates.map(() => '---').join(' | ')} |`,
  ...names.map(row),
];
console.log(lines.join('\n'));
if (!options['no-write']) writeSection('receive', 'Receiving', lines);
