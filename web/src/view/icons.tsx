import type {JSX} from 'preact';

function icon(path: JSX.Element, box = 16) {
  return (
    <svg class="icon" viewBox={`0 0 ${box} ${box}`} aria-hidden="true" focusable="false">
      {path}
    </svg>
  );
}

const stroke = {fill: 'none', stroke: 'currentColor', 'stroke-width': '1.5', 'stroke-linecap': 'round'} as const;

/** Five bars: the beat. */
export function Logo() {
  return (
    <svg class="logo" viewBox="0 0 22 16" aria-hidden="true" focusable="false">
      <rect x="0" y="9" width="3" height="7" rx="1" />
      <rect x="4.75" y="5" width="3" height="11" rx="1" />
      <rect x="9.5" y="0" width="3" height="16" rx="1" />
      <rect x="14.25" y="6" width="3" height="10" rx="1" />
      <rect x="19" y="10" width="3" height="6" rx="1" />
    </svg>
  );
}

export const PauseIcon = () => icon(<path d="M5.5 3.5v9M10.5 3.5v9" {...stroke} stroke-width="2" />);
export const PlayIcon = () => icon(<path d="M5 3.2v9.6L12.5 8z" fill="currentColor" />);
export const SearchIcon = () =>
  icon(<path d="M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zm3.3-1.2 3.2 3.2" {...stroke} />);
export const DiceIcon = () =>
  icon(<path d="M13 5.5A5.5 5.5 0 0 0 3.2 4.6M3 10.5a5.5 5.5 0 0 0 9.8.9M3 2v2.8h2.8M13 14v-2.8h-2.8" {...stroke} />);
export const PinIcon = () =>
  icon(<path d="M6 2.5h4M6.7 2.5v4L4.5 9h7L9.3 6.5v-4M8 9v4.5" {...stroke} stroke-linejoin="round" />);
export const CloseIcon = () => icon(<path d="m4.5 4.5 7 7m0-7-7 7" {...stroke} />);
export const CheckIcon = () => icon(<path d="m3.5 8.5 3 3 6-7" {...stroke} stroke-width="2" />);
export const CopyIcon = () => icon(<path d="M5.5 5.5v-3h8v8h-3m-8-5h8v8h-8z" {...stroke} stroke-linejoin="round" />);
export const WarnIcon = () =>
  icon(<path d="M8 2.5 1.8 13.2h12.4zM8 6.5v3m0 1.8v.1" {...stroke} stroke-linejoin="round" />);
export const BadIcon = () =>
  icon(<path d="M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM5.8 5.8l4.4 4.4m0-4.4-4.4 4.4" {...stroke} />);
export const ChevronIcon = () => icon(<path d="m6 3.5 4.5 4.5L6 12.5" {...stroke} stroke-linejoin="round" />);
export const InfoIcon = () => icon(<path d="M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zm0-6.5V11m0-5.9V5" {...stroke} />);
export const SunIcon = () =>
  icon(
    <path
      d="M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8 1.5v1m0 11v1m6.5-6.5h-1m-11 0h-1m11.1-4.6-.7.7m-7.8 7.8-.7.7m9.2 0-.7-.7M4.1 4.1l-.7-.7"
      {...stroke}
    />,
  );
export const MoonIcon = () =>
  icon(<path d="M13 9.7A5.5 5.5 0 0 1 6.3 3 5.5 5.5 0 1 0 13 9.7z" {...stroke} stroke-linejoin="round" />);
export const SystemIcon = () => icon(<path d="M2 3h12v8H2zm3.5 10.5h5" {...stroke} stroke-linejoin="round" />);
export const HelpIcon = () => icon(<path d="M5.8 6a2.2 2.2 0 1 1 3.2 2c-.7.4-1 .8-1 1.7m0 2.6v.1" {...stroke} />);
export const MoreIcon = () => icon(<path d="M3.5 8h.01M8 8h.01M12.5 8h.01" {...stroke} stroke-width="2.4" />);
