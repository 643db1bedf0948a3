import {afterAll, describe, expect, it} from 'vitest';
import {edgeOf, operationsOf} from '../../src/api/operations.ts';
import {parseTopology} from '../../src/fabric/wiring/topology-parse.ts';
import {OperationTruth} from '../../src/simulator/operation-truth.ts';
import {optionsOf, type Scenario} from '../../src/simulator/scenario.ts';
import {both} from '../../src/simulator/scenarios/both.ts';
import {egress} from '../../src/simulator/scenarios/egress.ts';
import {reference} from '../../src/simulator/scenarios/reference.ts';
import {retries} from '../../src/simulator/scenarios/retries.ts';
import {topologyFile} from '../../src/simulator/topology-file.ts';
import {proofCount, proofSeed, proofTable} from '../support/proof.ts';
import {START_MS} from './support/pipeline.ts';
import {Simulated} from './support/simulated.ts';

const WINDOW_MS = 5_000;
/** Bands that are looked at: not one may lie further off than chance allows, and few may be missed at all. */
const FAR = 4.5;
const table: string[][] = [];

afterAll(() => {
  const about = [
    'Simulated fabrics: what the hosts sent, operation by operation, and what is told of it, in windows of 5 s over five',
    'minutes. Off by: all windows together.',
  ];
  const head = [
    ...['scenario', 'windows', 'figures', 'within their bands', 'frames off by', 'operations with a RETH off by'],
    ...['bytes an operation', 'NAKs off by', 'RNR off by'],
  ];
  proofTable('operations', 'Operations, their lengths and refusals', about, head, table);
});

/** The figures of a truth now. */
const noted = ({frames, rdmaOperations, rdmaBytes, naks, rnrs}: OperationTruth) => ({
  ...{frames: frames.slice(), rdmaOperations, rdmaBytes, naks, rnrs},
});

describe('what is told of operations is what the hosts sent', () => {
  it.each<[Scenario, number]>([
    [reference, 500],
    [both, 500],
    [egress, 400],
    [retries, 50],
  ])('$name', (scenario, sampling) => {
    const options = {
      ...optionsOf(scenario),
      ...{nodes: 32, speed: 10e9, sampling, flushMs: 10, startMs: START_MS, seed: proofSeed()},
    };
    const {fabric: kind} = options;
    if (kind.kind !== 'islands') Object.assign(options, {fabric: {...kind, coreSpeed: 40e9}});
    const simulated = new Simulated(options);
    const {fabric} = simulated.pipeline;
    fabric.wiring.set(parseTopology(topologyFile(simulated.simulation.topology)));
    const truth = new OperationTruth();
    simulated.simulation.operations = truth;
    simulated.pass(1_000);
    const windows = proofCount(1, 60);
    let figures = 0;
    let inside = 0;
    const sums = {told: 0, operations: 0, toldBytes: 0, bytes: 0};
    /** Told, and sent, over all windows. */
    const frames = {told: 0, sent: 0};
    const naks = {told: 0, sent: 0};
    const rnrs = {told: 0, sent: 0};
    const add = (sum: {told: number; sent: number}, told: number, sent: number) => {
      sum.told += told * 5;
      sum.sent += sent;
    };
    for (let window = 0; window < windows; window++) {
      const before = noted(truth);
      simulated.pass(WINDOW_MS);
      const after = noted(truth);
      const answer = operationsOf(fabric, 'fabric', edgeOf(fabric));
      expect(answer.window).toBe(5);
      const check = (told: {perSecond: number | null; low: number | null; high: number | null}, sent: number) => {
        figures++;
        const real = sent / answer.window;
        if (told.low! <= real && real <= told.high!) inside++;
        const half = (told.high! - told.low!) / 3.92;
        expect(Math.abs(told.perSecond! - real)).toBeLessThan(FAR * half + 0.01 * real);
      };
      for (let opcode = 0; opcode < 256; opcode++) {
        const sent = after.frames[opcode]! - before.frames[opcode]!;
        const told = answer.operations.find((one) => one.opcode === opcode);
        add(frames, told?.framesPerSecond ?? 0, sent);
        if (told) check({...told, perSecond: told.framesPerSecond}, sent);
        else expect(sent).toBeLessThan(12 * sampling);
      }
      const {operationsPerSecond, bytesPerOperation, ...band} = answer.rdma;
      const begun = after.rdmaOperations - before.rdmaOperations;
      // A figure of its own where several opcodes have a RETH; with one it is that one's.
      const kinds = answer.operations.filter(({opcode}) => [0x06, 0x0a, 0x0b, 0x0c].includes(opcode!));
      if (kinds.length > 1) check({perSecond: operationsPerSecond, ...band}, begun);
      else expect(operationsPerSecond).toBe(kinds[0]!.framesPerSecond);
      check(answer.naks[0]!, after.naks - before.naks);
      add(naks, answer.naks[0]!.perSecond!, after.naks - before.naks);
      add(rnrs, answer.rnrPerSecond.perSecond!, after.rnrs - before.rnrs);
      check(answer.rnrPerSecond, after.rnrs - before.rnrs);
      for (const {perSecond} of answer.naks.slice(1)) expect(perSecond).toBe(0);
      sums.told += operationsPerSecond! * 5;
      sums.toldBytes += operationsPerSecond! * 5 * bytesPerOperation!;
      sums.operations += begun;
      sums.bytes += after.rdmaBytes - before.rdmaBytes;
      if (scenario === retries) {
        expect(after.naks - before.naks).toBeGreaterThan(100);
        expect(after.rnrs - before.rnrs).toBeGreaterThan(100);
        expect(answer.naks[0]!.samples).toBeGreaterThan(0);
        expect(answer.rnrPerSecond.samples).toBeGreaterThan(0);
      }
    }
    // 95 % bands: 99.9 % of the time at least so many hold what they are for.
    expect(inside / figures).toBeGreaterThan(0.95 - 4 * Math.sqrt((0.95 * 0.05) / figures));
    const mean = (bytes: number, operations: number) => `${(bytes / operations / 1_024).toFixed(1)} KiB`;
    const off = ((100 * (sums.told - sums.operations)) / sums.operations).toFixed(2);
    const share = `${((100 * inside) / figures).toFixed(1)} %`;
    const lengths = `${mean(sums.toldBytes, sums.told)} of ${mean(sums.bytes, sums.operations)}`;
    const offBy = ({told, sent}: {told: number; sent: number}) =>
      sent === 0 ? '–' : `${((100 * (told - sent)) / sent).toFixed(2)} %`;
    const all = [offBy(frames), `${off} %`, lengths, offBy(naks), offBy(rnrs)];
    table.push([scenario.name, `${windows}`, `${figures}`, share, ...all]);
  });
});
