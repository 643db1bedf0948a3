import type {SectionData} from '../account/codec.ts';
import {COUNTERS, columnIndexes, TEXT_BYTES} from '../account/schema.ts';
import type {Agent} from './agents.ts';
import type {Port, Ports} from './ports.ts';

const column = columnIndexes(COUNTERS);
const decoder = new TextDecoder();

/** Is told of each reading of a port's counters: the interval, 0 for a new baseline, and what octets grew by. */
export type CounterListener = (port: Port, elapsedMs: number, inOctets: number, outOctets: number) => void;

/** Takes interface counters: the ports' speeds, and rates over the interval that each difference spans. */
export function applyCounters(
  section: SectionData,
  locals: readonly (Agent | undefined)[],
  ports: Ports,
  heard: CounterListener,
): void {
  const {columns, rows} = section;
  for (let i = 0; i < rows; i++) {
    const value = (name: string) => columns[column[name]!]![i]!;
    const agent = locals[value('agent')];
    const port = agent && ports.intern(agent, value('port'));
    if (!port) continue;
    ports.setSpeed(port, value('speed'));
    const elapsedMs = value('elapsedMs');
    heard(port, elapsedMs, value('inOctets'), value('outOctets'));
    if (elapsedMs <= 0) continue;
    const perSecond = (name: string) => {
      const delta = value(name);
      return Number.isNaN(delta) ? null : (delta * 1_000) / elapsedMs;
    };
    ports.setCounters(port, {
      time: value('time'),
      elapsedMs,
      inOctetsPerSecond: perSecond('inOctets'),
      inPacketsPerSecond: perSecond('inPackets'),
      inDiscardsPerSecond: perSecond('inDiscards'),
      inErrorsPerSecond: perSecond('inErrors'),
      outOctetsPerSecond: perSecond('outOctets'),
      outPacketsPerSecond: perSecond('outPackets'),
      outDiscardsPerSecond: perSecond('outDiscards'),
      outErrorsPerSecond: perSecond('outErrors'),
      fcsErrorsPerSecond: perSecond('fcsErrors'),
      symbolErrorsPerSecond: perSecond('symbolErrors'),
    });
  }
}

/** Takes the names that agents gave their ports, and their own: those of port 0. */
export function applyNames(section: SectionData, locals: readonly (Agent | undefined)[], ports: Ports): void {
  const [agents, indexes, text] = section.columns;
  for (let i = 0; i < section.rows; i++) {
    const agent = locals[agents![i]!];
    if (!agent) continue;
    const bytes = (text as Uint8Array).subarray(i * TEXT_BYTES, (i + 1) * TEXT_BYTES);
    const end = bytes.indexOf(0);
    const name = decoder.decode(end < 0 ? bytes : bytes.subarray(0, end));
    const ifIndex = indexes![i]!;
    if (ifIndex === 0) {
      agent.name = name || undefined;
      continue;
    }
    const port = ports.intern(agent, ifIndex);
    if (port) ports.setName(port, name);
  }
}
