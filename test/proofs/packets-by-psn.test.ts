import {afterAll, describe, expect, it} from 'vitest';
import {topFlows} from '../../src/api/flows.ts';
import {BIN_MS} from '../../src/shared/bins.ts';
import {Random} from '../../src/simulator/random.ts';
import {addressWords, datagram, flow, packet} from '../account/support/wire.ts';
import {proofCount, proofSeed, proofTable} from '../support/proof.ts';
import {Pipeline, START_MS} from './support/pipeline.ts';

const N = 1_000;
const PORTS = 12;
/** The window that is asked for: the five seconds in front of it. */
const ASKED_MS = 8_000;
const WINDOW_MS = 5_000;
const WRITE_MIDDLE = 0x07;
const PSNS = 2 ** 24;
const table: string[][] = [];

afterAll(() => {
  const about = [
    'Drawn flows, 1 in 1,000 packets sampled: the packets of 5 s by sequence numbers, and by the samples alone.',
  ];
  const head = ['traffic', 'samples', 'flows', 'told', 'within the bands', 'rms error', 'of the samples alone'];
  proofTable('packets-by-psn', 'Packets by their sequence numbers', about, head, table);
});

/** A sender: packets a ms while it sends, which it does for a share of each period. */
interface Sender {
  destQp: number;
  packetsPerMs: number;
  periodMs: number;
  duty: number;
  phaseMs: number;
  /** It goes back by so many packets each time that it has sent so many. */
  backEvery: number;
  backBy: number;
}

/** When a sender sends its packet number `index`, ms since the start. */
function timeOf({packetsPerMs, periodMs, duty, phaseMs}: Sender, index: number): number {
  const sending = index / packetsPerMs;
  const periods = Math.floor(sending / (duty * periodMs));
  return phaseMs + periods * periodMs + (sending - periods * duty * periodMs);
}

/** Packets that it has sent by a time. */
function sentBy({packetsPerMs, periodMs, duty, phaseMs}: Sender, ms: number): number {
  const since = Math.max(0, ms - phaseMs);
  const periods = Math.floor(since / periodMs);
  return packetsPerMs * (periods * duty * periodMs + Math.min(duty * periodMs, since - periods * periodMs));
}

/** How far the numbers have got after so many packets. */
const numberAt = ({backEvery, backBy}: Sender, sent: number) => sent - Math.floor(sent / backEvery) * backBy;

/** The flows as they are told at the end of the window, behind samples that were drawn from what was sent. */
function run(senders: readonly Sender[], random: Random, opcode = WRITE_MIDDLE) {
  const samples = senders.flatMap((sender, i) => {
    const start = Math.floor(random.uniform() * PSNS);
    const drawn: {atMs: number; port: number; psn: number}[] = [];
    for (let index = 0; ; ) {
      index += Math.ceil(Math.log(random.uniform()) / Math.log(1 - 1 / N));
      const atMs = timeOf(sender, index);
      if (atMs >= ASKED_MS) return drawn;
      drawn.push({atMs, port: i + 1, psn: (start + Math.floor(numberAt(sender, index))) % PSNS});
    }
  });
  samples.sort((a, b) => a.atMs - b.atMs);
  const pipeline = new Pipeline();
  const from = addressWords('192.0.2.1');
  let nextBin = 0;
  samples.forEach(({atMs, port, psn}, i) => {
    const header = packet({destQp: 100 + port, psn, opcode});
    const bytes = datagram([flow({source: port, input: port, output: 0, rate: N, header})], {sequence: i + 1});
    for (; nextBin <= atMs; nextBin += BIN_MS) pipeline.ingest.tick(START_MS + nextBin);
    pipeline.receive(bytes, bytes.length, from, START_MS + atMs);
  });
  for (; nextBin < ASKED_MS; nextBin += BIN_MS) pipeline.ingest.tick(START_MS + nextBin);
  pipeline.ingest.tick(START_MS + ASKED_MS);
  const {flows, window} = topFlows(pipeline.fabric, {top: 100});
  expect(window).toBe(WINDOW_MS / 1_000);
  return flows;
}

