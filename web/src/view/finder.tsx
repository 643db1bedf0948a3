import {useSignal} from '@preact/signals';
import {useLayoutEffect, useRef} from 'preact/hooks';
import type {LinkInfo} from '../../../src/shared/live.ts';
import {useApp} from '../app.ts';
import {bitRate, plural} from '../format.ts';
import {Dialog} from './dialogs.tsx';
import {CheckIcon} from './icons.tsx';

/** Matches shown: a longer list is better narrowed than read. */
const MOST_MATCHES = 50;

/** Links whose name, id or switch holds every word that was typed; those whose name starts with it come first. */
export function matching(links: readonly LinkInfo[], text: string): LinkInfo[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = links.filter((link) => {
    const all = `${link.name} ${link.id} ${link.agent} ${link.wire ?? ''} ${link.peer ?? ''}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
  const first = words[0];
  if (first === undefined) return found;
  const rank = (link: LinkInfo): number => {
    const name = link.name.toLowerCase();
    return name === first ? 0 : name.startsWith(first) ? 1 : 2;
  };
  return found.sort((a, b) => rank(a) - rank(b));
}

/** Finds a link by name or id and puts it into the lanes. */
export function Finder() {
  const {page, store} = useApp();
  const text = useSignal('');
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => input.current?.focus(), []);
  const found = matching(store.linkList.value, text.value);
  const shown = found.slice(0, MOST_MATCHES);
  const toggle = (link: LinkInfo | undefined): void => {
    if (link === undefined) return;
    if (page.links.peek().includes(link.id)) page.remove(link.id);
    else page.add(link.id);
  };
  // Up and down walk through the matches and back into the field; the matches are real buttons.
  const walk = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const buttons = [...(list.current?.querySelectorAll('button') ?? [])];
    const next = buttons.indexOf(document.activeElement as HTMLButtonElement) + step;
    if (next < 0) input.current?.focus();
    else buttons[Math.min(next, buttons.length - 1)]?.focus();
  };
  return (
    <Dialog title="Find a link" testId="find-dialog">
      <form
        class="finder"
        onKeyDown={walk}
        onSubmit={(event) => {
          event.preventDefault();
          toggle(shown[0]);
        }}
      >
        <input
          ref={input}
          class="search"
          type="search"
          placeholder="Name, switch or id"
          aria-label="Name, switch or id"
          aria-controls="matches"
          spellcheck={false}
          value={text.value}
          onInput={(event) => {
            text.value = event.currentTarget.value;
          }}
        />
        <div ref={list} id="matches" class="matches">
          {shown.map((link) => (
            <button
              key={link.id}
              type="button"
              aria-pressed={page.links.value.includes(link.id)}
              data-testid="match"
              onClick={() => toggle(link)}
            >
              <span class="chosen">{page.links.value.includes(link.id) && <CheckIcon />}</span>
              <span class="name">{link.name}</span>
              <span class="detail">
                {link.agent} · {link.role}
                {link.speed !== null && ` · ${bitRate(link.speed)}`}
              </span>
            </button>
          ))}
        </div>
        <p class="hint" role="status">
          {found.length === 0
            ? 'No link of that name.'
            : found.length > MOST_MATCHES
              ? `${MOST_MATCHES} of ${plural(found.length, 'match', 'matches')}; type more to narrow it.`
              : plural(found.length, 'match', 'matches')}
        </p>
        <p class="hint">
          <kbd>Enter</kbd> adds the first or takes it away, <kbd>↓</kbd> goes to the others.
        </p>
      </form>
    </Dialog>
  );
}
