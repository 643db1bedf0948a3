import {computed, effect, type ReadonlySignal, signal} from '@preact/signals';
import {DARK, LIGHT, type Palette} from './chart/palette.ts';
import type {Page} from './page.ts';

/** Colours in force: the person's choice, or the system's. Also tells the style sheet. */
export function followTheme(page: Page): ReadonlySignal<Palette> {
  const query = matchMedia('(prefers-color-scheme: dark)');
  const system = signal(query.matches);
  query.addEventListener('change', () => {
    system.value = query.matches;
  });
  const palette = computed(() => {
    const theme = page.theme.value;
    return (theme === 'system' ? system.value : theme === 'dark') ? DARK : LIGHT;
  });
  effect(() => {
    document.documentElement.dataset['theme'] = palette.value.dark ? 'dark' : 'light';
    document.documentElement.classList.toggle('kiosk', page.kiosk.value);
  });
  return palette;
}