interface Kind {
  name: string;
  /** Mean packets a ms. */
  packetsPerMs: number;
  duty?: number;
  backEvery?: number;
}

describe('packets by their sequence numbers', () => {
  it.each<Kind>([
    {name: 'steady, 10 samples', packetsPerMs: 2},
    {name: 'steady, 100 samples', packetsPerMs: 20},
    {name: 'steady, 1,000 samples', packetsPerMs: 200},
    {name: 'on and off, 100 samples', packetsPerMs: 20, duty: 0.3},
    {name: 'with packets sent again, 1,000 samples', packetsPerMs: 200, duty: 0.5, backEvery: 50_000},
  ])('$name', ({name, packetsPerMs, duty = 1, backEvery = Number.POSITIVE_INFINITY}) => {
    const random = new Random(proofSeed(), 77);
    const sums = {flows: 0, told: 0, inside: 0, byPsn: 0, bySamples: 0, samples: 0, back: 0};
    for (let i = proofCount(packetsPerMs < 100 ? 8 : 2, 100); i > 0; i--) {
      const senders = Array.from({length: PORTS}, (_, port): Sender => {
        const pace = packetsPerMs * (0.7 + 0.6 * random.uniform());
        const phaseMs = 600 * random.uniform();
        return {destQp: 101 + port, packetsPerMs: pace / duty, periodMs: 700, duty, phaseMs, backEvery, backBy: 3_000};
      });
      for (const {destQp, samples, packetsByPsn, retransmissions} of run(senders, random)) {
        const sender = senders.find((one) => one.destQp === destQp)!;
        const at = (ms: number) => numberAt(sender, sentBy(sender, ms));
        const truth = at(ASKED_MS) - at(ASKED_MS - WINDOW_MS);
        sums.flows++;
        sums.samples += samples;
        sums.back += retransmissions;
        if (backEvery > 1e9) expect(retransmissions).toBe(0);
        if (!packetsByPsn) continue;
        const packets = (rate: number) => (rate * WINDOW_MS) / 1_000;
        sums.told++;
        if (packets(packetsByPsn.low) <= truth && truth <= packets(packetsByPsn.high)) sums.inside++;
        sums.byPsn += (packets(packetsByPsn.perSecond) / truth - 1) ** 2;
        sums.bySamples += ((samples * N) / truth - 1) ** 2;
      }
    }
    const {flows, told, inside} = sums;
    expect(told / flows).toBeGreaterThan(packetsPerMs < 10 ? 0.8 : 0.99);
    expect(inside / told).toBeGreaterThan(0.95 - 4 * Math.sqrt((0.95 * 0.05) / told));
    const [byPsn, bySamples] = [Math.sqrt(sums.byPsn / told), Math.sqrt(sums.bySamples / told)];
    // √2 gaps against √n.
    expect(byPsn).toBeLessThan(bySamples * (packetsPerMs < 10 ? 0.8 : 0.4));
    if (backEvery < 1e9) expect(sums.back).toBeGreaterThan(sums.flows);
    const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
    const rest = [percent(told / flows), percent(inside / told), percent(byPsn), percent(bySamples)];
    table.push([name, (sums.samples / flows).toFixed(0), `${flows}`, ...rest]);
  });

  it('are not told of a flow whose numbers run ahead of its packets, nor of acknowledgements', () => {
    const random = new Random(proofSeed(), 78);
    const sender = {destQp: 101, packetsPerMs: 100, periodMs: 700, duty: 1, phaseMs: 0, backEvery: 1_000};
    // READs of 4,000 packets for each 1,000 that are sent.
    const [ahead] = run([{...sender, backBy: -4_000}], random);
    expect(ahead!.packetsByPsn).toBeNull();
    const [acks] = run([{...sender, backBy: 0}], random, 0x11);
    expect(acks!.packetsByPsn).toBeNull();
    expect(acks!.retransmissions).toBe(0);
  });
});
