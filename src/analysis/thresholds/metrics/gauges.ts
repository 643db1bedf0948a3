import {GAUGE_METRICS, type GaugeMetric} from '../../../fabric/gauges.ts';
import {type MetricRow, metricRows} from '../threshold-metric.ts';

/** Records that switches tell of their ports; the others are of devices and hosts. */
const OF_PORTS = /^(pfc|optics|port-buffer)/;

const gaugeRow = ({id, unit, kind, meaning, hasLanes}: GaugeMetric): MetricRow => [
  id,
  unit,
  OF_PORTS.test(id) ? 'link agent' : 'agent',
  `${meaning}${kind === 'counter' ? ', over the last interval of its counters' : ''}; ${
    hasLanes ? 'the lane' : 'of an agent the port or device'
  } that is furthest beyond`,
  (from, of, _direction, comparison) => from.gauges.worst(id, of, comparison),
];

/** What counter records tell beside interface counters, as `GET /counters` has it. */
export const GAUGE_THRESHOLDS = metricRows(GAUGE_METRICS.map(gaugeRow));
