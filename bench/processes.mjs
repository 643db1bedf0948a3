// Programs under measurement: started as users start them, read from /proc, always ended.
import {spawn} from 'node:child_process';
import {createSocket} from 'node:dgram';
import {readdirSync, readFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {fileURLToPath} from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
/** Clock ticks a second of /proc/PID/stat (sysconf(_SC_CLK_TCK), 100 on Linux). */
const TICKS = 100;
const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Starts a Node program; `stop` ends it. */
export function start(args, env = {}) {
  const child = spawn(process.execPath, args, {stdio: ['ignore', 'pipe', 'inherit'], env: {...process.env, ...env}});
  let output = '';
  child.stdout.on('data', (text) => {
    output += text;
  });
  running.add(child);
  const exited = new Promise((resolve) => child.once('exit', resolve)).then(() => running.delete(child));
  return {
    pid: child.pid,
    output: () => output,
    exited,
    isRunning: () => running.has(child),
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

export const tenhertz = (...args) => start([main, ...args.map(String)]);

/** CPU seconds that a process has used, all threads, user and system. */
export function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/**
 * The same to the nanosecond, of a process and its children: what the scheduler says of each thread. A clock of 100
 * ticks a second misses much of what wakes up for a moment and sleeps again.
 */
export function exactCpuSeconds(pid) {
  let ns = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    ns += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0]);
    const children = readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1').trim();
    for (const child of children.split(' ').filter(Boolean)) ns += exactCpuSeconds(child) * 1e9;
  }
  return ns / 1e9;
}

/** Datagrams that the kernel dropped in front of the sockets on a UDP port (the last column of /proc/net/udp). */
export function socketDrops(port) {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = readFileSync('/proc/net/udp', 'latin1').split('\n').slice(1);
  const columns = lines.map((line) => line.trim().split(/\s+/)).filter(([, address]) => address?.endsWith(local));
  return columns.reduce((sum, all) => sum + Number(all[12]), 0);
}

/** Resident memory and its peak, in megabytes. */
export function memory(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const field = (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)[1]) / 1024;
  return {now: field('VmRSS'), peak: field('VmHWM')};
}

export function freeTcpPort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const {port} = server.address();
      server.close(() => resolve(port));
    });
  });
}

export function freeUdpPort() {
  return new Promise((resolve) => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1', () => {
      const {port} = socket.address();
      socket.close(() => resolve(port));
    });
  });
}

/** Waits until a URL answers 200. */
export async function ready(url) {
  for (let i = 0; i < 200; i++) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.status === 200) return;
    await pause(50);
  }
  throw new Error(`${url} did not answer`);
}
