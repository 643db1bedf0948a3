import {Background} from './background.ts';
import {CollectiveJob} from './collective-job.ts';
import {ControlTraffic} from './control.ts';
import type {TrafficModel, TrafficPlan} from './flows.ts';
import {TrainingJob} from './job.ts';
import type {SimulationOptions} from './options.ts';
import type {PairFactory} from './pairs.ts';
import {Random} from './random.ts';
import {Storage} from './storage.ts';
import type {Topology} from './topology.ts';

/** Independent generators from one seed, apart from those of the simulation (see there). */
const RandomStream = {Cycle: 1, Storage: 4, FirstJob: 2 ** 20} as const;

/** Lays down the traffic of a fabric; what is passed to a `Simulation` in place of what its options say. */
export type TrafficFactory = (plan: TrafficPlan, topology: Topology, pairs: PairFactory) => TrafficModel[];

/**
 * The traffic that the options describe: their jobs, or without any one job over each group of nodes that can reach
 * each other, all in the same cycle; TCP between all; storage and control traffic if asked for.
 */
export function trafficOf(options: SimulationOptions, random: Random): TrafficFactory {
  const {seed, speed, startMs} = options;
  return (plan, topology, pairs) => {
    const cycleRandom = new Random(seed, RandomStream.Cycle);
    const models: TrafficModel[] = options.jobs.map(
      (spec, i) => new CollectiveJob(spec, speed, startMs, plan, pairs, new Random(seed, RandomStream.FirstJob + i)),
    );
    for (const {first, nodes} of topology.groups) {
      const job = {...options, firstNode: first, nodes, beganMs: startMs};
      if (options.jobs.length === 0) models.push(new TrainingJob(job, plan, pairs, cycleRandom));
      models.push(new Background(first, nodes, plan, pairs.shapes, random));
    }
    if (options.storage !== undefined) {
      const own = new Random(seed, RandomStream.Storage);
      models.push(new Storage(options.storage, speed, startMs, plan, pairs, own));
    }
    if (options.control !== undefined) models.push(new ControlTraffic(options.control, topology, plan, pairs.shapes));
    return models;
  };
}
