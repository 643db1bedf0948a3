import type {LinkSums} from '../analysis/imbalance/link-loads.ts';
import type {Job, JobReport} from '../analysis/jobs/job-engine.ts';
import {byteBand, ceShareOf, kindBand, shareBand} from '../analysis/sampling-error.ts';
import {agentLabel} from '../fabric/agents.ts';
import {weightedPoissonBand} from '../shared/band.ts';
import type {Context} from './context.ts';
import type {MatrixBy} from './job-schemas.ts';
import {periodAnswer} from './period.ts';

const BITS = 8;

/** A job as REST tells it, its sums being of so many seconds. */
export function jobAnswer(
  job: Job,
  seconds: number,
  {stragglers, congestion}: Pick<Context, 'stragglers' | 'congestion'>,
) {
  const {id, name, since, until, isProbable, why, hosts, traffic, period, pattern, overlaps, mixedPeriods} = job;
  const scale = BITS / seconds;
  const band = weightedPoissonBand(traffic.bytes, traffic.squares, traffic.largest);
  const ce = ceShareOf(traffic) ?? {value: 0, low: 0, high: 1};
  const cnpShare = traffic.frames > 0 ? Math.min(1, traffic.cnp / traffic.frames) : 0;
  const cnpShareBand = shareBand(cnpShare, traffic);
  // Without a sample nobody knows what one would have stood for.
  const cnpBand = traffic.samples > 0 ? kindBand(traffic.cnp, {...traffic, largestRate: 0}) : undefined;
  const links = hosts.flatMap(({port}) => (port ? [port.id] : []));
  const ports = new Set(hosts.flatMap(({port}) => port ?? []));
  const entered = ports.size > 0 ? congestion?.entering?.(ports) : undefined;
  return {
    ...{id, name: name ?? null, since, until: until ?? null, probable: isProbable, why},
    hosts: hosts.map((host) => ({
      address: host.address,
      name: host.name ?? null,
      link: host.port?.id ?? null,
    })),
    links: [...new Set(links)],
    roce: {
      bitsPerSecond: traffic.bytes * scale,
      low: band.low * scale,
      high: band.high * scale,
      samples: traffic.samples,
    },
    entering: entered && entered.bins > 0 ? enteringOf(entered) : null,
    period: period ? periodAnswer(period) : null,
    steps: stragglers?.steps(id)?.statistics ?? null,
    stragglers: stragglers?.stragglers(id).length ?? 0,
    congestion: {
      ceShare: ce.value,
      ceShareLow: ce.low,
      ceShareHigh: ce.high,
      cnpPerSecond: traffic.cnp / seconds,
      cnpLow: cnpBand ? cnpBand.low / seconds : null,
      cnpHigh: cnpBand ? cnpBand.high / seconds : null,
      cnpShare,
      cnpShareLow: cnpShareBand.low,
      cnpShareHigh: cnpShareBand.high,
    },
    pattern: pattern ? {...pattern, degree: Number.isNaN(pattern.degree) ? null : pattern.degree} : null,
    overlaps,
    mixedPeriods,
  };
}

/** Two geometric variables of one mean differ by so many of it on the square root of their squares' average. */
const DEVIATIONS = Math.SQRT2;
const Z_95 = 1.96;

/** The packets of a job by their own numbers; null where none of its flows tells. */
export function jobVolume(job: Job, {fabric}: Pick<Context, 'fabric'>) {
  const {packets, squaredGaps, told, samples, retransmissions} = fabric.flows.volumeByPsn(
    new Set(job.hosts.map(({address}) => address)),
  );
  if (told === 0) return null;
  const seconds = fabric.flows.windowSeconds;
  const around = Z_95 * DEVIATIONS * Math.sqrt(squaredGaps);
  return {
    packetsPerSecond: packets / seconds,
    low: Math.max(0, packets - around) / seconds,
    high: (packets + around) / seconds,
    share: told / samples,
    retransmissions,
  };
}

