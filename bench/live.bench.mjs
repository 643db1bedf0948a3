// The reference fabric as a user runs it: CPU and memory of the server, and how long after a bin's end its figures
// are in a client, with 1, 100 and 1,000 clients that each watch other links, and in a real Chromium.
//
//   node bench/live.bench.mjs [--seconds 30] [--settle 90]

import {parseArgs} from 'node:util';
import {chromium} from 'playwright-core';
import WebSocket from 'ws';
import {exactCpuSeconds, freeTcpPort, freeUdpPort, memory, pause, ready, start, tenhertz} from './processes.mjs';
import {quantile, writeSection} from './results.mjs';

const {values} = parseArgs({
  options: {
    seconds: {type: 'string', default: '30'},
    // After the first measurement, until the second: in its first minutes a server compiles itself.
    settle: {type: 'string', default: '90'},
  },
});
const seconds = Number(values.seconds);
const BIN_MS = 100;
const HEADER_NEWEST = 8;

/** Server and simulator; `measure` runs while both do. */
async function withFabric(sampling, measure) {
  const httpPort = await freeTcpPort();
  const udpPort = await freeUdpPort();
  const server = tenhertz('serve', '--http-port', httpPort, '--udp-port', udpPort);
  await ready(`http://127.0.0.1:${httpPort}/readyz`);
  const simulator = tenhertz('simulate', '--collector', `127.0.0.1:${udpPort}`, '--sampling', sampling, '--seed', 1);
  try {
    await pause(5_000);
    return await measure({server, url: `127.0.0.1:${httpPort}`});
  } finally {
    await simulator.stop();
    await server.stop();
  }
}

/** Share of a core that a process uses over some seconds, in percent. */
async function cpuShare(pid, meanwhile = () => pause(seconds * 1_000)) {
  const before = exactCpuSeconds(pid);
  const at = performance.now();
  await meanwhile();
  return (100 * (exactCpuSeconds(pid) - before)) / ((performance.now() - at) / 1_000);
}

/** Clients on the live socket; resolves with the delays of their frames behind the bin's end, in ms. */
async function clientDelays(url, count) {
  const links = (await (await fetch(`http://${url}/api/v1/links`)).json()).links.map(({id}) => id);
  const delays = [];
  let watching = false;
  const sockets = Array.from({length: count}, (_, client) => {
    const socket = new WebSocket(`ws://${url}/api/v1/live`, 'tenhertz.v1');
    socket.binaryType = 'nodebuffer';
    socket.on('open', () => {
      const watched = [0, 1, 2, 3, 4].map((i) => links[(client * 5 + i) % links.length]);
      const topics = ['links', 'summary', 'flows'];
      socket.send(
        JSON.stringify({type: 'subscribe', fabric: true, links: watched, heatmap: true, topics, history: 150}),
      );
    });
    socket.on('message', (frame) => {
      if (watching) delays.push(Date.now() - (frame.readDoubleLE(HEADER_NEWEST) + 1) * BIN_MS);
    });
    return socket;
  });
  await pause(2_000);
  watching = true;
  await pause(seconds * 1_000);
  for (const socket of sockets) socket.terminate();
  return delays;
}

/** The same in Chromium with the dashboard open: a second socket in the page, which shares its thread. */
async function browserDelays(url) {
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-sync'],
  });
  try {
    const page = await browser.newPage({viewport: {width: 1440, height: 1030}});
    await page.goto(`http://${url}/`);
    await pause(3_000);
    return await page.evaluate(
      ([bin, duration]) =>
        new Promise((resolve) => {
          const delays = [];
          const socket = new WebSocket(`ws://${location.host}/api/v1/live`, 'tenhertz.v1');
          socket.binaryType = 'arraybuffer';
          socket.onopen = () => socket.send(JSON.stringify({type: 'subscribe', fabric: true}));
          socket.onmessage = ({data}) =>
            delays.push(
              performance.timeOrigin + performance.now() - (new DataView(data).getFloat64(8, true) + 1) * bin,
            );
          setTimeout(() => resolve(delays), duration);
        }),
      [BIN_MS, seconds * 1_000],
    );
  } finally {
    await browser.close();
  }
}

