import {useApp} from '../../app.ts';

/** More are better found than read through. */
const MOST_AGENTS = 200;

/** What the charts of operations are of: the fabric, a switch, or one of the links in the lanes. */
export function ScopeChoice() {
  const {page, store} = useApp();
  if (page.kiosk.value) return null;
  const byId = store.linkById.value;
  const agents = [...new Set(store.linkList.value.map(({agent}) => agent))].slice(0, MOST_AGENTS);
  const scope = page.scope.value;
  const links = [...new Set([...page.links.value, ...(scope.includes('~') ? [scope] : [])])];
  const isAway = scope !== '' && !scope.includes('~') && !agents.includes(scope);
  return (
    <label class="scope select">
      Operations, bytes and credits of
      <select
        data-testid="scope"
        value={scope}
        onChange={(event) => {
          page.scope.value = event.currentTarget.value;
        }}
      >
        <option value="">the fabric, at edge links</option>
        {isAway && <option value={scope}>{scope}</option>}
        <optgroup label="Switches">
          {agents.map((agent) => (
            <option key={agent} value={agent}>
              {agent}
            </option>
          ))}
        </optgroup>
        <optgroup label="Links in the lanes">
          {links.map((id) => (
            <option key={id} value={id}>
              {byId.get(id)?.name ?? id} of {byId.get(id)?.agent ?? 'an unknown switch'}
            </option>
          ))}
        </optgroup>
      </select>
    </label>
  );
}
