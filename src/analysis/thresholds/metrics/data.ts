import {metricRows} from '../threshold-metric.ts';

/** How good the data is. */
export const DATA_METRICS = metricRows([
  [
    'samples-missing-share',
    'share',
    'fabric agent',
    'share of the samples of the last 10 s that did not come, by their numbers',
    (from, of) => from.missingShare(of),
  ],
  [
    'datagrams-dropped-per-second',
    '1/s',
    'fabric',
    'datagrams that this machine dropped or left out in the last 10 s: kernel, ring of the receiver, thinning',
    (from) => from.droppedHere(),
  ],
  [
    'unknown-role-share',
    'share',
    'fabric',
    'share of the traffic that enters at links of unknown role, which figures of the fabric leave out',
    (from) => from.unknownRoles(),
  ],
  ['agent-silence-seconds', 's', 'agent', "time since the agent's last datagram", (from, of) => from.silence(of)],
  [
    'time-resolution-seconds',
    's',
    'agent',
    "time that the agent's samples may be off by, mean over the last 10 s",
    (from, of) => from.timeResolution(of),
  ],
  [
    'samples-versus-counters',
    'ratio',
    'agent',
    "bytes estimated from the agent's samples over octets counted by its interfaces; 1 where both tell the same",
    (from, of) => from.versusCounters(of),
  ],
]);
