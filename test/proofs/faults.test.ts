import {expect, it} from 'vitest';
import type {Waterfall} from '../../src/shared/health.ts';
import {proofCount, proofSeed} from '../support/proof.ts';
import {faces} from './support/faces.ts';
import {drawSchedule, type FaultSchedule} from './support/fault-schedule.ts';
import {FaultyWorld} from './support/faulty-world.ts';
import {WholeServer} from './support/whole-server.ts';
import {Witness} from './support/witness.ts';

const WALL_MS = 1_790_000_000_000;
/** So many of the schedules are played twice, and their faces looked at. */
const TWICE = 20;

interface Played {
  errors: string[];
  server: WholeServer;
  world: FaultyWorld;
}

function play(schedule: FaultSchedule, tableSeed: number): Played {
  const server = new WholeServer({receiver: schedule.receiver, tableSeed, wallMs: WALL_MS});
  const witness = new Witness(server, schedule);
  const world = new FaultyWorld(schedule, server);
  world.run();
  return {errors: witness.judge(world), server, world};
}

/** What the same schedule says when it happens once more, the ingest thread's tables being laid out another way. */
async function compare(schedule: FaultSchedule, {server, world}: Played): Promise<string[]> {
  const errors: string[] = [];
  const {server: other} = play(schedule, 8);
  if (other.digest !== server.digest) errors.push('the same once more gives other Partials');
  const [said, again] = [await faces(server), await faces(other)];
  for (const [path, text] of said) {
    if (again.get(path) !== text)
      errors.push(`${path} says ${text} and ${again.get(path)} when the same happens again`);
    if (/NaN|Infinity|(?<!e)-\d+(\.\d+)? *$/m.test(text)) errors.push(`${path} says ${text}`);
  }
  const {waterfall, missing} = JSON.parse(said.get('health')!) as {waterfall: Waterfall; missing: {kernel: number}};
  const {datagramsReceived, datagramsDuplicate, datagramsDecoded, datagramsRejected, flowSamples} = waterfall;
  const rejected = Object.values(datagramsRejected).reduce((sum, count) => sum + count, 0);
  const {delivered, duplicates, garbage, samples, kernelDropped} = world;
  const told = [datagramsReceived, datagramsDuplicate, datagramsDecoded, rejected, flowSamples, missing.kernel];
  const right = [delivered, duplicates, delivered - duplicates - garbage, garbage, samples, kernelDropped];
  if (`${told}` !== `${right}`) errors.push(`health tells ${told}, where it was ${right}`);
  return errors;
}

it('whatever happens to datagrams, agents, threads and clocks, the figures stay possible and the ledgers exact', async () => {
  const first = proofSeed();
  const schedules = proofCount(70, 10_000);
  for (let seed = first; seed < first + schedules; seed++) {
    const schedule = drawSchedule(seed);
    const played = play(schedule, 7);
    const errors = (seed - first) % Math.ceil(schedules / TWICE) === 0 ? await compare(schedule, played) : [];
    errors.unshift(...played.errors);
    if (errors.length === 0) continue;
    const command = `TENHERTZ_SEED=${seed} npx vitest run --config test/vitest.config.ts test/proofs/faults`;
    expect.fail(`${errors.join('\n')}\n${JSON.stringify(schedule)}\n${command}\nrepeats it`);
  }
});
