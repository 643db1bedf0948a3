import {portName} from '../../fabric/ports.ts';
import {durationText} from '../../shared/duration.ts';
import type {Banded} from '../congestion/marks.ts';
import {metricOf} from './threshold-metrics.ts';
import type {Subject} from './threshold-readings.ts';
import type {ThresholdRule} from './threshold-rules.ts';
import type {ThresholdChange} from './threshold-state.ts';

const PREFIXES: readonly [number, string][] = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
];

/** `93.1 %`, `1.23 Gbit/s`, `4.5 s`: a figure as people read it. */
export function figureText(value: number, unit: string): string {
  if (unit === 'share') return `${Number((value * 100).toPrecision(3))} %`;
  const [size, prefix] = PREFIXES.find(([least]) => unit === 'bit/s' && Math.abs(value) >= least) ?? [1, ''];
  const number = Number((value / size).toPrecision(3)).toLocaleString('en');
  if (unit === 'ratio' || unit === 'count') return number;
  return unit === '1/s' ? `${number} a second` : `${number} ${prefix}${unit}`;
}

/** `Ethernet7 of leaf1 (10.0.0.1~7), in`: what a threshold is about. */
export function subjectText(of: Subject, direction: 'in' | 'out'): string {
  switch (of.kind) {
    case 'fabric':
      return 'the fabric';
    case 'role':
      return `${of.role} links`;
    case 'agent': {
      const name = of.agent.given ?? of.agent.name;
      return name === undefined ? of.agent.address : `${name} (${of.agent.address})`;
    }
    case 'job':
      return subjectName(of);
    case 'link': {
      const {agent} = of.port;
      const name = agent.given ?? agent.name ?? agent.address;
      return `${portName(of.port)} of ${name} (${of.port.id}), ${direction}`;
    }
  }
}

const subjectName = ({id, name}: {id: string; name: string | undefined}) =>
  name === undefined ? `job ${id}` : `job ${name} (${id})`;

/** One sentence on what has become of a threshold on a subject. */
export function changeText(
  rule: ThresholdRule,
  of: Subject,
  reading: Banded,
  change: ThresholdChange | 'removed',
): string {
  if (change === 'crossed') return crossedText(rule, of, reading);
  if (change === 'back') return `${about(rule, of)} is back at ${readingText(rule, reading)}`;
  return `${about(rule, of)} is ${OVER[change]}`;
}

const OVER = {back: 'back', unknown: 'not known any more', removed: 'not watched any more'} as const;

/** The same of many subjects: `hot: utilisation is beyond 0.9 on 12 links`. */
export function manyText(
  {name, metric, value, scope}: ThresholdRule,
  many: string,
  change: ThresholdChange | 'removed',
): string {
  return `${name}: ${metric} is ${change === 'crossed' ? `beyond ${value}` : OVER[change]} on ${many} ${scope}s`;
}

/** `hot: utilisation of … is 93 % (91 % to 95 %), above 90 % for 10s`. */
function crossedText(rule: ThresholdRule, of: Subject, reading: Banded): string {
  const {metric, comparison, value, forMs} = rule;
  const side = comparison === '>' ? 'above' : 'below';
  const long = forMs > 0 ? ` for ${durationText(forMs)}` : '';
  return `${about(rule, of)} is ${readingText(rule, reading)}, ${side} ${figureText(value, metricOf(metric).unit)}${long}`;
}

const about = (rule: ThresholdRule, of: Subject) =>
  `${rule.name}: ${rule.metric} of ${subjectText(of, rule.direction)}`;

function readingText({metric}: ThresholdRule, {value, low, high}: Banded): string {
  const text = (figure: number) => figureText(figure, metricOf(metric).unit);
  return low === high ? text(value) : `${text(value)} (${text(low)} to ${text(high)})`;
}