/** What receiving the same datagrams and ignoring them costs. */
async function floor(sampling) {
  const udpPort = await freeUdpPort();
  const receiver = start([new URL('idle-receiver.mjs', import.meta.url).pathname, udpPort]);
  const simulator = tenhertz('simulate', '--collector', `127.0.0.1:${udpPort}`, '--sampling', sampling, '--seed', 1);
  try {
    await pause(4_000);
    return await cpuShare(receiver.pid);
  } finally {
    await simulator.stop();
    await receiver.stop();
  }
}

const cpuRows = [];
for (const [sampling, goal] of [
  [100_000, 5],
  [10_000, 15],
]) {
  const idle = await floor(sampling);
  const {first, cpu, rss} = await withFabric(sampling, async ({server, url}) => {
    const socket = new WebSocket(`ws://${url}/api/v1/live`, 'tenhertz.v1');
    socket.on('open', () =>
      socket.send(JSON.stringify({type: 'subscribe', fabric: true, heatmap: true, history: 150})),
    );
    const young = await cpuShare(server.pid);
    await pause(Number(values.settle) * 1_000);
    const settled = await cpuShare(server.pid);
    socket.terminate();
    return {first: young, cpu: settled, rss: memory(server.pid)};
  });
  console.log(
    `1-in-${sampling}: ${first.toFixed(1)}, settled ${cpu.toFixed(1)} % of a core, floor ${idle.toFixed(1)} %, ${rss.now.toFixed(0)} MB`,
  );
  cpuRows.push(
    `| ${sampling.toLocaleString('en')} | ${first.toFixed(1)} % | ${cpu.toFixed(1)} % | ${goal} % | ${idle.toFixed(1)} % | ${(cpu / idle).toFixed(2)} | ${rss.now.toFixed(0)} / ${rss.peak.toFixed(0)} MB |`,
  );
}
const delayRows = await withFabric(10_000, async ({server, url}) => {
  const rows = [];
  const row = (name, delays, cpu) => {
    const p = (q) => quantile(delays, q).toFixed(0);
    console.log(`${name}: p50 ${p(0.5)} ms, p99 ${p(0.99)} ms, ${delays.length} frames, server ${cpu} of a core`);
    rows.push(`| ${name} | ${p(0.5)} ms | ${p(0.99)} ms | ${p(1)} ms | ${delays.length} | ${cpu} |`);
  };
  for (const count of [1, 100, 1_000]) {
    let delays = [];
    const cpu = await cpuShare(server.pid, async () => {
      delays = await clientDelays(url, count);
    });
    row(`${count.toLocaleString('en')} client${count > 1 ? 's' : ''}`, delays, `${cpu.toFixed(0)} %`);
  }
  let delays = [];
  const cpu = await cpuShare(server.pid, async () => {
    delays = await browserDelays(url);
  });
  row('Chromium, dashboard open', delays, `${cpu.toFixed(0)} %`);
  return rows;
});

writeSection('live', 'The reference fabric live: 244 nodes at 100 Gbit/s on one switch', [
  `CPU of the whole server over ${seconds} s with one client, from 5 s after its start and again ${values.settle} s later, when it has compiled itself; beside a Node process that receives the same datagrams and looks at none of them (floor), in turns. Memory: resident / peak.`,
  '',
  '| 1-in-N | at first | settled | goal | floor | ratio | memory |',
  '| --- | --- | --- | --- | --- | --- | --- |',
  ...cpuRows,
  '',
  'Bin to browser: from the end of a bin to its frame in the client, N = 10,000, simulator, server and clients on the same cores. Each client watches five other links, the fabric, the heatmap and all topics. Goal: p50 50 ms, p99 150 ms.',
  '',
  '| clients | p50 | p99 | max | frames | server CPU |',
  '| --- | --- | --- | --- | --- | --- |',
  ...delayRows,
]);
