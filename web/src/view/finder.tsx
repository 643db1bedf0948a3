import {useSignal} from '@preact/signals';
import {useEffect, useRef} from 'preact/hooks';
import type {LinkInfo} from '../../../src/shared/live.ts';
import {useApp} from '../app.ts';
import {plural, short} from '../format.ts';
import {Dialog} from './dialogs.tsx';
import {CheckIcon} from './icons.tsx';

/** Matches shown: a longer list is better narrowed than read. */
const MOST_MATCHES = 50;

/** Links whose name, id or switch holds every word that was typed; those whose name starts with it come first. */
export function matching(links: readonly LinkInfo[], text: string): LinkInfo[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = links.filter((link) => {
    const all = `${link.name} ${link.id} ${link.agent}`.toLowerCase();
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
  const active = useSignal(0);
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => input.current?.focus(), []);
  const found = matching(store.linkList.value, text.value);
  const shown = found.slice(0, MOST_MATCHES);
  const toggle = (link: LinkInfo): void => {
    if (page.links.peek().includes(link.id)) page.remove(link.id);
    else page.add(link.id);
  };
  const go = (to: number): void => {
    active.value = Math.max(0, Math.min(shown.length - 1, to));
    list.current?.children[active.value]?.scrollIntoView({block: 'nearest'});
  };
  const key = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') go(active.value + 1);
    else if (event.key === 'ArrowUp') go(active.value - 1);
    else if (event.key === 'Enter' && shown[active.value] !== undefined) toggle(shown[active.value]!);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title="Find a link" testId="find-dialog">
      <input
        ref={input}
        class="search"
        type="search"
        list={undefined}
        placeholder="Name, switch or id"
        role="combobox"
        aria-expanded="true"
        aria-controls="matches"
        aria-activedescendant={shown.length > 0 ? `match-${active.value}` : undefined}
        spellcheck={false}
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
          active.value = 0;
        }}
        onKeyDown={key}
      />
      <ul ref={list} id="matches" class="matches" role="listbox" aria-label="Links" aria-multiselectable="true">
        {shown.map((link, i) => (
          <li
            key={link.id}
            id={`match-${i}`}
            role="option"
            aria-selected={page.links.value.includes(link.id)}
            class={i === active.value ? 'active' : ''}
            data-testid="match"
            onClick={() => toggle(link)}
          >
            <span class="tick">{page.links.value.includes(link.id) && <CheckIcon />}</span>
            <span class="name">{link.name}</span>
            <span class="detail">
              {link.agent} · {link.role}
              {link.speed !== null && ` · ${short(link.speed)}bit/s`}
            </span>
          </li>
        ))}
      </ul>
      <p class="hint" role="status">
        {found.length === 0
          ? 'No link of that name.'
          : found.length > MOST_MATCHES
            ? `${MOST_MATCHES} of ${plural(found.length, 'match', 'matches')}; type more to narrow it.`
            : plural(found.length, 'link')}{' '}
        <kbd>↑</kbd> <kbd>↓</kbd> to move, <kbd>Enter</kbd> to add or remove.
      </p>
    </Dialog>
  );
}
