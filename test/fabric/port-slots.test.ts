import {expect, it} from 'vitest';
import {PortSlots} from '../../src/fabric/port-slots.ts';
import {Random} from '../../src/simulator/random.ts';
import {proofCount, proofSeed} from '../support/proof.ts';

it('finds what a map would, whatever comes and leaves', () => {
  const random = new Random(proofSeed(), 5);
  const slots = new PortSlots();
  const known = new Map<string, {agent: number; ifIndex: number; slot: number}>();
  const draw = () => ({
    agent: random.below(40),
    // Side by side, far apart, and as large as they can be.
    ifIndex: [random.below(64), random.below(8) * 1_000, 2 ** 32 - 1 - random.below(40)][random.below(3)]!,
  });
  for (let i = 0; i < proofCount(20_000, 2_000_000); i++) {
    const {agent, ifIndex} = draw();
    const name = `${agent}~${ifIndex}`;
    expect(slots.get(agent, ifIndex)).toBe(known.get(name)?.slot ?? -1);
    if (known.has(name)) {
      if (random.uniform() > 0.4) continue;
      slots.remove(agent, ifIndex);
      known.delete(name);
    } else {
      slots.add(agent, ifIndex, i);
      known.set(name, {agent, ifIndex, slot: i});
    }
  }
  expect(known.size).toBeGreaterThan(1_000);
  for (const {agent, ifIndex, slot} of known.values()) expect(slots.get(agent, ifIndex)).toBe(slot);
});
