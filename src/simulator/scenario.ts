import {defaultOptions, type SimulationOptions} from './options.ts';
import type {TransportOptions} from './transport.ts';

/** A fabric with its traffic, agents and faults, ready to be simulated by name. */
export interface Scenario {
  readonly name: string;
  /** What it shows, in one line for the list. */
  readonly summary: string;
  /** What differs from the reference fabric. */
  readonly options: Partial<SimulationOptions>;
  /** What befalls the datagrams; nothing if left out. */
  readonly transport?: Partial<TransportOptions>;
}

/** The whole options of a scenario. */
export function optionsOf(scenario: Scenario, more: Partial<SimulationOptions> = {}): SimulationOptions {
  return {...defaultOptions, ...scenario.options, ...more};
}
