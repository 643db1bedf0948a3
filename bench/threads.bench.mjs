// Several ingest threads: what a datagram costs and how many are taken with 1, 2 and 4 of them, and how evenly they are
// loaded with a hot switch beside a hundred quiet ones.
//
//   node bench/threads.bench.mjs [--threads 1,2,4] [--rounds N] [--seconds N] [--rate N] [--offered N]
//     [--receiver native|dgram] [--no-write]
//
// `--rounds 1 --seconds 2 --rate 20000 --offered 60000 --no-write` is the short form. Runs on the built dist, the whole
// server. Where there are but two cores the sender has one of them half to itself: how cost grows with threads shows
// there, and that nothing is lost by moves; how the rate grows does not.
import {execFileSync, spawn} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {cpus, tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';
import {referenceDatagrams} from './decode-traffic.mjs';
import {exactCpuSeconds, freeTcpPort, freeUdpPort, pause, ready, tenhertz} from './processes.mjs';
import {median, writeSection} from './results.mjs';

const {values: options} = parseArgs({
  options: {
    threads: {type: 'string', default: '1,2,4'},
    rounds: {type: 'string', default: '3'},
    seconds: {type: 'string', default: '5'},
    rate: {type: 'string', default: '50000'},
    offered: {type: 'string', default: '250000'},
    receiver: {type: 'string', default: 'native'},
    'no-write': {type: 'boolean', default: false},
  },
});
const counts = options.threads.split(',').map(Number);
const seconds = Number(options.seconds);
const [rate, offered] = [Number(options.rate), Number(options.offered)];
const AGENTS = 256;
const QUIET = 100;
const SAMPLES = 6;
/** The optimizing compiler's time is not counted, nor what threads need to share the agents. */
const WARM_UP_S = 4;
/** A switch is as quiet as the others for so long before it becomes hot; and what the balancer has to even that out. */
const CALM_S = 3;
const SETTLE_S = 10;

const here = fileURLToPath(new URL('.', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'tenhertz-threads-'));
process.on('exit', () => rmSync(folder, {recursive: true, force: true}));
const sender = join(folder, 'sender');
execFileSync('cc', ['-std=c11', '-O2', '-o', sender, join(here, 'native/sender.c')]);
const all = trafficFile('all', AGENTS, 0);
const hot = trafficFile('hot', 1, 0);
const quiet = trafficFile('quiet', QUIET, 1);

/** Datagrams behind their lengths, each of an agent of its own. */
function trafficFile(name, agents, first) {
  const file = join(folder, name);
  const parts = referenceDatagrams(agents, SAMPLES).flatMap((bytes, agent) => {
    new DataView(bytes.buffer).setUint32(8, 0x0a000001 + first + agent);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    return [length, bytes];
  });
  writeFileSync(file, Buffer.concat(parts));
  return file;
}

/** Sends at a rate, or at several one after another. Resolves to how many were sent, once it has ended. */
function send(port, file, ...rates) {
  const child = spawn(sender, [port, file, ...rates].map(String), {stdio: ['ignore', 'pipe', 'inherit']});
  let output = '';
  child.stdout.on('data', (text) => {
    output += text;
  });
  return new Promise((resolve) =>
    child.once('close', () =>
      resolve(
        output
          .trim()
          .split('\n')
          .reduce((sum, line) => sum + Number(line), 0),
      ),
    ),
  );
}

async function withServer(threads, use) {
  const [httpPort, udpPort] = [await freeTcpPort(), await freeUdpPort()];
  const server = tenhertz(
    ...['serve', '--http-port', httpPort, '--udp-port', udpPort, '--udp-host', '127.0.0.1'],
    ...['--ingest-threads', threads, '--receiver', options.receiver, '--state-dir', join(folder, 'state')],
  );
  const url = `http://127.0.0.1:${httpPort}`;
  await ready(url);
  const health = async () => (await fetch(`${url}/api/v1/health`)).json();
  try {
    return await use({udpPort, health, pid: server.pid});
  } finally {
    await server.stop();
  }
}

/** CPU microseconds that the whole server spends on a datagram. */
function cost(threads) {
  return withServer(threads, async ({udpPort, health, pid}) => {
    const sending = send(udpPort, all, rate, WARM_UP_S + seconds + 1);
    await pause(WARM_UP_S * 1_000);
    const [before, cpu] = [await health(), exactCpuSeconds(pid)];
    await pause(seconds * 1_000);
    const [after, used] = [await health(), exactCpuSeconds(pid) - cpu];
    await sending;
    return (used / (after.waterfall.datagramsDecoded - before.waterfall.datagramsDecoded)) * 1e6;
  });
}

/** Datagrams a second that are taken of far too many. */
function taken(threads) {
  return withServer(threads, async ({udpPort, health}) => {
    const sending = send(udpPort, all, rate, WARM_UP_S, offered, seconds + 2);
    await pause((WARM_UP_S + 1) * 1_000);
    const [before, at] = [await health(), performance.now()];
    await pause(seconds * 1_000);
    const after = await health();
    const elapsed = (performance.now() - at) / 1_000;
    await sending;
    return (after.waterfall.datagramsDecoded - before.waterfall.datagramsDecoded) / elapsed;
  });
}

/** One of a hundred quiet switches becomes as hot as any thread's share: the shares of the threads once that is evened out. */
function evenness(threads) {
  return withServer(threads, async ({udpPort, health}) => {
    const ofQuiet = rate / 2;
    const ofHot = Math.round(ofQuiet / Math.max(1, threads - 1));
    const quietly = [ofQuiet / QUIET, CALM_S];
    const sending = Promise.all([
      send(udpPort, quiet, ofQuiet, CALM_S + SETTLE_S + seconds + 1),
      send(udpPort, hot, ...quietly, ofHot, SETTLE_S + seconds + 1),
    ]);
    await pause(CALM_S * 1_000);
    await pause(SETTLE_S * 1_000);
    const before = await health();
    await pause(seconds * 1_000);
    const after = await health();
    const sent = (await sending).reduce((sum, count) => sum + count, 0);
    await pause(1_500);
    const {waterfall, ingest} = await health();
    const by = after.ingest.threads.map(({datagrams}, i) => datagrams - before.ingest.threads[i].datagrams);
    const mean = by.reduce((sum, count) => sum + count, 0) / by.length;
    return {
      shares: by.map((count) => count / (mean * by.length)),
      most: Math.max(...by) / mean,
      moves: ingest.moves,
      movesLost: ingest.movesLost,
      unseen: sent - waterfall.datagramsDecoded,
      missing: waterfall.datagramsMissing,
      duplicates: waterfall.datagramsDuplicate,
    };
  });
}

const found = new Map(counts.map((threads) => [threads, {cost: [], taken: []}]));
for (let round = 0; round < Number(options.rounds); round++) {
  for (const threads of counts) {
    found.get(threads).cost.push(await cost(threads));
    found.get(threads).taken.push(await taken(threads));
  }
}
const rows = [];
for (const threads of counts) {
  const {cost: costs, taken: rates} = found.get(threads);
  const even = threads > 1 ? await evenness(threads) : undefined;
  const spread = `${Math.min(...costs).toFixed(2)} to ${Math.max(...costs).toFixed(2)}`;
  const shares = even ? even.shares.map((share) => `${(share * 100).toFixed(0)} %`).join(', ') : '';
  const exact = even ? `${even.moves} (${even.movesLost}), ${even.unseen}, ${even.missing}, ${even.duplicates}` : '';
  rows.push(
    `| ${[threads, median(costs).toFixed(2), spread, Math.round(median(rates)).toLocaleString('en'), shares, even?.most.toFixed(2) ?? '', exact].join(' | ')} |`,
  );
}
const lines = [
  `The whole server (${options.receiver}) with several ingest threads: CPU at ${rate.toLocaleString('en')} datagrams/s of ${SAMPLES} samples from ${AGENTS} agents, medians of ${options.rounds}; datagrams taken a second of ${offered.toLocaleString('en')} offered; and the threads' shares of the datagrams with a hot switch, as much as any other thread can have, beside ${QUIET} quiet ones, ${SETTLE_S} s after it has become hot.`,
  '',
  '| threads | CPU µs a datagram | spread | taken/s | shares with a hot switch | fullest over mean | moves (without state), not decoded, missing, duplicates |',
  '| --- | --- | --- | --- | --- | --- | --- |',
  ...rows,
  '',
  `${cpus().length} cores, sender included: ${cpus().length > 4 ? 'each thread has one.' : 'what more threads cost shows, what they bring does not, for sender, receiver and main thread take these cores.'}`,
];
console.log(lines.join('\n'));
if (!options['no-write']) writeSection('threads', 'Ingest threads', lines);
