import type {ImbalanceAnswer, ParallelLinks} from '../../../../src/shared/answers.ts';
import {useApp} from '../../app.ts';
import {extremesOf} from '../../attention.ts';
import type {ChartSource} from '../../export/source.ts';
import {
  bitRate,
  errorDigits,
  percent,
  plural,
  plusMinus,
  prefixOf,
  scaled,
  THIN,
  UNKNOWN,
  unitOf,
} from '../../format.ts';
import {ChartMenu} from '../chart-menu.tsx';
import {type Level, LevelSign} from '../health/level.tsx';
import {LinkName} from '../names.tsx';

/** Groups shown. */
const MOST_GROUPS = 24;

const VERDICTS: Readonly<Record<ParallelLinks['verdict'], {level: Level; text: string; rank: number}>> = {
  imbalanced: {level: 'warning', text: 'uneven', rank: 0},
  'few-flows': {level: 'info', text: 'uneven as few large flows are', rank: 1},
  balanced: {level: 'ok', text: 'even', rank: 2},
  unknown: {level: 'info', text: 'too few samples to tell', rank: 3},
};

/** "Parallel links": how evenly the links of a group carry, worst first, and elephants that share a full one. */
export function ImbalancePanel({answer}: {answer: ImbalanceAnswer}) {
  const {store} = useApp();
  const groups = [...answer.groups].sort(
    (a, b) =>
      b.collisions.length - a.collisions.length ||
      VERDICTS[a.verdict].rank - VERDICTS[b.verdict].rank ||
      (b.cv ?? 0) - (a.cv ?? 0),
  );
  return (
    <section class="panel listing" aria-labelledby="imbalance-title" data-testid="panel-imbalance">
      <header>
        <h2 id="imbalance-title">Parallel links</h2>
        <p>what each link of a group sends, mean of {answer.window} s</p>
        <div class="controls">
          <ChartMenu source={imbalanceSource(answer)} />
        </div>
      </header>
      {groups.length === 0 && (
        <p class="empty">
          No parallel links known: groups are the links of a switch that lead the same way, by the topology or by what
          was heard where.
        </p>
      )}
      <ul class="groups">
        {groups.slice(0, MOST_GROUPS).map((group) => (
          <Group key={group.id} group={group} />
        ))}
      </ul>
      {groups.length > MOST_GROUPS && (
        <p class="rest">and {plural(groups.length - MOST_GROUPS, 'other group')}, more even</p>
      )}
      {groups.length > 0 && store.linkList.value.length > 0 && (
        <p class="hint">
          Differ by: standard deviation of what the links carry, as a share of their mean, with what sampling errors add
          taken off; ± is its 95 % interval. A full bar is the line rate of the link, or the most that one of them sends
          where that is not known; the mark in it is an even share.
        </p>
      )}
    </section>
  );
}

/** However fair the hash: one of the links is full while another has room. */
const COLLIDING = {level: 'warning', text: 'large flows meet on a full link'} as const;

function Group({group}: {group: ParallelLinks}) {
  const isFull = group.collisions.length > 0;
  const {level, text} = isFull ? COLLIDING : VERDICTS[group.verdict];
  const error = group.cv === null ? Number.NaN : plusMinus(group.cv, group.cvLow, group.cvHigh);
  const {store} = useApp();
  const byId = store.linkById.value;
  const links = [...group.links].sort((a, b) => ifIndexOf(a.id) - ifIndexOf(b.id));
  const sum = links.reduce((sum, {bitsPerSecond}) => sum + bitsPerSecond, 0);
  const most = Math.max(...links.map(({bitsPerSecond}) => bitsPerSecond), 1);
  return (
    <li data-testid="parallel-group" data-verdict={group.verdict}>
      <p class="group-head" title={group.why}>
        <LevelSign level={level} />
        <strong>
          {group.agent} {group.name}
        </strong>
        <span class={level === 'warning' ? 'warning' : 'quiet'}>{text}</span>
        <span class="cv">
          differ by {group.cv === null ? UNKNOWN : `${percent(group.cv)}${THIN}%`}
          {!Number.isNaN(error) && ` ± ${percent(error)}${THIN}%`}
        </span>
      </p>
      {group.cv !== null && level !== 'ok' && (
        <p class="of" data-testid="parallel-why">
          {unevenText(group, (id) => byId.get(id)?.name ?? id)} {whyOf(group)}
        </p>
      )}
      <ul class="shares">
        {links.map(({id, share, bitsPerSecond, low, high}) => (
          <li key={id} data-testid="parallel-link">
            <LinkName id={id} isShort />
            <Bar rate={bitsPerSecond} even={sum / links.length} full={byId.get(id)?.speed ?? most} />
            <span class="num">
              {percent(share)}
              {THIN}%
            </span>
            <span class="num quiet">{rateText(bitsPerSecond, plusMinus(bitsPerSecond, low, high))}</span>
            <span class={group.collisions.some(({link}) => link === id) ? 'warning' : 'of'}>
              {fillText(group, id, byId.get(id)?.speed ?? null)}
            </span>
          </li>
        ))}
      </ul>
      {group.collisions.map((collision) => (
        <p key={collision.link} class="collision" data-testid="collision">
          <LevelSign level="warning" />
          <LinkName id={collision.link} isShort /> is full, {percent(collision.utilisation)}
          {THIN}% of its speed while it sends, with {plural(collision.flows.length, 'large flow')}:{' '}
          {collision.flows
            .map(({source, destination, bitsPerSecond}) => `${source} → ${destination} ${bitRate(bitsPerSecond)}`)
            .join(', ')}
          , while <LinkName id={collision.sibling} isShort /> has room.
        </p>
      ))}
    </li>
  );
}

