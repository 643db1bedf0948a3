/** Looks in which a group must have been found before it is a job, and in which it must be missing before it has ended. */
const LOOKS = 3;
/** Of the last looks so many must have had a host before it belongs to the job, or is gone. */
const MEMBER_LOOKS = 2;
/** A group with so much of the hosts of a job is that job. */
const SAME = 0.5;

/** Addresses in the order of their numbers. */
const byNumber = new Intl.Collator('en', {numeric: true}).compare;

/** A group of hosts that is followed from look to look. */
export interface Identity {
  readonly id: string;
  /** When it was found first, epoch ms. */
  readonly since: number;
  /** Addresses, sorted. */
  hosts: readonly string[];
  /** Of one of several jobs on the same hosts: what tells it from the others. */
  mark: string | undefined;
  /** Its place among the groups of the last look; -1 where it was missing. */
  found: number;
  /** It was found often enough to be told of. */
  isShown: boolean;
}

interface Followed extends Identity {
  /** Who was in it in the last looks that found it. */
  looks: ReadonlySet<string>[];
  seen: number;
  missing: number;
}

/** A group as a look found it. */
export interface FoundGroup {
  /** Addresses of its hosts. */
  hosts: readonly string[];
  mark?: string | undefined;
}

/** What a look changed. */
export interface IdentityChanges {
  appeared: Identity[];
  ended: Identity[];
}

/** Knows groups again from one look to the next. A change counts when it lasts. */
export class JobIdentities {
  private readonly followed: Followed[] = [];
  private last = 0;

  /** Those that are told of, in the order in which they came. */
  get shown(): readonly Identity[] {
    return this.followed.filter(({isShown}) => isShown);
  }

  /** Takes the groups of a look. */
  update(groups: readonly FoundGroup[], time: number): IdentityChanges {
    for (const one of this.followed) one.found = -1;
    for (const {one, place} of matches(this.followed, groups)) {
      if (one.found >= 0 || this.followed.some(({found}) => found === place)) continue;
      one.found = place;
    }
    const changes: IdentityChanges = {appeared: [], ended: []};
    for (const one of [...this.followed]) {
      if (one.found >= 0) this.see(one, groups[one.found], changes);
      else this.miss(one, changes);
    }
    for (const [place, {hosts, mark}] of groups.entries()) {
      if (this.followed.some(({found}) => found === place)) continue;
      const sorted = [...hosts].sort(byNumber);
      const looks = [new Set(hosts)];
      const id = `j${++this.last}`;
      this.followed.push({
        id,
        since: time,
        hosts: sorted,
        mark,
        found: place,
        isShown: false,
        looks,
        seen: 1,
        missing: 0,
      });
    }
    return changes;
  }

  private see(one: Followed, {hosts, mark}: FoundGroup, {appeared}: IdentityChanges): void {
    one.seen++;
    one.mark = mark;
    one.missing = 0;
    one.looks.push(new Set(hosts));
    if (one.looks.length > LOOKS) one.looks.shift();
    const all = new Set(one.looks.flatMap((look) => [...look]));
    const isMember = (host: string) => one.looks.filter((look) => look.has(host)).length >= MEMBER_LOOKS;
    const members = [...all].filter(isMember);
    const before = new Set(one.hosts);
    // Mostly they are the same, and putting them in order is what takes time.
    if (members.length !== before.size || !members.every((host) => before.has(host)))
      one.hosts = members.sort(byNumber);
    if (one.isShown || one.seen < LOOKS) return;
    one.isShown = true;
    appeared.push(one);
  }

  private miss(one: Followed, {ended}: IdentityChanges): void {
    one.missing++;
    if (one.isShown && one.missing < LOOKS) return;
    this.followed.splice(this.followed.indexOf(one), 1);
    if (one.isShown) ended.push(one);
  }
}

/** Which group may be which: those with the same mark first, then those with the most hosts in common. */
function matches(followed: readonly Followed[], groups: readonly FoundGroup[]) {
  const owners = new Map<string, Followed[]>();
  for (const one of followed) {
    for (const host of one.hosts) {
      const known = owners.get(host);
      if (known) known.push(one);
      else owners.set(host, [one]);
    }
  }
  const all: {one: Followed; place: number; common: number; isMarked: boolean}[] = [];
  for (const [place, {hosts, mark}] of groups.entries()) {
    const common = new Map<Followed, number>();
    for (const host of hosts) {
      for (const one of owners.get(host) ?? []) common.set(one, (common.get(one) ?? 0) + 1);
    }
    for (const [one, count] of common) {
      const isMarked = mark !== undefined && mark === one.mark;
      if (count >= SAME * one.hosts.length) all.push({one, place, common: count, isMarked});
    }
  }
  const byMark = (a: {isMarked: boolean}, b: {isMarked: boolean}) => Number(b.isMarked) - Number(a.isMarked);
  return all.sort(
    (a, b) => byMark(a, b) || b.common - a.common || Number(b.one.isShown) - Number(a.one.isShown) || a.place - b.place,
  );
}
