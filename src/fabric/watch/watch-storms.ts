import type {GaugeLog} from '../gauges.ts';
import {portName} from '../ports.ts';
import type {Herd} from './watch-herd.ts';
import {count} from './watch-text.ts';

/** Tells of storms of pause frames that switches' own watchdogs found, and of their end. */
export function lookAtStorms(gauges: GaugeLog, herd: Herd): void {
  for (const {agent, port, source, found, over} of gauges.takeStorms()) {
    const {address} = agent;
    const where = port ? `${portName(port)} of ${address}` : `data source ${source} of ${address}`;
    const storms = (many: number) => (many > 1 ? `${count(many)} storms` : 'a storm');
    const end = over === 0 ? '' : over >= found ? ', over by now' : `, ${count(over)} of them over by now`;
    herd.add({
      kind: 'pfc-storm',
      level: found > 0 ? 'warning' : 'good',
      agent: address,
      ...(port ? {link: port.id} : {}),
      name: port?.id ?? address,
      text:
        found > 0
          ? `${storms(found)} of pause frames at ${where}${end}`
          : `${storms(over)} of pause frames at ${where} over`,
      figures: {found, over},
    });
  }
}

export const MANY_STORMS = {
  'pfc-storm': (many: string) => `storms of pause frames began or ended at ${many} ports`,
} as const;
