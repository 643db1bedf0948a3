import {describe, expect, it} from 'vitest';
import {topFlows, topFlowsInSteps} from '../../src/api/flows.ts';
import {Fabric} from '../../src/fabric/fabric.ts';
import {FLOW_WINDOW_SECONDS, Sum} from '../../src/fabric/flow-window.ts';
import {weightedPoissonBand} from '../../src/shared/band.ts';
import {type FlowSamples, IN, IN_DERIVED, PartialBuilder, type SampleRow, T} from '../support/partial-builder.ts';

const FLOW: FlowSamples = {source: '10.1.0.1', destination: '10.1.0.2', lengths: [1_000], operations: 1};

function start(max = 100) {
  const fabric = new Fabric({depth: 100, flows: max});
  const builder = new PartialBuilder();
  /** A second's flows, at `ms` after the start. */
  const second = (ms: number, flows: FlowSamples[] = [], rows: SampleRow[] = []) =>
    fabric.apply(builder.next(T + Math.floor(ms / 100), {time: T * 100 + ms, flows, rows, isSecond: true}));
  const top = (top = 10) => topFlows(fabric, {top});
  return {fabric, second, top};
}

/** Gives a port its basis, as the samples do that the flows come from. */
const measured = (port = 1, agent = '10.0.0.1', side = IN): SampleRow => ({bin: T - 1, agent, port, side, roce: [64]});

describe('the window', () => {
  it('is as long as what it holds, from the first seconds on', () => {
    const {second, top} = start();
    second(300, [], [measured()]);
    const seen: [number, number][] = [];
    for (let i = 1; i <= 8; i++) {
      second(300 + i * 1_000, [FLOW]);
      const {window, flows} = top();
      seen.push([window, flows[0]!.bitsPerSecond]);
    }
    expect(seen.map(([window]) => window)).toEqual([1, 2, 3, 4, 5, 5, 5, 5]);
    expect(seen.map(([, rate]) => rate)).toEqual(Array(8).fill(8_000_000));
  });

  it('follows producers that send a little less often than once a second', () => {
    const {second, top} = start();
    second(0, [], [measured()]);
    for (let i = 1; i <= 40; i++) {
      second(i * 1_100, [{...FLOW, lengths: [1_100]}]);
      expect(top().flows[0]!.bitsPerSecond).toBeCloseTo(8_000_000, 3);
    }
  });

  it('adds up what came in two parts', () => {
    const {second, top} = start();
    second(0, [], [measured()]);
    second(1_400, [FLOW]);
    second(1_900, [FLOW]);
    expect(top().flows[0]).toMatchObject({bitsPerSecond: 16_000_000 / 1.9, samples: 2});
  });

  it('forgets what is older', () => {
    const {second, top} = start();
    second(0, [], [measured()]);
    second(1_000, [FLOW]);
    for (let i = 2; i < 2 + FLOW_WINDOW_SECONDS - 1; i++) second(i * 1_000);
    expect(top().flows).toHaveLength(1);
    second((2 + FLOW_WINDOW_SECONDS) * 1_000);
    expect(top().flows).toHaveLength(0);
  });

  it('is one for all flows, however many steps they are weighed in', () => {
    const {fabric, second, top} = start(20_000);
    const flows = Array.from({length: 14_000}, (_, i) => ({...FLOW, destQp: i, lengths: [500 + i]}));
    second(0, [], [measured()]);
    for (let i = 1; i <= FLOW_WINDOW_SECONDS + 1; i++) second(i * 1_000, flows);
    const before = top();
    const end = (FLOW_WINDOW_SECONDS + 2) * 1_000;
    second(end, flows.slice(0, 7_000));
    const steps = topFlowsInSteps(fabric, {top: 10});
    let count = 0;
    for (let ms = end + 400; ; ms += 400) {
      const {done, value} = steps.next();
      if (done) {
        expect(value).toEqual(before);
        break;
      }
      count++;
      second(ms, flows.slice(0, 7_000));
    }
    expect(count).toBe(1);
  });

  it('is not stretched by an hour in which nothing was watched', () => {
    const {second, top} = start();
    second(0, [], [measured()]);
    second(3_600_000, [FLOW]);
    expect(top().window).toBe(FLOW_WINDOW_SECONDS);
  });
});

