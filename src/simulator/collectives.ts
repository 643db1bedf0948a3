/** Who sends to whom in a collective operation. */
export type Pattern = 'ring' | 'all-to-all' | 'tree' | 'pipeline' | 'halving-doubling' | 'incast';

/** One member of a collective sends to another. */
export interface Edge {
  readonly from: number;
  readonly to: number;
  /** Share of the line rate of a job's load while it sends. */
  readonly share: number;
  /** In which part of the exchange it sends (0 … 1). */
  readonly begin: number;
  readonly end: number;
}

/** The edges of a collective of `members`; no member sends or receives more than a whole share, but in an incast. */
export function edgesOf(pattern: Pattern, members: number): Edge[] {
  const all = Array.from({length: members}, (_, member) => member);
  const edge = (from: number, to: number, share: number, begin = 0, end = 1): Edge => ({from, to, share, begin, end});
  switch (pattern) {
    case 'ring':
      return all.map((from) => edge(from, (from + 1) % members, 1));
    case 'all-to-all':
      return all.flatMap((from) => all.filter((to) => to !== from).map((to) => edge(from, to, 1 / (members - 1))));
    case 'tree': {
      // Two binary trees, so that who is a leaf of one is within the other; sums go up, results down.
      const ups = all.slice(1).flatMap((child) => {
        const parent = (child - 1) >> 1;
        return [[child, parent] as const, [members - 1 - child, members - 1 - parent] as const];
      });
      return ups.flatMap(([child, parent]) => [edge(child, parent, 1 / 4), edge(parent, child, 1 / 4)]);
    }
    case 'pipeline': {
      // Activations go down the stages in the first half, gradients back up in the second.
      const step = 1 / (2 * members);
      return all.slice(1).flatMap((stage) => {
        const forth = (stage - 1) * step;
        const back = 1 - (stage + 1) * step;
        return [edge(stage - 1, stage, 1, forth, forth + 2 * step), edge(stage, stage - 1, 1, back, back + 2 * step)];
      });
    }
    case 'halving-doubling': {
      const distances = all.map((bit) => 2 ** bit).filter((distance) => distance < members);
      const total = distances.reduce((sum, _, i) => sum + 2 ** -i, 0);
      return all.flatMap((from) =>
        distances.flatMap((distance, i) => {
          const to = from ^ distance;
          return to < members ? [edge(from, to, 2 ** -i / total)] : [];
        }),
      );
    }
    case 'incast':
      return all.slice(1).map((from) => edge(from, 0, 1));
  }
}
