import type {AgentAnswer, CountersRatio} from '../../../../src/shared/health.ts';
import {useApp} from '../../app.ts';
import {duration, grouped, percent, short, THIN, UNKNOWN} from '../../format.ts';
import {type AgentRow, nameOf, type Trouble} from '../../health/rows.ts';
import {ChevronIcon} from '../icons.tsx';
import {AgentDetail} from './agent-detail.tsx';
import {type Level, LevelSign} from './level.tsx';

const STATES: Readonly<Record<Trouble, {level: Level; text: string}>> = {
  silent: {level: 'bad', text: 'silent'},
  rate: {level: 'bad', text: 'rate is wrong'},
  lossy: {level: 'warning', text: 'loses datagrams'},
  dropping: {level: 'warning', text: 'cannot keep up'},
  coarse: {level: 'warning', text: 'coarse in time'},
  corrected: {level: 'warning', text: 'rate corrected'},
  none: {level: 'ok', text: 'fine'},
};

/** An agent's line, and below it what is known of it while it is open. */
export function AgentLines({row, isOpen}: {row: AgentRow; isOpen: boolean}) {
  const {page} = useApp();
  const {answer, trouble} = row;
  const {level, text} = STATES[trouble];
  const toggle = (): void => {
    page.agent.value = isOpen ? '' : answer.address;
  };
  const id = `agent-${answer.address}`;
  return (
    <>
      <tr class={isOpen ? 'open' : ''} data-testid="agent-row" data-agent={answer.address}>
        <th scope="row" class="agent">
          <button type="button" class="opener" aria-expanded={isOpen} aria-controls={id} onClick={toggle}>
            <ChevronIcon />
            <span class="called">
              {nameOf(answer)}
              {answer.name !== null && <span class="address">{answer.address}</span>}
            </span>
          </button>
        </th>
        <td class={`state ${level}`}>
          <LevelSign level={level} />
          {text}
        </td>
        <td class="num wide">{perSecond(row.datagramsPerSecond)}</td>
        <td class="num">{perSecond(row.samplesPerSecond)}</td>
        <td class={`num ${trouble === 'lossy' ? 'warning' : ''}`}>{share(answer.samples.missingShare)}</td>
        <td class={`num wide ${trouble === 'dropping' ? 'warning' : ''}`}>{perSecond(row.dropsPerSecond)}</td>
        <td class="num wider">{rateText(answer)}</td>
        <td class={`num wide ${trouble === 'coarse' ? 'warning' : ''}`}>{resolution(answer.timeResolutionMs)}</td>
        <td class={`num wider ${trouble === 'rate' ? 'bad' : ''}`}>{ratioText(answer.samplesVersusCounters)}</td>
      </tr>
      {isOpen && (
        <tr class="detail-row" id={id}>
          <td colSpan={9}>
            <AgentDetail answer={answer} />
          </td>
        </tr>
      )}
    </>
  );
}

const share = (value: number | null): string => (value === null ? UNKNOWN : `${percent(value)}${THIN}%`);

/** A trickle is not nothing. */
function perSecond(value: number | null): string {
  if (value === null) return UNKNOWN;
  return value > 0 && value < 10 ? value.toFixed(1) : short(value);
}

const resolution = (ms: number | null): string => (ms === null ? UNKNOWN : ms < 1 ? '<1 ms' : duration(ms));

/** The rate in effect and the claimed one, of the data source that is furthest off. */
function rateText({effectiveRates}: AgentAnswer): string {
  const off = effectiveRates.map((rate) => ({...rate, by: Math.abs(Math.log(rate.effective / rate.nominal))}));
  const worst = off.sort((a, b) => b.by - a.by)[0];
  if (worst === undefined) return 'as claimed';
  return `${grouped(worst.effective)} not ${grouped(worst.nominal)}`;
}

/** `1.003 ± 0.012`. */
export function ratioText({ratio, low, high}: CountersRatio): string {
  if (ratio === null) return UNKNOWN;
  if (low === null || high === null) return ratio.toFixed(2);
  const error = Math.max(ratio - low, high - ratio);
  const digits = error >= 0.095 ? 2 : 3;
  return `${ratio.toFixed(digits)} ± ${error.toFixed(digits)}`;
}
