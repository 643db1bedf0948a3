// Nanoseconds a sample of decode and classify: an older commit against this checkout, in turns, in several processes.
//
//   node bench/decode.bench.mjs [--baseline COMMIT] [--processes N] [--json]
//
// Both are compiled alike into a temporary folder. Reference traffic: datagrams of 6 flow samples whose 128-byte
// headers are RoCEv2 in Ethernet, IPv4 and UDP, with the opcodes of a training job. Then the worst that fits into
// 64 KiB, which must stay below a millisecond.
import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {parseArgs} from 'node:util';
import {hostileDatagrams, referenceDatagrams} from './decode-traffic.mjs';

/** The commit before everything that sFlow can carry was decoded. */
const BASELINE = '822cd38';
const root = fileURLToPath(new URL('..', import.meta.url));
const {values: options} = parseArgs({
  options: {
    baseline: {type: 'string', default: BASELINE},
    processes: {type: 'string', default: '15'},
    child: {type: 'string'},
    json: {type: 'boolean', default: false},
  },
});
const ROUNDS = 60;

/** Compiles the decoder of a source tree. */
function compile(tree, folder, name) {
  const config = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      rootDir: join(tree, 'src'),
      outDir: join(folder, name),
      sourceMap: false,
      typeRoots: [join(root, 'node_modules/@types')],
    },
    include: ['sflow', 'packet', 'classify'].map((stage) => join(tree, 'src', stage)),
  };
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify(config));
  execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', file], {stdio: 'inherit'});
}

/** Loads what is measured. */
async function load(out) {
  const from = (path) => import(pathToFileURL(join(out, path)).href);
  const [{DatagramDecoder}, {DatagramView}, {decodeHeader}, {PacketView}, {classifyRoce}] = await Promise.all(
    ['sflow/datagram.js', 'sflow/views.js', 'packet/header.js', 'packet/view.js', 'classify/roce.js'].map(from),
  );
  return makeRunner({DatagramDecoder, DatagramView, decodeHeader, PacketView, classifyRoce});
}

/** A sink of its own for each side, so that neither sees the other's shapes. */
function makeRunner({DatagramDecoder, DatagramView, decodeHeader, PacketView, classifyRoce}) {
  const view = new DatagramView(new Uint8Array(65_536));
  const packet = new PacketView();
  const sums = new Float64Array(4);
  const sink = {
    datagram: () => true,
    flowSample(sample) {
      decodeHeader(packet, view.data, sample.headerProtocol, sample.headerOffset, sample.headerEnd);
      sums[classifyRoce(packet, view.data, sample.headerEnd) === 0 ? 0 : 1] += sample.frameLength * sample.samplingRate;
      sums[2] += packet.destQp + packet.source3 + packet.ecn;
    },
    counterSample() {},
    otherSample() {
      sums[3]++;
    },
  };
  const decoder = new DatagramDecoder(sink);
  return {
    sums,
    run(datagrams, times) {
      const start = process.hrtime.bigint();
      for (let i = 0; i < times; i++) {
        const datagram = datagrams[i % datagrams.length];
        view.bytes.set(datagram);
        view.length = datagram.length;
        decoder.decode(view);
      }
      return Number(process.hrtime.bigint() - start) / times;
    },
  };
}

const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];

const SAMPLES = 6;
const TIMES = 5_000;

/** One process, one side: the compiler decides by what it has seen, so the two must not see each other. */
function measure(side) {
  const datagrams = referenceDatagrams(64, SAMPLES);
  for (let warm = 0; warm < 20; warm++) side.run(datagrams, TIMES);
  if (side.sums[1] === 0 || side.sums[0] !== 0) throw new Error('the reference traffic is not what it should be');
  // The least of many short rounds is the one that nothing else on the machine disturbed.
  const ns = Math.min(...Array.from({length: ROUNDS}, () => side.run(datagrams, TIMES))) / SAMPLES;
  const hostile = hostileDatagrams().map(([name, datagram]) => {
    side.run([datagram], 200);
    return {
      name,
      bytes: datagram.length,
      ms: Math.min(...Array.from({length: 9}, () => side.run([datagram], 20))) / 1e6,
    };
  });
  return {ns, hostile};
}

if (options.child !== undefined) {
  console.log(JSON.stringify(measure(await load(options.child))));
} else {
  const folder = mkdtempSync(join(tmpdir(), 'tenhertz-bench-'));
  const tree = join(folder, 'tree');
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  try {
    execFileSync('git', ['worktree', 'add', '--detach', '--quiet', tree, options.baseline], {cwd: root});
    compile(tree, folder, 'before');
    compile(root, folder, 'now');
    const before = [];
    const now = [];
    for (let i = 0; i < Number(options.processes); i++) {
      before.push(child(join(folder, 'before')));
      now.push(child(join(folder, 'now')));
    }
    report(before, now);
  } finally {
    execFileSync('git', ['worktree', 'remove', '--force', tree], {cwd: root});
    rmSync(folder, {recursive: true, force: true});
  }
}

function child(folder) {
  const args = [fileURLToPath(import.meta.url), '--child', folder];
  return JSON.parse(execFileSync(process.execPath, args, {encoding: 'utf8'}));
}

function report(old, fresh) {
  const before = median(old.map((run) => run.ns));
  const now = median(fresh.map((run) => run.ns));
  const hostile = fresh[0].hostile.map(({name, bytes}, i) => {
    return {name, bytes, ms: median(fresh.map((run) => run.hostile[i].ms))};
  });
  const spread = (runs) =>
    [Math.min, Math.max].map((pick) => pick(...runs.map((run) => run.ns)).toFixed(1)).join(' to ');
  if (options.json) {
    console.log(JSON.stringify({baseline: options.baseline, before, now, ratio: now / before, hostile}));
    return;
  }
  console.log(`decode + classify, ns a sample: ${before.toFixed(1)} at ${options.baseline}, ${now.toFixed(1)} now`);
  console.log(
    `ratio ${(now / before).toFixed(3)}, medians of ${old.length} processes (${spread(old)}; ${spread(fresh)})`,
  );
  for (const {name, bytes, ms} of hostile) console.log(`${ms.toFixed(3)} ms for ${bytes} hostile bytes: ${name}`);
}
