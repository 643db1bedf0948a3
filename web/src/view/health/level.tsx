import {BadIcon, CheckIcon, InfoIcon, WarnIcon} from '../icons.tsx';

export type Level = 'ok' | 'info' | 'warning' | 'bad' | 'waiting';

const WORDS: Readonly<Record<Level, string>> = {
  ok: 'fine',
  info: 'note',
  warning: 'warning',
  bad: 'wrong',
  waiting: 'waiting',
};

/** A sign for how well something is; never colour alone, and a word for those who cannot see it. */
export function LevelSign({level}: {level: Level}) {
  return (
    <span class={`sign ${level}`}>
      {level === 'ok' ? (
        <CheckIcon />
      ) : level === 'bad' ? (
        <BadIcon />
      ) : level === 'warning' ? (
        <WarnIcon />
      ) : (
        <InfoIcon />
      )}
      <span class="sr-only">{WORDS[level]}: </span>
    </span>
  );
}
