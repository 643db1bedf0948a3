import type {Bond, FabricOptions, LeafSpineOptions, RailOptions, ThreeTierOptions} from './fabric-options.ts';

/** A fabric as it is drawn, before ports are numbered. */
export interface Blueprint {
  /** Leaves first. `tier` 0 is a leaf, 1 a spine, 2 a core switch. */
  readonly switches: readonly {readonly tier: number; readonly name: string}[];
  /** Wires between two switches, the lower tier first. */
  readonly wires: readonly (readonly [lower: number, upper: number])[];
  /** Leaf of each port of each node. */
  readonly homes: readonly (readonly number[])[];
  readonly groups: readonly {readonly first: number; readonly nodes: number}[];
}

/** Draws a fabric of connected switches. */
export function drawFabric(fabric: Exclude<FabricOptions, {kind: 'islands'}>, nodes: number): Blueprint {
  if (fabric.kind === 'leaf-spine') return leafSpine(fabric, nodes);
  return fabric.kind === 'three-tier' ? threeTier(fabric, nodes) : rails(fabric, nodes);
}

function leafSpine({leaves, spines, wires = 1, bond}: LeafSpineOptions, nodes: number): Blueprint {
  return {
    switches: [...named('leaf', leaves, 0), ...named('spine', spines, 1)],
    wires: mesh(range(leaves), range(spines, leaves)).flatMap((wire) => new Array(wires).fill(wire)),
    homes: spread(nodes, leaves, bond),
    groups: [{first: 0, nodes}],
  };
}

function threeTier({pods, leaves, spines, cores, bond}: ThreeTierOptions, nodes: number): Blueprint {
  const firstSpine = pods * leaves;
  const firstCore = firstSpine + pods * spines;
  const inPods = range(pods).flatMap((pod) =>
    mesh(range(leaves, pod * leaves), range(spines, firstSpine + pod * spines)),
  );
  const inPlanes = range(spines).flatMap((plane) => {
    const own = range(pods).map((pod) => firstSpine + pod * spines + plane);
    return mesh(own, range(cores, firstCore + plane * cores));
  });
  return {
    switches: [
      ...named('leaf', pods * leaves, 0),
      ...named('spine', pods * spines, 1),
      ...named('core', spines * cores, 2),
    ],
    wires: [...inPods, ...inPlanes],
    homes: spread(nodes, pods * leaves, bond),
    groups: [{first: 0, nodes}],
  };
}

/** Node r × hosts + h is the NIC of host h on rail r. */
function rails({rails: count, leaves, spines}: RailOptions, nodes: number): Blueprint {
  const hosts = nodes / count;
  const ofRail = spread(hosts, leaves, 'none');
  return {
    switches: [...named('leaf', count * leaves, 0), ...named('spine', spines, 1)],
    wires: mesh(range(count * leaves), range(spines, count * leaves)),
    homes: range(count).flatMap((rail) => ofRail.map(([leaf]) => [rail * leaves + leaf])),
    groups: range(count).map((rail) => ({first: rail * hosts, nodes: hosts})),
  };
}

/** Nodes in turn over the leaves in even shares; bonded ones on their leaf twice, or also on its neighbour. */
function spread(nodes: number, leaves: number, bond: Bond = 'none'): number[][] {
  return range(nodes).map((node) => {
    const leaf = Math.floor((node * leaves) / nodes);
    if (bond === 'none') return [leaf];
    return bond === 'one leaf' ? [leaf, leaf] : [leaf, leaf ^ 1];
  });
}

function mesh(lower: readonly number[], upper: readonly number[]): [number, number][] {
  return lower.flatMap((from) => upper.map((to): [number, number] => [from, to]));
}

function named(name: string, count: number, tier: number): {name: string; tier: number}[] {
  return range(count, 1).map((number) => ({name: `${name}${number}`, tier}));
}

function range(count: number, first = 0): number[] {
  return Array.from({length: count}, (_, i) => first + i);
}
