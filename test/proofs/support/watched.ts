/** A simulated fabric before a server with its analysis of jobs, all in one thread and in simulated time. */
import {type Job, JobEngine} from '../../../src/analysis/jobs/job-engine.ts';
import type {FabricEvent} from '../../../src/fabric/watch/events.ts';
import {ipv4Of} from '../../../src/simulator/addresses.ts';
import type {SimulationOptions} from '../../../src/simulator/options.ts';
import {optionsOf, type Scenario} from '../../../src/simulator/scenario.ts';
import {analyseHere} from '../../support/analyse.ts';
import {START_MS} from './pipeline.ts';
import {Simulated} from './simulated.ts';

export class Watched {
  readonly simulated: Simulated;
  readonly engine: JobEngine;
  /** When the exchanges of each job began, epoch ms. */
  readonly exchanges = new Map<string, number[]>();

  constructor(scenario: Scenario, overrides: Partial<SimulationOptions> = {}) {
    this.simulated = new Simulated(optionsOf(scenario, {startMs: START_MS, ...overrides}), scenario.transport);
    for (const job of this.simulated.simulation.jobs) {
      const starts: number[] = [];
      this.exchanges.set(job.name, starts);
      job.onExchange = ({startMs}) => starts.push(startMs);
    }
    this.engine = new JobEngine(this.simulated.pipeline.fabric, analyseHere());
  }

  /** Lets seconds pass. */
  pass(seconds: number): void {
    for (let i = 0; i < 2 * seconds; i++) {
      this.simulated.pass(500);
      this.engine.advance();
    }
  }

  get nowMs(): number {
    return this.simulated.simulation.nowMs;
  }

  get jobs(): readonly Job[] {
    return this.engine.report?.jobs ?? [];
  }

  get events(): readonly FabricEvent[] {
    return this.simulated.pipeline.fabric.events.after(0);
  }
}

/** The address of a node of the simulator. */
export function addressOf(node: number): string {
  const address = ipv4Of(node);
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}

export const addressesOf = (nodes: readonly number[]): string[] => nodes.map(addressOf).sort();
