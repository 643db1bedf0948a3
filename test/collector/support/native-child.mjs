/**
 * Treats the built native receiver badly, in a process of its own, and prints what is left of it as JSON:
 *
 *   node --expose-gc native-child.mjs cycles|abuse|rings|exit [ADDON [SECONDS]]
 *
 * By hand, with an addon that watches its own memory:
 *
 *   node src/collector/native/build.mjs --sanitize /tmp/asan/receiver.node
 *   LD_PRELOAD=$(gcc -print-file-name=libasan.so) ASAN_OPTIONS=detect_leaks=0 \
 *     node --expose-gc test/collector/support/native-child.mjs abuse /tmp/asan/receiver.node 20
 */
import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {readdirSync, readFileSync} from 'node:fs';
import {isMainThread, parentPort, Worker, workerData} from 'node:worker_threads';
import {BUCKETS, DispatchTable, dispatchTable} from '../../../dist/collector/dispatch.js';
import {loadAddon} from '../../../dist/collector/native/addon.js';
import {NativeCollector} from '../../../dist/collector/native/collector.js';
import {Mark, RingReader, ringMemory} from '../../../dist/collector/native/ring.js';

const [mode, file, seconds = '2'] = isMainThread ? process.argv.slice(2) : [workerData.mode, workerData.file];
const addon = loadAddon(file);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const make = (options = {}) => new NativeCollector({port: 0, host: '127.0.0.1', ...options}, addon);

/** Every datagram is its first byte, counted up. Answers how many were read, and how many were not as sent. */
function drain({ring}, counts) {
  ring.drain((length) => {
    counts.read++;
    counts.bytes += length;
    for (let i = 1; i < length; i++) {
      if (ring.landing[i] !== ((ring.landing[0] + i) & 255)) {
        counts.wrong++;
        return;
      }
    }
  });
}

const pattern = Uint8Array.from({length: 65_536 + 256}, (_, i) => i);

/** Bursts of datagrams of any size, most of them small, to whichever port is wanted. */
async function makeSender() {
  const socket = createSocket({type: 'udp4', sendBufferSize: 1 << 20}).bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const send = (port, count) => {
    for (let i = 0; i < count; i++) {
      const largest = [0, 64, 1_400, 9_000, 65_507][Math.floor(Math.random() * 5)];
      const length = Math.random() < 0.1 ? largest : Math.floor(Math.random() * (largest + 1));
      const first = i & 255;
      socket.send(pattern.subarray(first, first + length), port, '127.0.0.1', () => {});
    }
  };
  return {send, close: () => socket.close()};
}

async function held() {
  // What a finalizer lets go of is collected the next time.
  for (let i = 0; i < 4; i++) {
    gc();
    await pause(50);
  }
  const status = readFileSync('/proc/self/status', 'latin1');
  const megabytes = (field) => Math.round(Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)[1]) / 1024);
  return {
    threads: readdirSync('/proc/self/task').length,
    descriptors: readdirSync('/proc/self/fd').length,
    resident: megabytes('VmRSS'),
    mapped: megabytes('VmSize'),
  };
}

/** A hundred starts and stops, half of them while datagrams come. */
async function cycles() {
  const sender = await makeSender();
  const cycle = async (i) => {
    const receiver = make();
    const {port} = await receiver.start();
    sender.send(port, i % 2 === 0 ? 20 : 0);
    if (i % 4 === 0) await pause(1);
    await receiver.stop();
    gc(); // its ring is collected with it
  };
  for (let i = 0; i < 20; i++) await cycle(i);
  const before = await held();
  for (let i = 0; i < 100; i++) await cycle(i);
  const after = await held();
  sender.close();
  return {before, after};
}

/** Receivers in workers, ended in every way there is, while datagrams of all sizes come in bursts. */
async function abuse() {
  const counts = {workers: 0, read: 0, bytes: 0, wrong: 0, received: 0, ringDropped: 0, kernelDropped: 0};
  const endings = ['stop', 'terminate', 'exit', 'forget'];
  const sender = await makeSender();
  const until = performance.now() + Number(seconds) * 1_000;
  const one = async (ending) => {
    const worker = new Worker(new URL(import.meta.url), {workerData: {mode: 'worker', file, ending}});
    const ended = once(worker, 'exit');
    worker.on('message', (message) => {
      if (message.counts) for (const key of Object.keys(message.counts)) counts[key] += message.counts[key];
    });
    const [{port}] = await once(worker, 'message');
    for (let burst = 0; burst < 8; burst++) {
      sender.send(port, Math.floor(Math.random() * 300));
      await pause(Math.random() * 20);
    }
    if (ending === 'terminate') await worker.terminate();
    else worker.postMessage('end');
    sender.send(port, 200);
    await ended;
    counts.workers++;
  };
  for (let i = 0; performance.now() < until; i += 2) {
    await Promise.all([one(endings[i % 4]), one(endings[(i + 1) % 4])]);
  }
  sender.close();
  return counts;
}

