import {Type} from 'typebox';
import type {GaugeValue} from '../fabric/gauges.ts';
import {Nullable} from './schemas.ts';

/** One value of a counter record beside the interface counters. */
export const GaugeSchema = Type.Object(
  {
    metric: Type.String(),
    meaning: Type.String(),
    unit: Type.String({description: 'of the value; base units'}),
    kind: Type.String({description: 'gauge: as it was told; rate: of a counter, over its last interval'}),
    lane: Nullable(Type.Number({description: 'lane of the optical module, from 1; null where the metric has none'})),
    value: Type.Number(),
    time: Type.Number({description: 'epoch ms when it arrived'}),
  },
  {title: 'Gauge'},
);

export function gaugesOf({metric: {id, meaning, unit, kind}, lane, value, time}: GaugeValue) {
  return {metric: id, meaning, unit, kind: kind === 'gauge' ? 'gauge' : 'rate', lane, value, time};
}
