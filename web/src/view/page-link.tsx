import type {ComponentChildren} from 'preact';
import {useApp} from '../app.ts';
import type {UrlState} from '../url.ts';

interface PageLinkProps {
  /** What the page shows when the link is followed; all else stays. */
  to: Partial<UrlState>;
  class?: string;
  current?: boolean;
  testId?: string;
  title?: string;
  children: ComponentChildren;
}

/** A real link to a state of the page: it can be opened in another tab, and is followed without loading anew. */
export function PageLink({to, current, testId, children, ...rest}: PageLinkProps) {
  const {page} = useApp();
  const query = page.queryOf(to);
  return (
    <a
      {...rest}
      href={query}
      aria-current={current === true ? 'page' : undefined}
      data-testid={testId}
      onClick={(event) => {
        if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        page.restore(query);
      }}
    >
      {children}
    </a>
  );
}
