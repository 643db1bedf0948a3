import {describe, expect, it} from 'vitest';
import {HeatColumns} from '../../src/api/live/heat.ts';
import {linksTopic} from '../../src/api/summary.ts';
import {Fabric, type FabricOptions} from '../../src/fabric/fabric.ts';
import {readLedgers, waterfall} from '../../src/fabric/findings/waterfall.ts';
import {portName} from '../../src/fabric/ports.ts';
import {PartialBuilder, type SampleRow, T} from '../support/partial-builder.ts';
import {linkBytes, read} from './reading.ts';

const MINUTE = 600;
const REAL = '10.0.0.1';
const LATER = '10.9.9.9';
const forged = (i: number) => `10.66.${i >> 8}.${i & 255}`;
const row = (agent: string, bin: number, port = 1): SampleRow => ({agent, bin, port, roce: [1_000]});

/** A fabric, and how its bins are sent. */
function start(options: Partial<FabricOptions>) {
  const fabric = new Fabric({depth: 400, flows: 10, ...options});
  const builder = new PartialBuilder();
  let bin = T;
  return {
    fabric,
    get bin() {
      return bin;
    },
    /** One bin with a sample on port 1 of each of these agents. */
    send(agents: readonly string[], rows: readonly SampleRow[] = []) {
      fabric.apply(builder.next(bin + 1, {rows: [...agents.map((agent) => row(agent, bin)), ...rows]}));
      bin++;
    },
    /** Once a second a bin with the real agent alone. */
    pass(bins: number) {
      for (const end = bin + bins; bin < end; bin += 9) this.send([REAL]);
    },
    apply: (content: Parameters<PartialBuilder['next']>[1]) => {
      fabric.apply(builder.next(bin + 1, content));
      bin++;
    },
  };
}

describe('a full table of agents', () => {
  const FULL = Array.from({length: 31}, (_, i) => forged(i));

  it('refuses newcomers until some were silent for ten minutes; the real ones stay', () => {
    const run = start({agents: 32});
    const {fabric} = run;
    run.send([REAL, ...FULL]);
    const real = fabric.ports.get(`${REAL}~1`)!;
    run.send([LATER]);
    expect(fabric.agents.get(LATER)?.lastArrival).toBeUndefined();
    expect(fabric.agents.refused).toBe(1);
    run.pass(9 * MINUTE);
    run.send([LATER]);
    run.send([LATER]);
    expect(fabric.agents.get(LATER)?.lastArrival).toBeUndefined();
    expect(fabric.agents.all.length).toBe(32);
    run.pass(MINUTE);
    const {revision} = fabric.ports;
    run.send([LATER]);
    run.send([LATER]);
    expect(fabric.agents.get(LATER) !== undefined).toBe(true);
    // Two made room, one came: those that were silent for long leave only as room is needed.
    expect(fabric.agents.all.length).toBe(31);
    expect(fabric.ports.get(`${REAL}~1`) === real).toBe(true);
    expect(fabric.ports.at(real.slot) === real).toBe(true);
    expect(fabric.ports.revision).toBeGreaterThan(revision);
    expect(linksTopic(fabric).links.map(({id}) => id)).toEqual(fabric.ports.all.map(({id}) => id));
  });

  it('does not drive out agents that are heard of once in a while', () => {
    const run = start({agents: 32});
    run.send([REAL, ...FULL]);
    for (let i = 0; i < 4; i++) {
      run.pass(5 * MINUTE);
      run.send([...FULL, LATER]);
      run.send([LATER]);
    }
    expect(FULL.every((agent) => run.fabric.agents.get(agent))).toBe(true);
    expect(run.fabric.agents.get(LATER)?.lastArrival).toBeUndefined();
  });

  it('keeps what they counted in the totals, and what final bins said', () => {
    const run = start({agents: 32, depth: 12_000});
    const {fabric} = run;
    run.apply({
      rows: [REAL, ...FULL].map((agent) => row(agent, run.bin)),
      heard: [{agent: FULL[0]!, at: T * 100, missing: 7, agentDrops: 5}],
    });
    run.pass(11 * MINUTE);
    const before = waterfall(fabric);
    expect(before).toMatchObject({datagramsMissing: 7, agentDrops: 5});
    const {received} = readLedgers(fabric);
    const entered = () => read(fabric, {kind: 'fabric', role: 'unknown'}, 'roce', T).bytes;
    expect(entered()).toBe(32_000_000);
    for (let i = 0; i < 200; i++) run.send([LATER]);
    expect(fabric.agents.get(FULL[0]!)?.lastArrival).toBeUndefined();
    expect(waterfall(fabric)).toMatchObject({datagramsMissing: 7, agentDrops: 5});
    expect(readLedgers(fabric).received).toBe(received + 199);
    expect(entered()).toBe(32_000_000);
  });

  it('lets an agent that has left come back as a new one', () => {
    const run = start({agents: 32});
    run.send([REAL, ...FULL]);
    run.pass(11 * MINUTE);
    run.send([LATER]);
    const gone = FULL.filter((agent) => !run.fabric.agents.get(agent));
    expect(gone).toHaveLength(2);
    run.send([gone[0]!]);
    const again = run.fabric.ports.get(`${gone[0]}~1`)!;
    expect(again.agent.lastArrival).toBe(run.bin * 100 - 1);
    expect(linkBytes(run.fabric, again.id, 'in', run.bin - 1)).toBe(1_000_000);
  });
});

