// Loaded into a server under measurement (`--import`): tells which thread is which, and how long the main thread takes for
// each Partial. Lines of JSON in the file that THREAD_WATCH_LOG names, those of the main thread when it ends.
import {appendFileSync, readlinkSync} from 'node:fs';
import {isMainThread, Worker, workerData} from 'node:worker_threads';

const file = process.env.THREAD_WATCH_LOG;
const write = (line) => appendFileSync(file, `${JSON.stringify(line)}\n`);
write({thread: isMainThread ? 'main' : workerData?.tenhertz, id: readlinkSync('/proc/thread-self').split('/').at(-1)});

if (isMainThread) {
  const taken = [];
  const {on} = Worker.prototype;
  Worker.prototype.on = function (name, listener) {
    if (name !== 'message') return on.call(this, name, listener);
    return on.call(this, name, (message) => {
      const from = performance.now();
      listener(message);
      if (message?.type === 'partial') taken.push([Date.now(), performance.now() - from, message.encoded.byteLength]);
    });
  };
  process.on('exit', () => write({taken}));
}
