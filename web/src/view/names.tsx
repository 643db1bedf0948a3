import {useApp} from '../app.ts';
import {MOST_LINKS} from '../url.ts';
import {PageLink} from './page-link.tsx';

/** A link by its name, with its switch; followed, it stands in a lane on the page of the fabric. */
export function LinkName({id, isShort = false}: {id: string; isShort?: boolean}) {
  const {page, store} = useApp();
  const link = store.linkById.value.get(id);
  const others = page.links.value.filter((other) => other !== id);
  const pins = [...page.pins.value, id];
  return (
    <span class="link-name">
      <PageLink
        to={{place: 'fabric', links: [id, ...others].slice(0, MOST_LINKS), pins}}
        title={`${id}: show it in a lane`}
      >
        {link?.name ?? id}
      </PageLink>
      {!isShort && link !== undefined && <span class="of"> {link.agent}</span>}
    </span>
  );
}

/** A host by its name where it has one, with its address. */
export function HostName({address, name}: {address: string; name?: string | null | undefined}) {
  if (name === undefined || name === null || name === '') return <span class="host">{address}</span>;
  return (
    <span class="host" title={address}>
      {name} <span class="of">{address}</span>
    </span>
  );
}
