import type {ImbalanceEngine} from '../../analysis/imbalance/imbalance-engine.ts';
import type {MetricsBuilder} from './builder.ts';

/** Groups past this bound are left out, those that are loaded most evenly first. */
const MOST_GROUPS = 1_000;

/** How evenly parallel links carry, group by group, as far as it is known. */
export function imbalanceMetrics(builder: MetricsBuilder, engine: Pick<ImbalanceEngine, 'report'>): void {
  const labels = ['agent', 'group'];
  const groups = () =>
    [...(engine.report?.groups ?? [])].sort((a, b) => (b.cv ?? 0) - (a.cv ?? 0)).slice(0, MOST_GROUPS);
  builder.gauge(
    'tenhertz_imbalance_cv',
    'Coefficient of variation of what parallel links carry, what sampling adds taken off, over 10 s.',
    labels,
    (set) => {
      for (const {agent, name, cv} of groups()) if (cv !== null) set(cv, {agent, group: name});
    },
  );
  builder.gauge(
    'tenhertz_imbalance_expected_cv',
    'Coefficient of variation that hashing the whole flows there are gives on average; looked up where links differ.',
    labels,
    (set) => {
      for (const {agent, name, hashing} of groups()) {
        if (hashing.flows !== null) set(hashing.expectedCv, {agent, group: name});
      }
    },
  );
  builder.gauge(
    'tenhertz_links_imbalanced',
    '1 where parallel links differ by more than sampling and a fair hash of their flows explain.',
    labels,
    (set) => {
      for (const {agent, name, verdict} of groups()) {
        if (verdict !== 'unknown') set(verdict === 'imbalanced' ? 1 : 0, {agent, group: name});
      }
    },
  );
  builder.gauge(
    'tenhertz_elephant_collisions',
    'Full links that large flows share while a parallel link has room.',
    labels,
    (set) => {
      for (const {agent, name, collisions} of groups()) set(collisions.length, {agent, group: name});
    },
  );
}
