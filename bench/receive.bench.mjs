// CPU that a datagram costs from the wire to a bin, and loss by rate: the native receiver and Node's own, beside a C
// loop that receives and looks at nothing (the floor) and what else Debian has to receive sFlow with, in turns.
//
//   node bench/receive.bench.mjs [--rounds N] [--seconds N] [--rate N] [--only NAME,…]
//     [--loss RATE,… | --no-loss] [--loss-seconds N] [--no-write]
//
// `--only native,floor --rounds 1 --loss 150000 --loss-seconds 60` is the long run at one rate.
//
// Runs on the built dist. Sender on one core, receiver on the other. Datagrams of 6 samples of RoCEv2, 1.2 kB, of 256
// agents.
import {execFileSync, spawn} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {cpus, tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';
import {collectors} from './collectors.mjs';
import {referenceDatagrams} from './decode-traffic.mjs';
import {exactCpuSeconds, freeUdpPort, pause, socketDrops} from './processes.mjs';
import {median, writeSection} from './results.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const {values: options} = parseArgs({
  options: {
    rounds: {type: 'string', default: '5'},
    seconds: {type: 'string', default: '3'},
    rate: {type: 'string', default: '50000'},
    only: {type: 'string', default: ''},
    loss: {type: 'string', default: '50000,100000,150000,250000'},
    'loss-seconds': {type: 'string'},
    'no-loss': {type: 'boolean', default: false},
    'no-write': {type: 'boolean', default: false},
  },
});
const seconds = Number(options.seconds);
const lossSeconds = Number(options['loss-seconds'] ?? options.seconds);
const LOSS_RATES = options['no-loss'] ? [] : options.loss.split(',').map(Number);
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
  return start('inherit', core, command, args);
}

/** The same for one that talks a lot. */
function runQuietly(core, command, ...args) {
  return start('ignore', core, command, args);
}

function start(stderr, core, command, args) {
  const pinned = cpus().length > 1 ? ['taskset', '-c', String(core), command] : [command];
  const child = spawn(pinned[0], [...pinned.slice(1), ...args.map(String)], {
    stdio: ['ignore', 'pipe', stderr],
  });
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
  return {pid: child.pid, ended, end: (signal = 'SIGTERM') => child.kill(signal)};
}

const ingest = (receiver) => (port) => run(1, process.execPath, join(here, 'native/ingest-thread.mjs'), port, receiver);
const bare = (receiver) => (port) => run(1, process.execPath, join(here, 'native/bare.mjs'), port, receiver);
const others = collectors(folder, runQuietly);
const RECEIVERS = {
  'floor, resting': (port) => run(1, floor, port, 1_000),
  'floor, waiting for each': (port) => run(1, floor, port, 0),
  'native, nothing decoded': bare('native'),
  'dgram, nothing decoded': bare('dgram'),
  native: ingest('native'),
  dgram: ingest('dgram'),
  'native, main thread blocked': (port) =>
    run(1, process.execPath, join(here, 'native/ingest-thread.mjs'), port, 'native', 'blocked'),
  ...others,
};

/** CPU microseconds a datagram, and what was lost. */
async function measure(name, rate, duration = seconds) {
  const port = await freeUdpPort();
  const receiver = RECEIVERS[name](port);
  await pause(700);
  const sending = run(0, sender, port, traffic, rate, WARM_UP_S + duration + 0.3);
  await pause(WARM_UP_S * 1_000);
  const [cpu, at] = [exactCpuSeconds(receiver.pid), performance.now()];
  await pause(duration * 1_000);
  const used = exactCpuSeconds(receiver.pid) - cpu;
  const elapsed = (performance.now() - at) / 1_000;
  const sent = Number(await sending.ended);
  await pause(400);
  const drops = socketDrops(port);
  // The floor sees its end with the next datagram at the latest.
  receiver.end(name in others ? 'SIGINT' : 'SIGTERM');
  const output = await receiver.ended;
  // Other programs do not say what they received; what the kernel did not drop, they did.
  const {received, gc} = name in others ? {received: sent - drops} : JSON.parse(output);
  const pace = sent / (WARM_UP_S + duration + 0.3);
  return {us: (used / (pace * elapsed * (received / sent))) * 1e6, loss: 1 - received / sent, pace, gc};
}

const names = Object.keys(RECEIVERS).filter((name) => options.only === '' || options.only.split(',').includes(name));
if (!names.includes('floor, resting')) names.unshift('floor, resting');
const pauses = [];
const costs = Object.fromEntries(names.map((name) => [name, []]));
for (let round = 0; round < Number(options.rounds); round++) {
  for (const name of names) {
    const {us, gc} = await measure(name, Number(options.rate));
    costs[name].push(us);
    if (gc !== undefined && name.startsWith('native')) pauses.push(gc);
  }
}
const loss = Object.fromEntries(names.map((name) => [name, []]));
for (const rate of LOSS_RATES) {
  for (const name of names) loss[name].push(await measure(name, rate, lossSeconds));
}

const least = Math.min(...names.filter((name) => name.startsWith('floor')).map((name) => median(costs[name])));
const row = (name) => {
  const all = costs[name];
  const spread = `${Math.min(...all).toFixed(2)} to ${Math.max(...all).toFixed(2)}`;
  const lost = loss[name].map(({loss: share}) => `${(share * 100).toFixed(share > 0 && share < 0.001 ? 3 : 1)} %`);
  return `| ${[name, median(all).toFixed(2), spread, (median(all) / least).toFixed(2), ...lost].join(' | ')} |`;
};
const rates = LOSS_RATES.map((rate, i) => {
  const pace = Math.round(loss[names[0]][i].pace);
  return `lost at ${rate / 1_000} k/s${pace < rate * 0.97 ? ` (sender made ${Math.round(pace / 1_000)} k)` : ''}`;
});
const lines = [
  `Whole ingest thread (receive, decode, classify, account) at ${Number(options.rate).toLocaleString('en')} datagrams/s of ${SAMPLES} samples from ${AGENTS} agents, sender on the other core; medians of ${options.rounds} runs in turns. The floor is a C loop of recvmmsg that decodes nothing.`,
  '',
  `| receiver | CPU µs a datagram | spread | × floor | ${rates.join(' | ')} |`,
  `| --- | --- | --- | --- | ${rates.map(() => '---').join(' | ')} |`,
  ...names.map(row),
  '',
  `Loss over ${lossSeconds} s at each rate. ${Object.keys(others).length > 0 ? 'sfcapd (nfdump) and sfacctd (pmacct, with its memory plugin) are Debian’s, on the same datagrams, asking for the same receive buffer; all their processes count.' : 'sfcapd (package nfdump-sflow) and sfacctd (pmacct) are not installed here.'} "Blocked" is the main thread standing still for 500 ms each second.`,
  ...(pauses.length > 0
    ? ['', `Longest pause of the ingest thread by garbage collection: ${Math.max(...pauses).toFixed(1)} ms.`]
    : []),
];
console.log(lines.join('\n'));
if (!options['no-write']) writeSection('receive', 'Receiving', lines);
