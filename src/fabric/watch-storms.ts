import type {GaugeLog} from './gauges.ts';
import {portName} from './ports.ts';
import type {Herd} from './watch-herd.ts';
import {count} from './watch-text.ts';

/** Tells of storms of pause frames that switches' own watchdogs found, and of their end. */
export function lookAtStorms(gauges: GaugeLog, herd: Herd): void {
  for (const {agent, port, source, isOver, count: storms} of gauges.takeStorms()) {
    const {address} = agent;
    const where = port ? `${portName(port)} of ${address}` : `data source ${source} of ${address}`;
    const many = storms > 1 ? `, ${count(storms)} times` : '';
    herd.add({
      kind: 'pfc-storm',
      level: isOver ? 'good' : 'warning',
      agent: address,
      ...(port ? {link: port.id} : {}),
      name: port?.id ?? address,
      text: isOver
        ? `the storm of pause frames at ${where} is over${many}`
        : `a storm of pause frames at ${where}${many}`,
      figures: {storms},
    });
  }
}

export const MANY_STORMS = {
  'pfc-storm': (many: string) => `storms of pause frames began or ended at ${many} ports`,
} as const;
