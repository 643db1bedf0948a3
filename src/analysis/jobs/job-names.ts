import {Complaints, EntryError, isName, isRecord} from '../../fabric/wiring/complaints.ts';

/** Names that are kept; the oldest give way. */
const MAX_NAMES = 256;
/** A job with so much of the hosts that a name was given to is the one that was meant. */
const SAME = 0.5;

/** A name, and the hosts of the job that it was given to: a job has no other mark that outlives it. */
export interface JobName {
  readonly name: string;
  readonly hosts: readonly string[];
}

/** Reads a name as it is put: `{name}`, null to take it away. Throws `EntryError`. */
export function parseJobName(json: unknown): string | undefined {
  const name = isRecord(json) ? json['name'] : undefined;
  if (name === null) return undefined;
  if (!isName(name)) throw new EntryError('name: must be a text of 1 to 255 characters, or null');
  return name.trim();
}

/** Reads the names that were kept. Throws `EntryError`. */
export function parseJobNames(json: unknown): JobName[] {
  const complaints = new Complaints();
  const names: JobName[] = [];
  const list = Array.isArray(json) ? json : [];
  if (!Array.isArray(json)) complaints.add('job names', 'must be a list');
  for (const [index, entry] of list.entries()) {
    const hosts = isRecord(entry) && Array.isArray(entry['hosts']) ? entry['hosts'] : [];
    const name = isRecord(entry) ? entry['name'] : undefined;
    if (!isName(name)) complaints.add(`${index}.name`, 'must be a text of 1 to 255 characters');
    else if (hosts.length === 0 || !hosts.every((host) => typeof host === 'string')) {
      complaints.add(`${index}.hosts`, 'must be a list of addresses');
    } else names.push({name, hosts: hosts as string[]});
  }
  complaints.raise();
  return names;
}

/** The name of a job with these hosts. */
export function nameOf(names: readonly JobName[], hosts: readonly string[]): string | undefined {
  return indexOf(names, hosts) < 0 ? undefined : names[indexOf(names, hosts)].name;
}

/** The names, when a job with these hosts is called so, or with undefined not any more. */
export function withName(names: readonly JobName[], hosts: readonly string[], name: string | undefined): JobName[] {
  const at = indexOf(names, hosts);
  const others = names.filter((_, index) => index !== at);
  if (name !== undefined) others.push({name, hosts: [...hosts]});
  return others.slice(-MAX_NAMES);
}

/** Of the names those whose hosts are most alike; -1: none is alike enough. */
function indexOf(names: readonly JobName[], hosts: readonly string[]): number {
  const own = new Set(hosts);
  let best = -1;
  let most = 0;
  for (const [index, {hosts: named}] of names.entries()) {
    const common = named.filter((host) => own.has(host)).length;
    const share = common / Math.max(1, named.length, own.size);
    if (share < SAME || share <= most) continue;
    best = index;
    most = share;
  }
  return best;
}
