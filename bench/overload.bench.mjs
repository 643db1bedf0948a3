// What becomes of the figures when more comes than can be taken: a calm stretch, one with far more datagrams than the
// ingest thread can read, and a calm one again, against what was really sent.
//
//   node bench/overload.bench.mjs [--calm RATE] [--offered RATE] [--seconds N] [--no-write]
//
// Runs on the built dist, the whole server on one core and the sender on the other. Datagrams of 20 samples, so that
// the sender outruns the server by far.
import {execFile, execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseArgs, promisify} from 'node:util';
import {referenceDatagrams} from './decode-traffic.mjs';
import {freeTcpPort, freeUdpPort, memory, pause, ready, tenhertz} from './processes.mjs';
import {writeSection} from './results.mjs';

const {values: options} = parseArgs({
  options: {
    calm: {type: 'string', default: '10000'},
    offered: {type: 'string', default: '150000'},
    seconds: {type: 'string', default: '10'},
    'no-write': {type: 'boolean', default: false},
  },
});
const seconds = Number(options.seconds);
const AGENTS = 256;
const SAMPLES = 20;
/** Of each sample of the traffic: its rate, its length. */
const RATE = 10_000;
const LENGTH = 4_174;
/** What a phase's ends may blur. */
const EDGE_MS = 1_500;

const here = fileURLToPath(new URL('.', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'tenhertz-overload-'));
process.on('exit', () => rmSync(folder, {recursive: true, force: true}));
const sender = join(folder, 'sender');
execFileSync('cc', ['-std=c11', '-O2', '-o', sender, join(here, 'native/sender.c')]);
const traffic = join(folder, 'traffic');
writeFileSync(traffic, trafficFile());
// Every agent a switch of its own, so that all that comes in counts once.
const addresses = Array.from({length: AGENTS}, (_, agent) => `10.0.${agent >> 7}.${(agent & 127) + 1}`);
const topology = join(folder, 'topology.json');
const nodes = Object.fromEntries(addresses.map((agent) => [agent, {agent}]));
writeFileSync(topology, JSON.stringify({nodes, links: {}}));

function trafficFile() {
  return Buffer.concat(
    referenceDatagrams(AGENTS, SAMPLES).flatMap((bytes, agent) => {
      const data = new DataView(bytes.buffer);
      data.setUint32(8, (0x0a000000 | ((agent >> 7) << 8) | ((agent & 127) + 1)) >>> 0);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(bytes.length);
      return [length, bytes];
    }),
  );
}

const udpPort = await freeUdpPort();
const httpPort = await freeTcpPort();
const given = ['--topology', topology, '--state-dir', join(folder, 'state')];
const server = tenhertz('serve', '--udp-port', udpPort, '--http-port', httpPort, ...given);
const ask = async (path) => (await fetch(`http://127.0.0.1:${httpPort}/api/v1/${path}`)).json();
await ready(`http://127.0.0.1:${httpPort}/readyz`);
execFileSync('taskset', ['-acp', '1', String(server.pid)]);

const PHASES = [
  ['calm', Number(options.calm), seconds],
  ['overload', Number(options.offered), seconds],
  ['calm again', Number(options.calm), seconds],
];
const startedAt = Date.now();
const stretches = PHASES.flatMap(([, rate, time]) => [rate, time]);
const sending = promisify(execFile)('taskset', ['-c', '0', sender, udpPort, traffic, ...stretches].map(String));
const overloadEnds = startedAt + 2 * seconds * 1_000;
let thinnedLast = Number.NaN;
let thinnedUntil = overloadEnds;
let late = overloadEnds;
const memories = [];
while (Date.now() < startedAt + 3 * seconds * 1_000 + 1_000) {
  await pause(200);
  const asked = Date.now();
  const health = await ask('health');
  const thinned = health.waterfall.datagramsThinned + health.waterfall.ringDropped + health.waterfall.kernelDropped;
  if (thinned > thinnedLast && asked > overloadEnds) thinnedUntil = asked;
  thinnedLast = thinned;
  if (asked > overloadEnds && asked - health.finalBefore > 2_000) late = asked;
  memories.push([asked - startedAt, memory(server.pid).now]);
}
const sent = (await sending).stdout.trim().split('\n').map(Number);
await pause(2_000);
const {waterfall, missing} = await ask('health');

const rows = [];
for (const [i, [name, , time]] of PHASES.entries()) {
  const from = startedAt + i * seconds * 1_000 + EDGE_MS;
  const to = startedAt + (i + 1) * seconds * 1_000 - EDGE_MS;
  const span = Math.floor(to / 100) * 100 - Math.ceil(from / 100) * 100;
  const series = await ask(`fabric/series?from=${Math.ceil(from / 100) * 100}&to=${Math.floor(to / 100) * 100}`);
  const bits = series.values.reduce((sum, value) => sum + value, 0) / series.values.length;
  const truth = (sent[i] / time) * SAMPLES * RATE * LENGTH * 8;
  const samples = series.samples.reduce((sum, value) => sum + value, 0);
  rows.push([
    name,
    Math.round(sent[i] / time),
    Math.round(samples / SAMPLES / (span / 1_000)),
    bits / truth,
    1.96 / Math.sqrt(samples),
  ]);
}
await server.stop();
const [calm, overload] = rows;
const memoryAt = (ms) => memories.filter(([at]) => at < ms).at(-1)?.[1] ?? Number.NaN;
const percent = (value) => `${(100 * value).toFixed(2)} %`;
const lines = [
  `Datagrams of ${SAMPLES} samples from ${AGENTS} agents, ${seconds} s of each; offered is ${(overload[1] / overload[2]).toFixed(1)} times what was taken. Estimate of the fabric over what was sent; the 95 % interval is of the samples that were left.`,
  '',
  '| stretch | offered a second | taken a second | estimate off by | 95 % interval ± |',
  '| --- | --- | --- | --- | --- |',
  ...rows.map(
    ([name, offered, taken, ratio, band]) =>
      `| ${[name, offered.toLocaleString('en'), taken.toLocaleString('en'), percent(ratio - 1), percent(band)].join(' | ')} |`,
  ),
  '',
  `Thinned at random ${waterfall.datagramsThinned.toLocaleString('en')}, found the ring full ${waterfall.ringDropped.toLocaleString('en')}, dropped by the kernel ${waterfall.kernelDropped.toLocaleString('en')}, missing elsewhere ${missing.elsewhere.toLocaleString('en')}. After the overload the last datagram was left out ${((thinnedUntil - overloadEnds) / 1_000).toFixed(1)} s later, and bins were final in time from ${((late - overloadEnds) / 1_000).toFixed(1)} s on. Memory ${Math.round(memoryAt(seconds * 1_000))} MB before, ${Math.round(Math.max(...memories.map(([, now]) => now)))} MB at most, ${Math.round(memories.at(-1)[1])} MB at the end.`,
];
console.log(lines.join('\n'));
if (!options['no-write']) writeSection('overload', 'Overload', lines);
if (!(calm[2] > 0)) process.exitCode = 1;
