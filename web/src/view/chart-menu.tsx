import {useSignal} from '@preact/signals';
import {useEffect, useRef} from 'preact/hooks';
import {type App, useApp} from '../app.ts';
import {csvOf} from '../export/csv.ts';
import {type Caption, pictureOf} from '../export/png.ts';
import {fileName, save} from '../export/save.ts';
import type {ChartSource} from '../export/source.ts';
import {clock, day} from '../format.ts';
import {MoreIcon} from './icons.tsx';

/** The menu of a chart: its figures as CSV, its picture as PNG, and how to ask for the same outside of the page. */
export function ChartMenu({source}: {source: ChartSource}) {
  const app = useApp();
  const isOpen = useSignal(false);
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!isOpen.value) return undefined;
    const outside = (event: Event): void => {
      if (!root.current!.contains(event.target as Node)) isOpen.value = false;
    };
    const items = root.current!;
    const keys = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') {
        isOpen.value = false;
        items.querySelector('button')!.focus();
      } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') walk(items, event.key === 'ArrowDown');
      else return;
      event.preventDefault();
      event.stopPropagation();
    };
    items.addEventListener('keydown', keys);
    document.addEventListener('pointerdown', outside);
    document.addEventListener('focusin', outside);
    items.querySelector<HTMLElement>('[role="menuitem"]')?.focus();
    return () => {
      items.removeEventListener('keydown', keys);
      document.removeEventListener('pointerdown', outside);
      document.removeEventListener('focusin', outside);
    };
  }, [isOpen.value, isOpen]);
  const then = (act: () => unknown) => () => {
    isOpen.value = false;
    root.current!.querySelector('button')!.focus();
    void act();
  };
  const hasPicture = source.hasPicture !== false;
  return (
    <div ref={root} class="menu">
      <button
        type="button"
        class="icon-button"
        aria-haspopup="menu"
        aria-expanded={isOpen.value}
        aria-label={`${source.title}: save or query`}
        title="Save or query this"
        data-testid="chart-menu"
        onClick={() => (isOpen.value = !isOpen.value)}
      >
        <MoreIcon />
      </button>
      {isOpen.value && (
        <div class="menu-items" role="menu">
          <button type="button" role="menuitem" onClick={then(() => app.page.query(source))}>
            Query this
          </button>
          <button type="button" role="menuitem" onClick={then(() => saveTable(source))}>
            Save as CSV
          </button>
          {hasPicture && (
            <button type="button" role="menuitem" onClick={then(() => savePicture(app, source, root.current!))}>
              Save as PNG
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function walk(root: HTMLElement, isDown: boolean): void {
  const items = [...root.querySelectorAll<HTMLElement>('[role="menuitem"]')];
  const at = items.indexOf(document.activeElement as HTMLElement) + (isDown ? 1 : -1);
  items[(at + items.length) % items.length]!.focus();
}

function saveTable(source: ChartSource): void {
  save(fileName(source.title, 'csv'), new Blob([csvOf(source.table())], {type: 'text/csv'}));
}

/** The picture is of the panel that the menu stands in: its canvas, and what its legend says. */
async function savePicture(app: App, source: ChartSource, menu: HTMLElement): Promise<void> {
  const panel = menu.closest('.panel')!;
  const canvas = panel.querySelector('canvas')!;
  const picture = await pictureOf(canvas, captionOf(app, source, panel), app.palette.peek());
  if (picture !== null) save(fileName(source.title, 'png'), picture);
}

function captionOf(app: App, source: ChartSource, panel: Element): Caption {
  const {from, to} = app.page.span();
  const zone = app.page.zone.peek() === 'utc' ? ' UTC' : '';
  const when = `${day(from * 100)} ${clock(from * 100, true)} to ${clock(to * 100, true)}${zone}`;
  const what = (panel.querySelector('header p') as HTMLElement | null)?.innerText ?? '';
  const legend = [...panel.querySelectorAll<HTMLElement>('.legend-row')].map((row) => {
    const text = (part: string): string => row.querySelector<HTMLElement>(part)?.innerText ?? '';
    const swatch = row.querySelector<HTMLElement>('.swatch:not(.none)');
    const words = [text('.name'), text('.value'), text('.detail')].filter((part) => part !== '').join('  ');
    return {
      text: words.replace(/\s*\n\s*/g, ' '),
      colour: swatch === null ? null : getComputedStyle(swatch).backgroundColor,
    };
  });
  return {title: source.title, subtitle: what === '' ? when : `${what} · ${when}`, legend};
}