/** What came in at the links of a job. */
function enteringOf(sums: LinkSums) {
  const {low, high} = byteBand(sums);
  const scale = BITS / sums.seconds;
  const roce = weightedPoissonBand(sums.roceBytes, sums.roceSquares, sums.largest);
  return {
    bitsPerSecond: sums.bytes * scale,
    low: low * scale,
    high: high * scale,
    roceBitsPerSecond: sums.roceBytes * scale,
    roceLow: roce.low * scale,
    roceHigh: roce.high * scale,
  };
}

/** Sums of what passes from one row to a column. */
interface Cell {
  bytes: number;
  squares: number;
  largest: number;
}

function addTo(sum: Cell, {bytes, squares, largest}: Cell): void {
  sum.bytes += bytes;
  sum.squares += squares;
  sum.largest = Math.max(sum.largest, largest);
}

/** What passes between the `top` that send and receive most; what is between all others is added up. */
export function matrixOf({pairs, ...report}: JobReport, by: MatrixBy, top: number) {
  const labels = labelsOf(report, by);
  const totals = new Map<string, number>();
  const cells = new Map<string, Map<string, Cell>>();
  for (let i = 0; i < pairs.source.length; i++) {
    const from = labels(pairs.source[i]!);
    const to = labels(pairs.destination[i]!);
    const bytes = pairs.bytes[i]!;
    for (const label of new Set([from, to])) totals.set(label, (totals.get(label) ?? 0) + bytes);
    const row = cells.get(from) ?? new Map<string, Cell>();
    cells.set(from, row);
    const cell = row.get(to) ?? {bytes: 0, squares: 0, largest: 0};
    row.set(to, cell);
    addTo(cell, {bytes, squares: pairs.squares[i]!, largest: pairs.largest[i]!});
  }
  // What one more sample could have stood for, of those that send and of all.
  const largestOf = new Map([...cells].map(([from, row]) => [from, maxLargest(row.values())]));
  const largestOfAll = Math.max(0, ...largestOf.values());
  const largest = [...totals].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).slice(0, top);
  const shown = largest.map(([label]) => label).sort((a, b) => a.localeCompare(b, 'en', {numeric: true}));
  const scale = BITS / pairs.seconds;
  const grid = shown.map((row) => {
    const nothing = {bytes: 0, squares: 0, largest: largestOf.get(row) ?? largestOfAll};
    return shown.map((column) => cells.get(row)?.get(column) ?? nothing);
  });
  const bands = grid.map((row) => row.map(bandOf));
  const isShown = new Set(shown);
  const rest = {bytes: 0, squares: 0, largest: largestOfAll};
  for (const [from, row] of cells) {
    for (const [to, cell] of row) if (!isShown.has(from) || !isShown.has(to)) addTo(rest, cell);
  }
  const restBand = bandOf(rest);
  return {
    rows: shown,
    columns: shown,
    bitsPerSecond: grid.map((row) => row.map(({bytes}) => bytes * scale)),
    low: bands.map((row) => row.map(({low}) => low * scale)),
    high: bands.map((row) => row.map(({high}) => high * scale)),
    restBitsPerSecond: rest.bytes * scale,
    restLow: restBand.low * scale,
    restHigh: restBand.high * scale,
  };
}

const bandOf = ({bytes, squares, largest}: Cell) => weightedPoissonBand(bytes, squares, largest);

function maxLargest(cells: Iterable<Cell>): number {
  let most = 0;
  for (const {largest} of cells) most = Math.max(most, largest);
  return most;
}

/** What a host counts as. */
function labelsOf({hosts, jobs}: Omit<JobReport, 'pairs'>, by: MatrixBy): (host: number) => string {
  const of = (host: number) => hosts.get(host);
  switch (by) {
    case 'host':
      return (host) => of(host)?.name ?? of(host)?.address ?? '';
    case 'switch':
      return (host) => {
        const agent = of(host)?.port?.agent;
        return agent ? agentLabel(agent) : 'unknown';
      };
    case 'rail': {
      const rails = new Map<string, string>();
      for (const {id, name, groups} of jobs) {
        for (const [rail, addresses] of groups.entries()) {
          const label = groups.length > 1 ? `${name ?? id} rail ${rail + 1}` : (name ?? id);
          for (const address of addresses) if (!rails.has(address)) rails.set(address, label);
        }
      }
      return (host) => rails.get(of(host)?.address ?? '') ?? 'no job';
    }
  }
}