describe('a flow', () => {
  it('tells its operations, marks and places', () => {
    const {second, top} = start();
    second(0, [], [measured()]);
    second(1_000, [{...FLOW, lengths: [1_000, 1_000, 2_000, 4_000], operations: 3, ce: 1}]);
    expect(top().flows[0]).toMatchObject({
      ...{source: '10.1.0.1', destination: '10.1.0.2', destQp: 17, dscp: 26},
      ...{bitsPerSecond: 64_000_000, samples: 4, operationsPerSecond: 3_000, ce: 0.25, links: ['10.0.0.1~1']},
    });
  });

  it('counts where it is nearest to its source, and at each port there', () => {
    const {second, top} = start();
    second(0, [], [measured(1), measured(2), measured(1, '10.0.0.2')]);
    second(1_000, [
      {...FLOW, ttl: 64, lengths: [100]},
      {...FLOW, ttl: 64, port: 2, lengths: [200]},
      {...FLOW, ttl: 63, agent: '10.0.0.2', lengths: [5_000]},
    ]);
    const [flow] = top().flows;
    expect(flow).toMatchObject({bitsPerSecond: 300_000 * 8, samples: 2});
    expect(flow!.links).toEqual(['10.0.0.2~1', '10.0.0.1~2', '10.0.0.1~1']);
  });

  it('that is sampled both where it enters and where it leaves counts once', () => {
    const {second, top} = start();
    second(0, [], [measured(), measured(1, '10.0.0.1', IN_DERIVED)]);
    second(1_000, [FLOW, {...FLOW, side: IN_DERIVED, lengths: [700]}]);
    expect(top().flows[0]).toMatchObject({bitsPerSecond: 8_000_000, samples: 1, links: ['10.0.0.1~1']});
  });

  it('shows the CNPs that its destination sent back', () => {
    const {second, top} = start();
    second(0, [], [measured(1), measured(2)]);
    second(1_000, [
      {...FLOW, lengths: [4_000]},
      {...FLOW, source: '10.1.0.2', destination: '10.1.0.1', port: 2, destQp: 99, lengths: [82, 82], cnp: 2},
      {...FLOW, source: '10.1.0.3', destination: '10.1.0.1', port: 2, destQp: 99, lengths: [82], cnp: 1},
    ]);
    const {flows} = top();
    expect(flows.map(({source, cnpPerSecond}) => [source, cnpPerSecond])).toEqual([
      ['10.1.0.1', 2_000],
      ['10.1.0.2', 0],
      ['10.1.0.3', 0],
    ]);
  });
});

describe('the table', () => {
  it('gives the largest, and what the others add up to', () => {
    const {fabric, second, top} = start();
    second(0, [], [measured()]);
    second(
      1_000,
      [100, 400, 200, 300].map((length, i) => ({...FLOW, destQp: i, lengths: [length]})),
    );
    expect(top(2)).toMatchObject({
      flows: [{destQp: 1}, {destQp: 3}],
      other: {flows: 2, bitsPerSecond: 300_000 * 8},
    });
    const {low, high} = weightedPoissonBand(300_000, 100_000 ** 2 + 200_000 ** 2, 400_000);
    expect(top(2).other).toMatchObject({low: low * 8, high: high * 8});
    // Others may have passed without a sample.
    expect(top(9).other).toEqual({flows: 0, bitsPerSecond: 0, low: 0, high: -Math.log(0.025) * 400_000 * 8});
    expect(topFlows(fabric, {top: 9, host: '10.9.9.9'}).flows).toEqual([]);
    expect(topFlows(fabric, {top: 9, host: '10.1.0.2'}).flows).toHaveLength(4);
    expect(topFlows(fabric, {top: 9, link: '10.0.0.1~1'}).flows).toHaveLength(4);
    expect(topFlows(fabric, {top: 9, link: '10.0.0.1~2'}).flows).toEqual([]);
  });

  it('keeps its bound; the least recently seen give way', () => {
    const {fabric, second, top} = start(3);
    second(0, [], [measured()]);
    second(
      1_000,
      [1, 2, 3].map((destQp) => ({...FLOW, destQp})),
    );
    second(
      2_000,
      [2, 3, 4].map((destQp) => ({...FLOW, destQp})),
    );
    expect(fabric.flows.size).toBe(3);
    expect(
      top()
        .flows.map(({destQp}) => destQp)
        .sort(),
    ).toEqual([2, 3, 4]);
  });

  it('follows a flow that is sprayed over very many ports without growing', () => {
    const {fabric, second, top} = start();
    const ports = Array.from({length: 200}, (_, i) => i + 1);
    second(
      0,
      [],
      ports.map((port) => measured(port)),
    );
    second(
      1_000,
      ports.map((port) => ({...FLOW, port})),
    );
    expect(top().flows[0]!.links.length).toBe(32);
    expect(fabric.ports.all).toHaveLength(200);
  });
});

describe('the ports that flows leave by', () => {
  const leaving = ({flows, ports}: Fabric) => {
    const seen: [link: string, destQp: number, bytes: number][] = [];
    flows.eachLeaving(ports.all, ({id}, {destQp}, sighting) =>
      seen.push([id, destQp, sighting.sum(Sum.Bytes, flows.newestSecond)]),
    );
    return seen.sort();
  };
  /** Port 1 sends by the ports 7 and 8, which have samples too. */
  const rows = [measured(), measured(7), measured(8)];

  it('are known for each switch of their way, and follow a flow that goes another way', () => {
    const {fabric, second} = start();
    second(0, [], rows);
    second(1_000, [
      {...FLOW, output: 7},
      {...FLOW, destQp: 18, output: 8},
      {...FLOW, destQp: 19},
    ]);
    expect(leaving(fabric)).toEqual([
      ['10.0.0.1~7', 17, 1_000_000],
      ['10.0.0.1~8', 18, 1_000_000],
    ]);
    second(2_000, [{...FLOW, output: 8}]);
    expect(leaving(fabric)).toEqual([
      ['10.0.0.1~8', 17, 2_000_000],
      ['10.0.0.1~8', 18, 1_000_000],
    ]);
    expect(fabric.flows.newestSecond).toBe(T / 10 + 2);
    second(3_000, [FLOW]); // dropped, say
    expect(leaving(fabric)[0]).toEqual(['10.0.0.1~8', 17, 3_000_000]);
  });

  it('are left out where another way of measuring counts', () => {
    const {fabric, second} = start();
    second(0, [], rows);
    second(1_000, [{...FLOW, side: IN_DERIVED, output: 7}]);
    expect(leaving(fabric)).toEqual([]);
  });
});
