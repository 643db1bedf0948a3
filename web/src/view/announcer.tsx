import {computed} from '@preact/signals';
import {useMemo} from 'preact/hooks';
import {type App, useApp} from '../app.ts';
import {grouped, plural, plusMinus} from '../format.ts';

/** Text updates between two summaries: ten seconds. */
const SUMMARY_TICKS = 20;

/** A text summary for screen readers, every ten seconds. */
export function Announcer() {
  const app = useApp();
  const text = useMemo(() => {
    const turn = computed(() => Math.floor((app.page.tick.value + SUMMARY_TICKS - 4) / SUMMARY_TICKS));
    return computed(() => (turn.value === 0 ? '' : summaryOf(app)));
  }, [app]);
  return (
    <div class="sr-only" aria-live="polite" data-testid="announcer">
      {text}
    </div>
  );
}

function summaryOf(app: App): string {
  const summary = app.store.summary.peek();
  if (app.connection.status.peek() === 'lost') return 'Disconnected from the server. The charts hold the last data.';
  if (summary === null) return '';
  if (app.phase.peek() === 'setup') return 'Nothing received yet.';
  const roce = app.store.measure.peek() === 'roce';
  const {bitsPerSecond, low, high} = roce ? summary.roce : summary.all;
  const what = roce ? 'Fabric RoCEv2' : 'All traffic';
  const rate =
    bitsPerSecond === null
      ? 'unknown'
      : `${words(bitsPerSecond)}, plus or minus ${words(plusMinus(bitsPerSecond, low, high))}`;
  const {kernelDropped, ringDropped, missing, rejected} = summary.totals;
  const lost = kernelDropped + ringDropped + missing + rejected;
  const silent = summary.agentsMissing.length;
  return [
    app.page.frozen.peek() === null ? '' : 'Charts are paused.',
    `${what} ${rate}, on ${plural(summary.links, 'link')} of ${plural(summary.agents, 'switch', 'switches')}.`,
    silent === 0 ? '' : `${plural(silent, 'switch is', 'switches are')} silent.`,
    lost === 0 ? 'No datagrams lost.' : `${grouped(lost)} datagrams lost.`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}

/** A rate in words: a screen reader makes little of `Tbit/s`. */
function words(bitsPerSecond: number): string {
  const units = ['bits', 'kilobits', 'megabits', 'gigabits', 'terabits', 'petabits'];
  let unit = 0;
  let value = bitsPerSecond;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${Number(value.toPrecision(3))} ${units[unit]} per second`;
}