describe('a slot that another port takes', () => {
  it('has nothing of the one that left', () => {
    const run = start({ports: 16, depth: 12_000});
    const {fabric} = run;
    const ports = Array.from({length: 15}, (_, i) => i + 2);
    run.apply({
      rows: [row(REAL, run.bin), ...ports.map((port) => row(REAL, run.bin, port))],
      counters: ports.map((port) => ({agent: REAL, port, speed: 400e9, elapsedMs: 1_000, inOctets: 1e9})),
      names: ports.map((port) => ({agent: REAL, port, name: `old${port}`})),
    });
    const heat = new HeatColumns(fabric, 'roce');
    run.send(
      [REAL],
      ports.map((port) => row(REAL, run.bin, port)),
    );
    const slots = new Map(fabric.ports.all.map((port) => [port.slot, port]));
    run.pass(11 * MINUTE);
    expect(heat.columns(T, T)[0]!.every((cell) => cell > 0)).toBe(true);
    run.send([REAL], [row(REAL, run.bin, 99)]);
    expect(fabric.ports.get(`${REAL}~99`)?.id).toBeUndefined();
    run.send([REAL], [row(REAL, run.bin, 99)]);
    const port = fabric.ports.get(`${REAL}~99`)!;
    const before = slots.get(port.slot)!;
    expect(before.ifIndex).toBeGreaterThan(1);
    expect(fabric.ports.get(before.id)?.id).toBeUndefined();
    expect(fabric.ports.slots).toBe(16);
    expect([portName(port), port.speed, port.counters]).toEqual(['ifIndex 99', undefined, undefined]);
    expect(linkBytes(fabric, port.id, 'in', T)).toBe(0);
    expect(linkBytes(fabric, port.id, 'in', run.bin - 1)).toBe(1_000_000);
    run.send([REAL], [row(REAL, run.bin, 99)]);
    expect(fabric.tally.of(port.slot, 0).samples).toBe(1);
    for (let i = 0; i < 20; i++) run.send([REAL]);
    expect(fabric.totals.ofLink(port.slot, 0).roceBytes).toBe(2_000_000);
    expect(heat.columns(T, T)[0]![port.slot]).toBe(1);
    expect(fabric.events.after(0).some(({kind}) => kind === 'speed-changed')).toBe(false);
    // The others go on.
    expect(fabric.ports.get(`${REAL}~1`) === slots.get(0)).toBe(true);
  });

  it('has no flow of the one that left', () => {
    const run = start({ports: 2});
    const flow = {agent: REAL, source: '10.1.0.1', destination: '10.1.0.2', lengths: [1_000]};
    const leaving = () => {
      const seen: [link: string, ttl: number, out: string][] = [];
      run.fabric.flows.eachLeaving(run.fabric.ports.all, ({id}, _, {port, ttl}) => seen.push([port.id, ttl, id]));
      return seen;
    };
    const rows = () => [1, 2].map((port) => row(REAL, run.bin, port));
    run.send([], rows());
    run.apply({
      rows: rows(),
      flows: [
        {...flow, port: 1, output: 2, ttl: 60},
        {...flow, port: 2, output: 1, ttl: 64},
      ],
    });
    expect(leaving()).toEqual([
      [`${REAL}~1`, 60, `${REAL}~2`],
      [`${REAL}~2`, 64, `${REAL}~1`],
    ]);
    run.pass(11 * MINUTE);
    for (let i = 0; i < 2; i++) run.send([REAL], [row(REAL, run.bin, 99)]);
    expect(run.fabric.ports.get(`${REAL}~2`)?.id).toBeUndefined();
    // The same flow at the port that has its slot, and at the other one, whose output has left.
    run.apply({
      rows: [row(REAL, run.bin), row(REAL, run.bin, 99)],
      flows: [
        {...flow, port: 1, ttl: 60},
        {...flow, port: 99, output: 1, ttl: 61},
      ],
    });
    expect(leaving()).toEqual([[`${REAL}~99`, 61, `${REAL}~1`]]);
  });

  it('stays with its port while there is room', () => {
    const run = start({});
    run.send([REAL, LATER]);
    const port = run.fabric.ports.get(`${LATER}~1`);
    run.pass(30 * MINUTE);
    run.send([forged(1)]);
    expect(run.fabric.ports.get(`${LATER}~1`) === port).toBe(true);
  });

  it('is not given away while counters are heard of', () => {
    const run = start({ports: 2});
    run.send([REAL], [row(REAL, run.bin, 2)]);
    for (let i = 0; i < 4; i++) {
      run.pass(4 * MINUTE);
      run.apply({counters: [{agent: REAL, port: 2, time: run.bin * 100}], rows: [row(REAL, run.bin, 3)]});
    }
    expect(run.fabric.ports.get(`${REAL}~2`) !== undefined).toBe(true);
    expect(run.fabric.ports.get(`${REAL}~3`)?.id).toBeUndefined();
  });
});

it('rows that left give their cells to others only when those are empty', () => {
  const run = start({depth: 400});
  run.send([REAL], [row(REAL, run.bin, 2)]);
  const old = run.fabric.rows.of(run.fabric.ports.get(`${REAL}~2`)!.slot, 0)[0]!;
  run.pass(12 * MINUTE);
  expect(run.fabric.rows.all[old.index] === undefined).toBe(true);
  run.send([REAL], [row(REAL, run.bin, 3)]);
  const [fresh] = run.fabric.rows.of(run.fabric.ports.get(`${REAL}~3`)!.slot, 0);
  expect(fresh!.index).toBe(old.index);
  const chunk = run.fabric.rings.chunk(fresh!.index);
  for (let bin = run.bin - 300; bin < run.bin - 40; bin++) {
    const cell = run.fabric.rings.at(fresh!.index, bin);
    expect([chunk.frames[cell], chunk.largest[cell]]).toEqual([0, 0]);
  }
});