const ifIndexOf = (id: string): number => Number(id.slice(id.lastIndexOf('~') + 1));

function Bar({rate, even, full}: {rate: number; even: number; full: number}) {
  const part = (of: number): string => `${Math.min(100, (100 * of) / full)}%`;
  return (
    <span class="bar" aria-hidden="true">
      <span style={{width: part(rate)}} />
      <i style={{left: part(even)}} />
    </span>
  );
}

/** `3.73 ± 0.44 G`: both in one unit. */
function rateText(rate: number, error: number): string {
  const prefix = prefixOf(error > rate ? error : rate);
  return `${scaled(rate, prefix)} ± ${errorDigits(error, prefix)}${THIN}${unitOf(prefix, '')}`.trimEnd();
}

/** A link that sends less than this part of an even share is idle. */
const IDLE = 0.05;

/** In a word how full a link is: `full`, `has room`, `idle`; and the share of its speed, as the mean of the window. */
function fillText({links, collisions}: ParallelLinks, id: string, speed: number | null): string {
  const {bitsPerSecond, share} = links.find((link) => link.id === id)!;
  const load = speed === null ? '' : `${percent(bitsPerSecond / speed)}${THIN}% of its speed`;
  const word = collisions.some(({link}) => link === id)
    ? 'full in bursts'
    : share * links.length < IDLE
      ? 'idle'
      : collisions.some(({sibling}) => sibling === id)
        ? 'has room'
        : '';
  return [word, load].filter((part) => part !== '').join(', ');
}

/** What is unequal: who carries most and least, and that no sampling error makes it so. */
function unevenText({links, cvLow, cvHigh, verdict}: ParallelLinks, nameOf: (id: string) => string): string {
  if (verdict === 'unknown' || links.length < 2) return '';
  const [least, most] = extremesOf(links);
  const of = (share: number): string => `${percent(share)}${THIN}%`;
  const shares = `Of what the ${links.length} links send, ${nameOf(most.id)} carries ${of(most.share)} and ${nameOf(least.id)} ${of(least.share)}; even would be ${of(1 / links.length)} each.`;
  if (cvLow === null || cvHigh === null) return shares;
  return `${shares} Apart from the errors of sampling they differ by ${of(cvLow)} to ${of(cvHigh)} of their mean.`;
}

/** What the spread would be by itself. */
function whyOf({verdict, hashing: {flows, expectedCv}}: ParallelLinks): string {
  if (verdict === 'unknown') return 'Too few samples, or too few of its flows known, to say what is usual here.';
  const usual = `${percent(expectedCv)}${THIN}%`;
  const of =
    flows === null ? 'its flows' : `its traffic, as coarse as ${plural(Math.max(1, Math.round(flows)), 'equal flow')},`;
  return verdict === 'imbalanced'
    ? `A fair hash of ${of} gives ${usual}: the rest is a hash that is not fair, or a link that is slow or dead.`
    : `A fair hash of ${of} gives ${usual}: that explains it.`;
}

function imbalanceSource({groups}: ImbalanceAnswer): ChartSource {
  return {
    title: 'Parallel links',
    hasPicture: false,
    table: () => ({
      columns: [
        'group',
        'verdict',
        'cv',
        'cv low',
        'cv high',
        'link',
        'sent bit/s',
        'low bit/s',
        'high bit/s',
        'share',
      ],
      rows: groups.flatMap((group) =>
        group.links.map(({id, bitsPerSecond, low, high, share}) => [
          ...[group.id, group.verdict, group.cv, group.cvLow, group.cvHigh],
          ...[id, bitsPerSecond, low, high, share],
        ]),
      ),
    }),
    queries: () => [{what: 'All groups of parallel links', path: '/api/v1/imbalance', promql: 'tenhertz_imbalance_cv'}],
  };
}
