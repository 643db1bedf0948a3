import {describe, expect, it} from 'vitest';
import {Random} from '../../src/simulator/random.ts';
import {addressWords, datagram, flow, packet} from '../account/support/wire.ts';
import {Pipeline, START_MS} from '../proofs/support/pipeline.ts';
import {proofCount, proofSeed} from '../support/proof.ts';

const N = 1_000;
const SECONDS = 12;
const PSNS = 2 ** 24;
const WRITE_MIDDLE = 0x07;
const READ_REQUEST = 0x0c;
const READ_RESPONSE_MIDDLE = 0x0e;
const ACKNOWLEDGE = 0x11;

interface Traffic {
  /** N of 1-in-N that the agent claims, where it takes 1 in `N`. */
  claimed?: number;
  flows?: number;
  packetsPerSecond?: number;
  /** Ports that each packet may come by. */
  ports?: number;
  /** Of all packets: acknowledgements, whose numbers are the other side's. */
  acknowledgements?: number;
  /** One packet in so many is a READ request that takes 100 numbers. */
  readEvery?: number;
  /** By flow: numbers that each packet takes. */
  numbers?: (flow: number) => number;
}

/** Kinds of events of the last one. */
let events: string[] = [];

/** What the witness says behind samples that were drawn from packets with numbers of their own. */
function witness(traffic: Traffic, random: Random) {
  const {claimed = N, flows = 12, packetsPerSecond = 20_000, ports = 1, acknowledgements = 0, readEvery = 0} = traffic;
  const {numbers = () => 1} = traffic;
  const drawn: {at: number; qp: number; psn: number; opcode: number}[] = [];
  const share = 1 / N;
  for (let qp = 0; qp < flows; qp++) {
    let number = Math.floor(random.uniform() * PSNS);
    for (let index = 0; index < SECONDS * packetsPerSecond; index++) {
      const isAck = random.uniform() < acknowledgements;
      const isRead = readEvery > 0 && index % readEvery === 0;
      if (!isAck) number += isRead ? 100 : numbers(qp);
      const at = (index / packetsPerSecond) * 1_000;
      for (let answer = 0; isRead && answer < 100; answer++) {
        if (random.uniform() < share) drawn.push({at, qp, psn: number % PSNS, opcode: READ_RESPONSE_MIDDLE});
      }
      if (random.uniform() >= share) continue;
      const opcode = isAck ? ACKNOWLEDGE : isRead ? READ_REQUEST : WRITE_MIDDLE;
      drawn.push({at, qp, psn: isAck ? 7 : number % PSNS, opcode});
    }
  }
  drawn.sort((a, b) => a.at - b.at);
  const pipeline = new Pipeline();
  const from = addressWords('192.0.2.1');
  drawn.forEach(({at, qp, psn, opcode}, i) => {
    const port = 1 + qp * ports + Math.floor(random.uniform() * ports);
    const ends = opcode === READ_RESPONSE_MIDDLE ? {source: '10.0.0.2', destination: '10.0.0.1'} : {};
    const header = packet({destQp: 100 + qp, psn, opcode, ...ends});
    const bytes = datagram([flow({source: port, input: port, output: 0, rate: claimed, header})], {sequence: i + 1});
    pipeline.receive(bytes, bytes.length, from, START_MS + at);
  });
  pipeline.ingest.tick(START_MS + SECONDS * 1_000);
  events = pipeline.fabric.events.after(0).map(({kind}) => kind);
  return pipeline.fabric.flows.samplesVersusNumbers(pipeline.fabric.agents.all[0]!);
}

describe('sequence numbers as a witness of the sampling rate', () => {
  it('agree with a rate that is as claimed, and only 1 in a million times leave it out of their interval', () => {
    const random = new Random(proofSeed(), 91);
    for (let i = proofCount(3, 200); i > 0; i--) {
      const told = witness({flows: 4, acknowledgements: 0.3}, random)!;
      expect(told.verdict).toBe('agrees');
      expect(events).not.toContain('sampling-rate-wrong');
      expect(told.low).toBeLessThan(1);
      expect(told.high).toBeGreaterThan(1);
    }
  });

  it('belie a rate that is not', () => {
    const told = witness({claimed: N / 2}, new Random(proofSeed(), 92))!;
    expect(told.verdict).toBe('disagrees');
    expect(told.ratio).toBeGreaterThan(0.44);
    expect(told.ratio).toBeLessThan(0.56);
    expect(events).toContain('sampling-rate-wrong');
  });

  it('belie nothing where more was sampled than they count: it may have been sent again', () => {
    // After every 100 packets the last 50 are sent once more: far less than lies between two samples.
    let sent = 0;
    const told = witness({numbers: () => (++sent % 150 === 0 ? -49 : 1)}, new Random(proofSeed(), 96))!;
    expect(told.ratio).toBeGreaterThan(1.3);
    expect(told.verdict).toBe('unknown');
    expect(events).not.toContain('sampling-rate-wrong');
  });

  it('are not asked of queue pairs that READ, nor of those whose packets come by several ports', () => {
    const random = new Random(proofSeed(), 93);
    expect(witness({readEvery: 200, packetsPerSecond: 60_000}, random)).toBeUndefined();
    expect(witness({ports: 2}, random)).toBeUndefined();
  });

  it('say nothing where flows differ by more than sampling does', () => {
    const told = witness({numbers: (qp) => (qp % 2 === 0 ? 1 : 4)}, new Random(proofSeed(), 94))!;
    expect(told.verdict).toBe('unknown');
  });

  it('say nothing of few samples', () => {
    expect(witness({flows: 1, packetsPerSecond: 3_000}, new Random(proofSeed(), 95))).toBeUndefined();
  });
});
