import type {ComponentChildren} from 'preact';
import {useLayoutEffect, useRef} from 'preact/hooks';
import {useApp} from '../app.ts';
import {CloseIcon} from './icons.tsx';
import {KEYS} from './keys.ts';

interface DialogProps {
  title: string;
  testId: string;
  children: ComponentChildren;
}

/** A modal dialog. The browser's own element keeps the focus inside and gives it back. */
export function Dialog({title, testId, children}: DialogProps) {
  const {page} = useApp();
  const ref = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const dialog = ref.current!;
    dialog.showModal();
    // A press beside the dialog closes it, as Esc does by itself.
    const beside = (event: MouseEvent): void => {
      if (event.target === dialog) dialog.close();
    };
    dialog.addEventListener('click', beside);
    return () => dialog.removeEventListener('click', beside);
  }, []);
  const close = (): void => {
    page.dialog.value = null;
  };
  return (
    <dialog ref={ref} class="dialog" aria-label={title} data-testid={testId} onClose={close}>
      <div class="dialog-body">
        <header>
          <h2>{title}</h2>
          <button type="button" class="icon-button" aria-label="Close" onClick={() => ref.current?.close()}>
            <CloseIcon />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}

/** Keys, and how to read the charts. */
export function Help() {
  return (
    <Dialog title="Keys" testId="help-dialog">
      <dl class="keys">
        {KEYS.map((help) => (
          <div key={help.does}>
            <dt>
              {help.keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{help.does}</dd>
          </div>
        ))}
      </dl>
      <p class="hint more-hint">
        Drag over a chart to zoom all of them, double click to go back to live. A band holds the true value in 95 of 100
        cases; lighter bins may still be revised; a hatched gap means that a switch was silent.
      </p>
    </Dialog>
  );
}