/** A worker of `abuse`. Its ring is small, and it looks into it seldom, so that the ring is full now and then. */
async function work() {
  const forward = ['127.0.0.1:9', '[::1]:9']; // nobody is there
  let receiver = make({ringBytes: 256 * 1024, receiveBufferBytes: 1 << 20, forward});
  const {port} = await receiver.start();
  const counts = {read: 0, bytes: 0, wrong: 0};
  const timer = setInterval(() => drain(receiver, counts), 1 + Math.random() * 10);
  parentPort.postMessage({port});
  await once(parentPort, 'message');
  clearInterval(timer);
  drain(receiver, counts);
  const {received, ringDropped, kernelDropped} = receiver.counts;
  parentPort.postMessage({counts: {...counts, received, ringDropped, kernelDropped}});
  if (workerData.ending === 'exit') process.exit();
  if (workerData.ending === 'stop') await receiver.stop();
  receiver = undefined;
  globalThis.gc?.();
  await pause(5);
  parentPort.close();
}

/** Datagrams that begin as sFlow does, of any size, into several small rings between which their agents move. */
async function rings() {
  const memories = Array.from({length: 3}, () => ringMemory(256 * 1024));
  const shared = {rings: memories, table: dispatchTable(Math.floor(Math.random() * 2 ** 32))};
  const receiver = make({shared, receiveBufferBytes: 1 << 20});
  const {port} = await receiver.start();
  const readers = memories.map((memory) => new RingReader(memory));
  const table = new DispatchTable(shared.table);
  const counts = {sent: 0, read: 0, wrong: 0, left: 0, arrived: 0};
  const drainAll = () => {
    for (const [ring, reader] of readers.entries()) {
      reader.onMark = (mark, _bucket, peer) => {
        counts[mark === Mark.Leave ? 'left' : 'arrived']++;
        if (peer === ring) counts.wrong++;
        return true;
      };
      reader.drain((length) => {
        counts.read++;
        if (length > 12 && reader.landing[length - 1] !== (length & 255)) counts.wrong++;
      });
    }
  };
  const socket = createSocket({type: 'udp4', sendBufferSize: 1 << 20}).bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const until = performance.now() + Number(seconds) * 1_000;
  while (performance.now() < until) {
    for (let i = 0; i < 200; i++) {
      const length = Math.floor(Math.random() * (Math.random() < 0.1 ? 60_000 : 60));
      const bytes = Buffer.alloc(length);
      if (length >= 8) {
        bytes.writeUInt32BE(Math.random() < 0.9 ? 5 : 4);
        bytes.writeUInt32BE(Math.floor(Math.random() * 4), 4);
      }
      if (length > 12) {
        bytes[11] = Math.random() * 50;
        bytes[length - 1] = length;
      }
      socket.send(bytes, port, '127.0.0.1', () => {});
      counts.sent++;
    }
    for (let i = 0; i < 80; i++) table.ask(Math.floor(Math.random() * (BUCKETS + 9)), Math.floor(Math.random() * 4));
    const used = Array.from({length: BUCKETS}, (_, i) => i).filter((i) => table.ringOf(i) >= 0);
    await pause(Math.random() * 20);
    drainAll();
    for (const bucket of used.slice(0, 20)) table.ask(bucket, Math.floor(Math.random() * 3));
  }
  await pause(50);
  await receiver.stop();
  drainAll();
  socket.close();
  for (const reader of readers) reader.count();
  const sum = (count) => readers.reduce((total, reader) => total + reader.counts[count], 0);
  const [received, dropped, thinned] = [sum('received'), sum('ringDropped'), sum('thinned')];
  return {...counts, received, unseen: received - dropped - thinned - counts.read, moved: table.moved};
}

/** The process ends with two receivers at work, one of them in a worker. */
async function exit() {
  const sender = await makeSender();
  const worker = new Worker(new URL(import.meta.url), {workerData: {mode: 'worker', file, ending: 'exit'}});
  const [{port}] = await once(worker, 'message');
  const receiver = make();
  const own = await receiver.start();
  for (let i = 0; i < 10; i++) {
    sender.send(port, 50);
    sender.send(own.port, 50);
    await pause(1);
  }
  return {received: receiver.counts.received > 0};
}

const modes = {cycles, abuse, rings, exit, worker: work};
const result = await modes[mode]();
if (isMainThread) {
  console.log(JSON.stringify(result));
  process.exit(0);
}
