import type {Subject} from '../../analysis/thresholds/threshold-readings.ts';
import {ThresholdReader} from '../../analysis/thresholds/threshold-readings.ts';
import type {Fabric} from '../../fabric/fabric.ts';
import type {MetricsBuilder} from './builder.ts';

/** What switches count themselves that is worth an alert, of all interfaces of an agent together. */
export function interfaceMetrics(builder: MetricsBuilder, fabric: Fabric): void {
  const reader = new ThresholdReader(fabric);
  const rate = (what: 'Discards' | 'Errors', help: string) =>
    builder.gauge(
      `tenhertz_agent_${what.toLowerCase()}_per_second`,
      `${help}, by the counters of all interfaces of the agent over their last interval.`,
      ['agent', 'direction'],
      (set) => {
        for (const agent of fabric.agents.all) {
          const of: Subject = {kind: 'agent', agent};
          for (const direction of ['in', 'out'] as const) {
            const counted = reader.counted(of, `${direction}${what}PerSecond`);
            if (counted) set(counted.value, {agent: agent.address, direction});
          }
        }
      },
    );
  rate('Discards', 'Packets discarded');
  rate('Errors', 'Packets with errors');
}
