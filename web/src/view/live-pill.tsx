import {useRef} from 'preact/hooks';
import {useApp} from '../app.ts';
import {duration, grouped} from '../format.ts';
import {behind} from './topbar.tsx';

/** Frames a second are counted over this many text updates. */
const RATE_TICKS = 8;

/** More than this behind is no delay but a recording of another day. */
const RECORDING_MS = 60_000;

/** One sentence on what is seen: live, paused, or not connected. */
export function LivePill() {
  const {page, store, connection, phase} = useApp();
  void page.tick.value;
  const rate = useFrameRate();
  const now = performance.now();
  const status = connection.status.value;
  if (status === 'connecting') return <Pill kind="wait" text="Connecting" />;
  if (status === 'login') return <Pill kind="wait" text="Token needed" />;
  if (status === 'lost') {
    return <Pill kind="bad" text={`Disconnected for ${Math.floor((now - connection.lostAt) / 1000)} s`} />;
  }
  if (phase.value === 'setup') return <Pill kind="wait" text="Listening, nothing received yet" />;
  const frozen = page.frozen.value;
  if (frozen !== null) return <Pill kind="warn" text={`Paused · ${behind(store.newestBin, frozen.to)} behind`} />;
  const quiet = now - store.arrivedAt;
  if (quiet > 2000) return <Pill kind="warn" text={`Stalled · nothing for ${Math.floor(quiet / 1000)} s`} />;
  const lag = store.lagMs + quiet;
  const hertz = `${rate} Hz`;
  if (lag > RECORDING_MS) return <Pill kind="good" text={`Recording · ${hertz}`} />;
  return (
    <Pill
      kind="good"
      text={`Live · ${hertz} · ${lag < 1000 ? `${grouped(Math.max(0, lag))} ms` : duration(lag)} behind`}
    />
  );
}

function Pill({kind, text}: {kind: string; text: string}) {
  return (
    <span class={`pill ${kind}`} data-testid="status">
      <span class="light" aria-hidden="true" />
      {text}
    </span>
  );
}

/** Frames a second over the last four seconds, a whole number so that it stands still. */
function useFrameRate(): number {
  const {store} = useApp();
  const seen = useRef<{frames: number; at: number}[]>([]);
  const now = performance.now();
  const list = seen.current;
  const last = list[list.length - 1];
  if (last === undefined || now - last.at > 200) list.push({frames: store.frames, at: now});
  if (list.length > RATE_TICKS + 1) list.shift();
  const first = list[0]!;
  const newest = list[list.length - 1]!;
  if (newest.at - first.at < 400) return 10;
  // Ten is what the server sends; more is two frames that came at once.
  return Math.min(10, Math.round(((newest.frames - first.frames) * 1000) / (newest.at - first.at)));
}
