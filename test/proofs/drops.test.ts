import {afterAll, expect, it} from 'vitest';
import {DROP_WINDOW_SECONDS} from '../../src/fabric/drops.ts';
import {NO_BUFFER_SPACE} from '../../src/simulator/drop-notifier.ts';
import {optionsOf} from '../../src/simulator/scenario.ts';
import {drops} from '../../src/simulator/scenarios/drops.ts';
import {proofCount, proofSeed, proofTable} from '../support/proof.ts';
import {START_MS} from './support/pipeline.ts';
import {Simulated} from './support/simulated.ts';

const table: string[][] = [];

afterAll(() => {
  const about = [
    'An incast whose last switch tells of some of the frames that it drops, and of how many it does not tell. What it',
    'counts before its first notification nobody can know.',
  ];
  const head = ['seconds', 'dropped', 'told of', 'held back, by its own count', 'together', 'off by'];
  proofTable('drops', 'Dropped packets', about, head, table);
});

it('what a switch dropped is what it told of and what it says it held back, at the port that was full', () => {
  const seconds = proofCount(8, 50);
  const simulated = new Simulated({...optionsOf(drops), startMs: START_MS, seed: proofSeed()});
  const dropped = new Map<string, number>();
  simulated.onTruth = (_bin, plan, tallies) => {
    for (let i = 0; i < plan.ports; i++) {
      const frames = tallies.dropped.frames(plan.firstPort + i);
      const link = `${plan.agent}~${i + 1}`;
      if (frames > 0) dropped.set(link, (dropped.get(link) ?? 0) + frames);
    }
  };
  expect(seconds).toBeLessThan(DROP_WINDOW_SECONDS);
  for (let second = 0; second < seconds; second++) simulated.pass(1_000);
  // The incast is over by then, and all is sent: an agent waits a second at most.
  simulated.pass(900);
  simulated.pipeline.ingest.tick(simulated.simulation.nowMs + 2_000);
  const {fabric} = simulated.pipeline;

  const places = fabric.drops.places();
  expect(places.map(({link}) => link).sort()).toEqual([...dropped.keys()].sort());
  for (const {link, code, frames} of places) {
    expect(code).toBe(NO_BUFFER_SPACE);
    expect(frames).toBeLessThanOrEqual(dropped.get(link!)!);
  }
  const truth = [...dropped.values()].reduce((sum, frames) => sum + frames, 0);
  const told = places.reduce((sum, {frames}) => sum + frames, 0);
  const heldBack = fabric.drops.unreported().reduce((sum, {suppressed}) => sum + suppressed, 0);
  expect(fabric.drops.unreported().reduce((sum, {missing}) => sum + missing, 0)).toBe(0);
  expect(told).toBeGreaterThan(100);
  expect(heldBack).toBeGreaterThan(told);
  const off = (told + heldBack) / truth - 1;
  expect(off).toBeLessThanOrEqual(0);
  expect(off).toBeGreaterThan(-0.02);
  table.push([
    ...[String(seconds), String(truth), String(told), String(heldBack), String(told + heldBack)],
    `${(100 * off).toFixed(2)} %`,
  ]);

  // Those that lost packets are those that sent to the full port's host.
  const flows = fabric.drops.flows();
  const receivers = new Set(flows.map(({destination}) => destination));
  expect(receivers.size).toBe(1);
  expect(flows.every(({source}) => source !== null && !receivers.has(source))).toBe(true);
  // Background traffic to that host is dropped as well, and has no queue pair.
  expect(flows.every(({isRoce, destQp}) => isRoce === (destQp !== null))).toBe(true);
  expect(new Set(flows.filter(({isRoce}) => isRoce).map(({source}) => source)).size).toBe(12);

  const began = fabric.events.after(0).filter(({kind}) => kind === 'drops-began');
  expect(began).toHaveLength(1);
  expect(began[0]).toMatchObject({agent: places[0]!.agent, link: places[0]!.link, level: 'warning'});
  expect(began[0]!.text).toContain([...receivers][0]);
});
