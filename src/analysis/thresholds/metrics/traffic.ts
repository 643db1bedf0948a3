import {metricRows} from '../threshold-metric.ts';

const ENTERS = 'what enters at edge links, at the links of the role or of the agent, or passes the link';
const ON_THE_WIRE = "as a share of the link's speed, with preamble and gap between frames";
const COUNTED = "by the interfaces' own counters";

/** What passes, and what becomes of it. What comes from samples is a mean over the last settled 2 s. */
export const TRAFFIC_METRICS = metricRows([
  [
    'roce-bits-per-second',
    'bit/s',
    'fabric role agent link',
    `RoCEv2 traffic, estimated: ${ENTERS}`,
    (from, of, direction) => from.bits(of, direction, 'roce'),
  ],
  [
    'roce-frames-per-second',
    '1/s',
    'fabric role agent link',
    `RoCEv2 frames, estimated: ${ENTERS}`,
    (from, of, direction) => from.frames(of, direction, 'roce'),
  ],
  [
    'all-bits-per-second',
    'bit/s',
    'fabric role agent link',
    `all traffic, estimated: ${ENTERS}`,
    (from, of, direction) => from.bits(of, direction, 'all'),
  ],
  [
    'all-frames-per-second',
    '1/s',
    'fabric role agent link',
    `all frames, estimated: ${ENTERS}`,
    (from, of, direction) => from.frames(of, direction, 'all'),
  ],
  [
    'roce-utilisation',
    'share',
    'link',
    `RoCEv2 traffic ${ON_THE_WIRE}`,
    (from, of, direction) => from.utilisation(of, direction, 'roce'),
  ],
  [
    'utilisation',
    'share',
    'link',
    `all traffic ${ON_THE_WIRE}`,
    (from, of, direction) => from.utilisation(of, direction, 'all'),
  ],
  [
    'ce-share',
    'share',
    'fabric link',
    'share of RoCEv2 frames that are marked congestion experienced; of the fabric on all hops',
    (from, of, direction) => from.ceShare(of, direction),
  ],
  [
    'cnp-per-second',
    '1/s',
    'fabric link',
    'congestion notification packets, estimated; of the fabric those that enter at edge links',
    (from, of, direction) => from.cnps(of, direction),
  ],
  [
    'trimmed-per-second',
    '1/s',
    'fabric',
    'packets that switches trimmed, estimated, of what leaves at edge links',
    (from) => from.trimmed(),
  ],
  [
    'discards-per-second',
    '1/s',
    'fabric agent link',
    `packets discarded in and out, ${COUNTED}`,
    (from, of) => from.counted(of, 'inDiscardsPerSecond', 'outDiscardsPerSecond'),
  ],
  [
    'errors-per-second',
    '1/s',
    'fabric agent link',
    `packets with errors in and out, ${COUNTED}`,
    (from, of) => from.counted(of, 'inErrorsPerSecond', 'outErrorsPerSecond'),
  ],
  [
    'symbol-errors-per-second',
    '1/s',
    'fabric agent link',
    `symbol errors, ${COUNTED}`,
    (from, of) => from.counted(of, 'symbolErrorsPerSecond'),
  ],
  [
    'drop-notifications-per-second',
    '1/s',
    'fabric agent',
    'packets that switches told they dropped, over 10 s: a lower bound',
    (from, of) => from.found.dropNotifications(of.kind === 'agent' ? of.agent.address : undefined),
  ],
]);
