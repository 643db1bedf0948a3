// Loaded into a server under measurement (`--import`): tells which thread is which, and how long the main thread takes for
// each Partial, and of that on a core (the scheduler's own count, in steps of its tick). Lines of JSON in the file that THREAD_WATCH_LOG names, those of the main thread when it ends.
import {appendFileSync, readFileSync, readlinkSync} from 'node:fs';
import {isMainThread, Worker, workerData} from 'node:worker_threads';

const file = process.env.THREAD_WATCH_LOG;
const write = (line) => appendFileSync(file, `${JSON.stringify(line)}\n`);
write({thread: isMainThread ? 'main' : workerData?.tenhertz, id: readlinkSync('/proc/thread-self').split('/').at(-1)});

if (isMainThread) {
  const taken = [];
  const cpuMs = () => Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')[0]) / 1e6;
  // Partials are taken one after the other, in the order in which they came, each in a turn of its own; then it is said.
  const came = [];
  let last = {at: 0, cpu: 0};
  const {on, postMessage} = Worker.prototype;
  Worker.prototype.on = function (name, listener) {
    if (name !== 'message') return on.call(this, name, listener);
    return on.call(this, name, (message) => {
      if (message?.type === 'partial')
        came.push({at: performance.now(), cpu: cpuMs(), bytes: message.encoded.byteLength});
      listener(message);
    });
  };
  Worker.prototype.postMessage = function (message, ...more) {
    if (message?.type === 'taken') {
      const {at, cpu, bytes} = came.shift();
      const now = {at: performance.now(), cpu: cpuMs()};
      taken.push([Date.now(), now.at - Math.max(at, last.at), bytes, now.cpu - Math.max(cpu, last.cpu)]);
      last = now;
    }
    return postMessage.call(this, message, ...more);
  };
  process.on('exit', () => write({taken}));
}
