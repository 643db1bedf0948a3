// One ingest thread as the server starts it, without the server: its Partials are counted and dropped.
//   ingest-thread.mjs PORT native|dgram [blocked]
// `blocked`: the main thread stands still for 500 ms each second.
import {Worker} from 'node:worker_threads';
import {decodePartial} from '../../dist/account/codec.js';
import {Count} from '../../dist/account/ledger.js';
import {COUNTS_SECTION} from '../../dist/account/schema.js';

const [port, receiver, blocked] = process.argv.slice(2);
let gc = 0;
const counts = new Float64Array(64);
const worker = new Worker(new URL('../../dist/ingest.js', import.meta.url), {
  workerData: {
    tenhertz: 'ingest',
    memory: 2 * 1024 ** 3,
    source: {kind: 'udp', port: Number(port), host: '127.0.0.1', receiver},
    thread: 0,
    epoch: 1,
    seed: 1,
  },
  execArgv: ['--import', new URL('gc-watch.mjs', import.meta.url).href],
});
worker.on('message', (message) => {
  if (message.type === 'failed') throw new Error(message.message);
  if (message.type === 'gc') gc = message.longest;
  if (message.type !== 'partial') return;
  worker.postMessage({type: 'taken'});
  for (const {schema, columns, rows} of decodePartial(message.encoded).sections) {
    if (schema.id !== COUNTS_SECTION.id) continue;
    for (let row = 0; row < rows; row++) counts[columns[0][row]] += columns[1][row];
  }
});
if (blocked) {
  setInterval(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500), 1_000);
}
process.on('SIGTERM', () => {
  const [received, decoded] = [counts[Count.DatagramsReceived], counts[Count.DatagramsDecoded]];
  const dropped = counts[Count.DatagramsKernelDropped] + counts[Count.DatagramsRingDropped];
  console.log(JSON.stringify({received, decoded, dropped, samples: counts[Count.FlowSamples], gc}));
  process.exit(0);
});
