import type {Fabric} from '../../fabric/fabric.ts';
import type {GaugeValue} from '../../fabric/gauges.ts';
import type {Banded} from '../congestion/marks.ts';
import {exact} from './banded.ts';
import {HeldSecond} from './threshold-held.ts';
import type {Comparison} from './threshold-metric.ts';
import type {Subject} from './threshold-readings.ts';

/** Values of counter records, of a link or of an agent. */
export class GaugeReadings {
  private readonly fabric: Fabric;
  private readonly held: HeldSecond<number>;

  constructor(fabric: Fabric) {
    this.fabric = fabric;
    this.held = new HeldSecond(fabric);
  }

  /** The value that is furthest beyond, of all that a link, or all ports and devices of an agent tell of a metric. */
  worst(metric: string, of: Subject, comparison: Comparison): Banded | undefined {
    const isWorse = (value: number, than: number | undefined) =>
      than === undefined || (comparison === '>' ? value > than : value < than);
    const worstOf = (values: readonly GaugeValue[], found: number | undefined) => {
      for (const {metric: one, value} of values) if (one.id === metric && isWorse(value, found)) found = value;
      return found;
    };
    const {gauges} = this.fabric;
    let value: number | undefined;
    if (of.kind === 'link') value = worstOf(gauges.ofPort(of.port), undefined);
    if (of.kind === 'agent') {
      const all = this.held.once(`${metric} ${comparison}`, (found) => {
        for (const {agent, values} of gauges.all()) {
          const worst = worstOf(values, found.get(agent.address));
          if (worst !== undefined) found.set(agent.address, worst);
        }
      });
      value = all.get(of.agent.address);
    }
    return value === undefined ? undefined : exact(value);
  }
}
