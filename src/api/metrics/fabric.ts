import {fabricMarks} from '../../analysis/congestion/marks.ts';
import type {Fabric} from '../../fabric/fabric.ts';
import {FABRIC_SCOPE} from '../../fabric/reader.ts';
import {ROLES} from '../../fabric/roles/roles.ts';
import {MEASURE_NAMES} from '../../shared/live.ts';
import {meanOver, settledWindow} from '../estimate.ts';
import {marksOf} from '../marks.ts';
import {fabricQuartiles} from '../quartiles.ts';
import {SETTLED_MS, unknownShare} from '../summary.ts';
import type {MetricsBuilder} from './builder.ts';

const QUARTILES = ['min', 'q1', 'median', 'q3', 'max'] as const;

/** The whole fabric: gauges over the settled window, and totals that advance by final bins only. */
export function fabricMetrics(builder: MetricsBuilder, fabric: Fabric): void {
  const estimates = () => {
    const {from, to} = settledWindow(fabric, SETTLED_MS);
    return MEASURE_NAMES.map((measure) => ({measure, estimate: meanOver(fabric, FABRIC_SCOPE, measure, from, to)}));
  };
  const rate = (suffix: string, help: string, pick: 'bitsPerSecond' | 'low' | 'high') =>
    builder.gauge(`tenhertz_fabric_bytes_per_second${suffix}`, help, ['traffic'], (set) => {
      for (const {measure, estimate} of estimates()) {
        const bits = estimate[pick];
        if (bits !== null) set(bits / 8, {traffic: measure});
      }
    });
  rate('', 'Estimated traffic entering at edge links, mean over the last settled 2 s.', 'bitsPerSecond');
  rate('_low', 'Lower end of the 95 % interval of tenhertz_fabric_bytes_per_second.', 'low');
  rate('_high', 'Upper end of the 95 % interval of tenhertz_fabric_bytes_per_second.', 'high');
  builder.gauge(
    'tenhertz_fabric_link_bytes_per_second',
    'Quartiles over the links of a role: estimated traffic coming in, mean over the last settled 2 s.',
    ['role', 'quartile'],
    (set) => {
      const {from, to} = settledWindow(fabric, SETTLED_MS);
      const {edge, core} = fabricQuartiles(fabric, from, to);
      for (const [role, quartiles] of Object.entries({edge, core})) {
        for (const quartile of QUARTILES) if (quartiles) set(quartiles[quartile] / 8, {role, quartile});
      }
    },
  );
  builder.gauge(
    'tenhertz_fabric_marked_frames_per_second',
    'Estimated frames leaving at edge links that are marked ce, are CNPs or were trimmed, mean over the last settled 2 s.',
    ['mark'],
    (set) => {
      const {from, to} = settledWindow(fabric, SETTLED_MS);
      for (const [mark, {framesPerSecond}] of Object.entries(marksOf(fabric, from, to))) {
        if (framesPerSecond !== null) set(framesPerSecond, {mark});
      }
    },
  );
  const {totals} = fabric;
  builder.counter(
    'tenhertz_fabric_bytes_total',
    'Estimated bytes that entered at edge links, with FCS, final bins only.',
    ['traffic'],
    (set) => {
      set(totals.roceBytes, {traffic: 'roce'});
      set(totals.allBytes, {traffic: 'all'});
    },
  );
  builder.counter(
    'tenhertz_fabric_frames_total',
    'Estimated frames that entered at edge links, final bins only.',
    ['traffic'],
    (set) => {
      set(totals.roceFrames, {traffic: 'roce'});
      set(totals.allFrames, {traffic: 'all'});
    },
  );
  builder.counter(
    'tenhertz_fabric_ce_frames_total',
    'Estimated RoCEv2 frames that came in marked congestion experienced, on any hop, final bins only.',
    [],
    (set) => set(totals.ceFrames),
  );
  builder.counter(
    'tenhertz_fabric_cnp_frames_total',
    'Estimated congestion notification packets that entered at edge links, final bins only.',
    [],
    (set) => set(totals.cnpFrames),
  );
  const ceShare = (suffix: string, help: string, pick: 'value' | 'low' | 'high') =>
    builder.gauge(`tenhertz_fabric_ce_share${suffix}`, help, [], (set) => {
      const {from, to} = settledWindow(fabric, SETTLED_MS);
      const {ceShare} = fabricMarks(fabric, from, to);
      if (ceShare) set(ceShare[pick]);
    });
  ceShare(
    '',
    'Share of RoCEv2 frames marked congestion experienced, on all hops, mean over the last settled 2 s.',
    'value',
  );
  ceShare('_low', 'Lower end of the 95 % interval of tenhertz_fabric_ce_share.', 'low');
  ceShare('_high', 'Upper end of the 95 % interval of tenhertz_fabric_ce_share.', 'high');
  builder.gauge('tenhertz_links', 'Links that are known.', [], (set) => set(fabric.ports.all.length));
  builder.gauge('tenhertz_agents', 'Agents that are known.', [], (set) => set(fabric.agents.all.length));
  builder.gauge('tenhertz_links_by_role', 'Links that are known, by role.', ['role'], (set) => {
    for (const role of ROLES) set(fabric.roles.counts[role], {role});
  });
  builder.gauge(
    'tenhertz_unknown_role_share',
    'Share of the traffic entering at links of unknown role, which the fabric figures leave out.',
    [],
    (set) => {
      const {from, to} = settledWindow(fabric, SETTLED_MS);
      set(unknownShare(fabric, from, to));
    },
  );
  builder.gauge('tenhertz_final_time_seconds', 'Bins before this time will not change.', [], (set) => {
    if (Number.isFinite(fabric.finalBin)) set(fabric.finalBin / 10);
  });
}
