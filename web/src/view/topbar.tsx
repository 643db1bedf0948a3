import {useApp} from '../app.ts';
import {duration} from '../format.ts';
import {Choice} from './controls.tsx';
import {BadIcon, HelpIcon, Logo, MoonIcon, PauseIcon, PlayIcon, SunIcon, SystemIcon, WarnIcon} from './icons.tsx';
import {nextTheme, otherZone} from './keys.ts';
import {LivePill} from './live-pill.tsx';
import {PageLink} from './page-link.tsx';
import {PAGES, TIMED, windowsOf} from './pages.ts';

const WINDOW_NAMES: Record<number, string> = {15: '15 s', 60: '60 s', 300: '5 min', 3600: '1 h', 86400: '24 h'};

/** Name, state of the connection, and the controls of the whole page. */
export function TopBar() {
  const app = useApp();
  const {page} = app;
  const charts = app.phase.value === 'charts';
  return (
    <header class="topbar">
      <span class="brand">
        <Logo />
        tenhertz
      </span>
      {!page.kiosk.value && <Pages />}
      <div class="topbar-tools">
        <LivePill />
        {charts && TIMED.has(page.place.value) && !page.kiosk.value && (
          <>
            <PauseButton />
            <Choice
              label="Window"
              testId="window"
              value={page.seconds.value}
              options={windowsOf(page.place.value).map((window, i) => ({
                value: window,
                label: WINDOW_NAMES[window]!,
                key: String(i + 1),
              }))}
              onChoose={(window) => page.choose(window)}
            />
          </>
        )}
        {!page.kiosk.value && (
          <>
            <ZoneButton />
            <ThemeButton />
            <button
              type="button"
              class="icon-button"
              aria-label="Help: keys"
              title="Help (?)"
              data-testid="help"
              onClick={() => (page.dialog.value = 'help')}
            >
              <HelpIcon />
            </button>
          </>
        )}
      </div>
    </header>
  );
}

/** The pages, with what is wrong with the data beside the one that tells of it. */
function Pages() {
  const {page, store} = useApp();
  const place = page.place.value;
  const found = store.summary.value?.findings;
  const {bad = 0, warning = 0} = found ?? {};
  return (
    <nav class="pages" aria-label="Pages">
      {PAGES.map((entry) => (
        <PageLink
          key={entry.place}
          to={{place: entry.place}}
          current={place === entry.place}
          testId={`page-${entry.place}`}
          title={`key ${entry.key}`}
        >
          {entry.name}
          {entry.place === 'health' && bad + warning > 0 && (
            <span class={`badge ${bad > 0 ? 'bad' : 'warning'}`} data-testid="health-badge">
              {bad > 0 ? <BadIcon /> : <WarnIcon />}
              {bad + warning}
              <span class="sr-only"> {bad + warning === 1 ? 'finding' : 'findings'}</span>
            </span>
          )}
        </PageLink>
      ))}
    </nav>
  );
}

function PauseButton() {
  const {page} = useApp();
  const paused = page.frozen.value !== null;
  return (
    <button
      type="button"
      class={`button ${paused ? 'strong' : ''}`}
      data-testid="pause"
      onClick={() => (paused ? page.resume() : page.pause())}
    >
      {paused ? <PlayIcon /> : <PauseIcon />} {paused ? 'Back to live' : 'Pause'} <kbd>space</kbd>
    </button>
  );
}

function ZoneButton() {
  const {page} = useApp();
  const isUtc = page.zone.value === 'utc';
  return (
    <button
      type="button"
      class="icon-button zone"
      aria-label={`Times in ${isUtc ? 'UTC' : 'local time'}`}
      title={`Times in ${isUtc ? 'UTC' : 'local time'} (u)`}
      data-testid="zone"
      onClick={() => (page.zone.value = otherZone(page.zone.peek()))}
    >
      {isUtc ? 'UTC' : 'local'}
    </button>
  );
}

function ThemeButton() {
  const app = useApp();
  const theme = app.page.theme.value;
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={`Theme: ${theme}`}
      title={`Theme: ${theme} (t)`}
      data-testid="theme"
      onClick={() => nextTheme(app)}
    >
      {theme === 'system' ? <SystemIcon /> : theme === 'dark' ? <MoonIcon /> : <SunIcon />}
    </button>
  );
}

/** How far behind now the right edge of a held picture is. */
export function behind(newestBin: number, to: number): string {
  return duration(Math.max(0, newestBin + 1 - to) * 100);
}
