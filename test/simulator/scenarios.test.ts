import {createHash} from 'node:crypto';
import {describe, expect, test} from 'vitest';
import {DEFAULT_LIMITS} from '../../src/account/accountant.ts';
import {Ingest} from '../../src/account/ingest.ts';
import {Count} from '../../src/account/ledger.ts';
import {agentOptionsOf, SamplingPoint} from '../../src/simulator/agent-options.ts';
import {findFault} from '../../src/simulator/options.ts';
import {optionsOf, type Scenario} from '../../src/simulator/scenario.ts';
import {findScenario, scenarios} from '../../src/simulator/scenarios.ts';
import {Simulation} from '../../src/simulator/simulation.ts';
import {Transport} from '../../src/simulator/transport.ts';
import {sumByRole} from '../../src/simulator/truth.ts';
import {START_MS} from './harness.ts';
import {walk} from './walker.ts';

/** Where the datagrams come from, as far as the server knows. */
const SENDER = Uint32Array.of(0, 0, 0xffff, 0x7f000001);

/** Lets a scenario run; what it sent, what it really carried, and what of it could be sampled. */
function play(scenario: Scenario, ms: number, ingest?: Ingest) {
  const options = optionsOf(scenario, {startMs: START_MS, seed: 5});
  const hash = createHash('sha256');
  const result = {bins: 0, entered: 0, left: 0, flowSamples: 0, agents: new Set<string>(), hash: ''};
  const transport = new Transport(scenario.transport ?? {}, options.seed, START_MS, (bytes, length, atMs) => {
    hash.update(bytes.subarray(0, length));
    if (ingest === undefined) return;
    ingest.buffer.set(bytes.subarray(0, length));
    ingest.receive(length, SENDER, atMs);
    const walked = walk(bytes, length);
    result.flowSamples += walked.samples.filter(({kind}) => kind === 'flow').length;
    result.agents.add(walked.agent);
  });
  const simulation: Simulation = new Simulation(
    options,
    (bytes, length, atMs) => transport.send(bytes, length, atMs),
    (_bin, plan, tallies) => {
      if (plan !== simulation.topology.switches[0]) return;
      const {edge} = sumByRole(simulation.topology, tallies);
      result.bins++;
      result.entered += edge.in.frames;
      result.left += edge.out.frames;
    },
  );
  simulation.advance(START_MS + ms);
  simulation.end();
  transport.end();
  result.hash = hash.digest('hex');
  return {...result, simulation};
}

test('every scenario has a name of its own by which it is found', () => {
  expect(new Set(scenarios.map(({name}) => name)).size).toBe(scenarios.length);
  for (const scenario of scenarios) expect(findScenario(scenario.name)).toBe(scenario);
  expect(findScenario('nothing')).toBeUndefined();
});

describe.each(scenarios.map((scenario) => ({...scenario, scenario})))('$name', ({name, scenario}) => {
  // What takes long to lay down is played short.
  const ms = name === 'large' ? 20 : 200;

  test('has options without fault, carries traffic, samples it and repeats by seed', () => {
    expect(findFault(optionsOf(scenario))).toBeUndefined();
    const ingest = new Ingest({limits: DEFAULT_LIMITS, producer: 0, epoch: 1, seed: 1}, () => {});
    const {simulation, agents, entered, left, bins, flowSamples, hash} = play(scenario, ms, ingest);
    const {counts} = ingest.accountant;
    expect(bins).toBe(Math.ceil(ms / 100));
    expect(entered).toBeGreaterThan(0);
    expect(left).toBeGreaterThan(0);
    // But for multicast, which leaves by several ports.
    if (scenario.options.control === undefined) expect(left).toBeLessThanOrEqual(entered);
    expect(flowSamples).toBeGreaterThan(0);
    expect(agents.size).toBeGreaterThan(0);
    expect(agents.size).toBeLessThanOrEqual(simulation.topology.switches.length);
    // The server reads it all: nothing damaged, rejected or unusable.
    expect(counts[Count.DatagramsDamaged]).toBe(0);
    const {DatagramsReceived, DatagramsDecoded, DatagramsDuplicate, FlowSamples, FlowSamplesCounted} = Count;
    expect(counts[DatagramsReceived]).toBe(counts[DatagramsDecoded]! + counts[DatagramsDuplicate]!);
    expect(counts[FlowSamplesCounted]).toBe(counts[FlowSamples]);
    if (counts[DatagramsDuplicate] === 0) expect(counts[FlowSamples]).toBe(flowSamples);
    expect(counts[Count.RoceSamples]).toBeGreaterThan(0.5 * flowSamples);
    if (name !== 'large') expect(play(scenario, ms).hash).toBe(hash);
  });
});

test('the scenario of both sides samples so everywhere', () => {
  const options = optionsOf(findScenario('both')!);
  expect(agentOptionsOf('core1', options).samplingPoint).toBe(SamplingPoint.Both);
});
