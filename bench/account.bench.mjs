// What a sample costs from the datagram's first byte to the Partial: decoding alone, and all that an ingest thread does.
//
//   node bench/account.bench.mjs [--rounds N] [--no-write]
//
// Runs on the built dist, in one process without sockets: 256 agents in turn, datagrams of 6 samples of RoCEv2 with 128
// bytes of header, at 50,000 a second of the injected clock. The least of all rounds of 256 datagrams but 3 % counts, for
// other programs only add to it.

import {parseArgs} from 'node:util';
import {setFlagsFromString} from 'node:v8';
import {DEFAULT_LIMITS} from '../dist/account/accountant.js';
import {Ingest} from '../dist/account/ingest.js';
import {INLINE_MORE} from '../dist/ingest.js';
import {DatagramDecoder} from '../dist/sflow/datagram.js';
import {DatagramView} from '../dist/sflow/views.js';
import {referenceDatagrams} from './decode-traffic.mjs';
import {quantile, writeSection} from './results.mjs';

const {values: options} = parseArgs({
  options: {rounds: {type: 'string', default: '4000'}, 'no-write': {type: 'boolean', default: false}},
});
// As the ingest thread does.
setFlagsFromString(INLINE_MORE);
const AGENTS = 256;
const SAMPLES = 6;
const SAMPLE_BYTES = 192;
const HEADER_BYTES = 28;
const ROUND_MS = (AGENTS / 50_000) * 1_000;
const WARM_UP = 1_500;

const datagrams = referenceDatagrams(AGENTS, SAMPLES);
datagrams.forEach((bytes, agent) => {
  new DataView(bytes.buffer).setUint32(8, 0x0a000001 + agent);
});

/** The next datagram of each agent: its numbers count up. */
function number(round) {
  for (const bytes of datagrams) {
    const data = new DataView(bytes.buffer);
    data.setUint32(16, round);
    data.setUint32(20, round * 5);
    for (let sample = 0; sample < SAMPLES; sample++) {
      const at = HEADER_BYTES + sample * SAMPLE_BYTES;
      data.setUint32(at + 8, round * SAMPLES + sample);
      data.setUint32(at + 20, (round * SAMPLES + sample) * 10_000);
    }
  }
}

/** Nanoseconds a sample of what `take` does with a datagram that lies in `buffer`. */
function measure(buffer, take) {
  const all = [];
  for (let round = 0; round < WARM_UP + Number(options.rounds); round++) {
    number(round);
    const from = process.hrtime.bigint();
    for (let agent = 0; agent < AGENTS; agent++) {
      buffer.set(datagrams[agent]);
      take(datagrams[agent].length, agent, round);
    }
    if (round >= WARM_UP) all.push(Number(process.hrtime.bigint() - from) / (AGENTS * SAMPLES));
  }
  return quantile(all, 0.03);
}

function copying() {
  return measure(new Uint8Array(65_536), () => {});
}

function decoding() {
  let samples = 0;
  const sink = {datagram: () => true, flowSample: () => samples++, counterSample() {}, otherSample() {}};
  const decoder = new DatagramDecoder(sink);
  const buffer = new Uint8Array(65_536);
  const view = new DatagramView(buffer);
  const cost = measure(buffer, (length) => {
    view.length = length;
    decoder.decode(view);
  });
  if (samples === 0) throw new Error('nothing was decoded');
  return cost;
}

function whole() {
  let partials = 0;
  const ingest = new Ingest({limits: DEFAULT_LIMITS, producer: 1, epoch: 1, seed: 12_345}, () => partials++);
  const source = new Uint32Array([0, 0, 0xffff, 0]);
  const cost = measure(ingest.buffer, (length, agent, round) => {
    source[3] = 0x0a000001 + agent;
    ingest.receive(length, source, 1.7e12 + round * ROUND_MS + agent * (ROUND_MS / AGENTS));
  });
  if (partials === 0) throw new Error('no Partial was made');
  return cost;
}

const copy = copying();
const decode = decoding() - copy;
const all = whole() - copy;
const row = (name, ns) => `| ${name} | ${ns.toFixed(0)} | ${(ns / decode).toFixed(2)} |`;
const lines = [
  'From the datagram in its buffer to the Partial, in one process without sockets, one agent after the other. The least of rounds of 256 datagrams but 3 %.',
  '',
  '| what | ns a sample | × decoding |',
  '| --- | --- | --- |',
  row('decoding sFlow', decode),
  row('decoding, header to BTH, ports, sequence, duplicates, flows, hosts, operations, Partials', all),
];
console.log(lines.join('\n'));
if (!options['no-write']) writeSection('account', 'Accounting', lines);
