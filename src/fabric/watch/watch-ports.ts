import {type Port, type Ports, portLabel} from '../ports.ts';
import type {Herd} from './watch-herd.ts';

/** `400 Gbit/s`. */
function speedText(bitsPerSecond: number): string {
  const [size, prefix] = bitsPerSecond >= 1e9 ? [1e9, 'G'] : bitsPerSecond >= 1e6 ? [1e6, 'M'] : [1e3, 'k'];
  return `${Number((bitsPerSecond / size).toPrecision(3))} ${prefix}bit/s`;
}

/** Notices when a port's speed becomes another one, or is not believed any more. */
export class PortWatch {
  /** bit/s; none while it is not known. */
  private readonly speeds = new WeakMap<Port, number>();
  private revision = -1;

  look(ports: Ports, herd: Herd): void {
    if (ports.revision === this.revision) return;
    this.revision = ports.revision;
    for (const port of ports.all) {
      const speed = port.speed ?? 0;
      const before = this.speeds.get(port) ?? 0;
      if (speed === before) continue;
      this.speeds.set(port, speed);
      if (before === 0) continue;
      if (speed === 0) {
        herd.add({
          kind: 'speed-wrong',
          level: 'warning',
          link: port.id,
          agent: port.agent.address,
          name: port.id,
          text: `${portLabel(port)} counts more octets than the ${speedText(before)} carry that its agent states: its speed is taken for unknown`,
          figures: {before},
        });
        continue;
      }
      herd.add({
        kind: 'speed-changed',
        level: speed < before ? 'warning' : 'info',
        link: port.id,
        agent: port.agent.address,
        name: port.id,
        text: `${portLabel(port)} runs at ${speedText(speed)} instead of ${speedText(before)}`,
        figures: {speed, before},
      });
    }
  }
}

export const MANY_PORTS = {
  'speed-changed': (many: string) => `${many} ports run at another speed`,
  'speed-wrong': (many: string) => `${many} ports count more octets than the speeds carry that their agents state`,
} as const;
