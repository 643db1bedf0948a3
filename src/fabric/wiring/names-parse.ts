import {canonicalAddress, parseIfIndex} from '../address.ts';
import {Complaints, isName, isRecord} from './complaints.ts';

/** Names by agent address, by link id, by host address. */
export interface NameLists {
  agents: ReadonlyMap<string, string>;
  ports: ReadonlyMap<string, string>;
  hosts: ReadonlyMap<string, string>;
}

const KINDS = ['agents', 'ports', 'hosts'] as const;
type Kind = (typeof KINDS)[number];

/** The key in the form that is looked up; undefined where it is none. */
function keyOf(kind: Kind, text: string): string | undefined {
  if (kind !== 'ports') return canonicalAddress(text);
  const [agent, index, ...more] = text.split('~');
  const address = canonicalAddress(agent);
  const ifIndex = parseIfIndex(index);
  return address === undefined || ifIndex === undefined || more.length > 0 ? undefined : `${address}~${ifIndex}`;
}

const KEY_NEEDED: Readonly<Record<Kind, string>> = {
  agents: 'must be named by its agent address',
  ports: 'must be named by {agent}~{ifIndex}',
  hosts: 'must be named by its IP address',
};

/** Collects checked names. */
class Lists {
  readonly complaints = new Complaints();
  readonly agents = new Map<string, string>();
  readonly ports = new Map<string, string>();
  readonly hosts = new Map<string, string>();

  add(kind: Kind, key: string, name: unknown, entry: string): void {
    const canonical = keyOf(kind, key);
    if (canonical === undefined) this.complaints.add(entry, KEY_NEEDED[kind]);
    else if (!isName(name)) this.complaints.add(entry, 'the name must be a text of 1 to 255 characters');
    else if (this[kind].has(canonical)) this.complaints.add(entry, `${canonical} has a name already`);
    else this[kind].set(canonical, name.trim());
  }

  finish(): NameLists {
    this.complaints.raise();
    return {agents: this.agents, ports: this.ports, hosts: this.hosts};
  }
}

/** Reads `{agents: {address: name}, ports: {"agent~ifIndex": name}, hosts: {address: name}}`. Throws `EntryError`. */
export function parseNames(json: unknown): NameLists {
  const lists = new Lists();
  if (!isRecord(json)) {
    lists.complaints.add('names', 'must be an object');
    return lists.finish();
  }
  for (const [kind, names] of Object.entries(json)) {
    if (!KINDS.includes(kind as Kind)) lists.complaints.add(kind, `must be one of ${KINDS.join(', ')}`);
    else if (!isRecord(names)) lists.complaints.add(kind, 'must be an object');
    else for (const [key, name] of Object.entries(names)) lists.add(kind as Kind, key, name, `${kind}.${key}`);
  }
  return lists.finish();
}

/** The first word of a line of a file of names. */
const LINE_KINDS: ReadonlyMap<string, Kind> = new Map([
  ['agent', 'agents'],
  ['port', 'ports'],
  ['host', 'hosts'],
]);

/**
 * Reads lines of `agent,ADDRESS,NAME`, `port,AGENT~IFINDEX,NAME` and `host,ADDRESS,NAME`. A name may hold commas; it may
 * stand in quotation marks, of which it holds two for one. Lines that are empty or begin with `#` are left out, as is
 * the heading `kind,id,name`. Throws `EntryError`, which names the line.
 */
export function parseNamesFile(text: string): NameLists {
  const lists = new Lists();
  for (const [i, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || (i === 0 && line === 'kind,id,name')) continue;
    const [, word = '', key = '', name = ''] = /^([^,]*),([^,]*),(.*)$/.exec(line) ?? [];
    const kind = LINE_KINDS.get(word.trim());
    const entry = `line ${i + 1}`;
    if (kind === undefined) lists.complaints.add(entry, 'must begin with agent, port or host, and have three fields');
    else lists.add(kind, key.trim(), unquoted(name.trim()), entry);
  }
  return lists.finish();
}

function unquoted(text: string): string {
  return /^".*"$/.test(text) && text.length > 1 ? text.slice(1, -1).replaceAll('""', '"') : text;
}
