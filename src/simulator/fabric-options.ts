/** How a host is wired: by one port, or by two that it bonds, on one leaf or on two. */
export type Bond = 'none' | 'one leaf' | 'two leaves';

interface Common {
  readonly bond?: Bond;
  /**
   * Switches route (the default): each hop takes one from the TTL and writes its own MAC addresses. Otherwise they
   * bridge, and a frame is the same on every hop.
   */
  readonly isRouted?: boolean;
  /** bit/s of the ports between switches; those of the hosts if left out. */
  readonly coreSpeed?: number;
  /**
   * All switches hash alike. Then a switch behind another gets only the flows that this one's choice left it, and chooses
   * the same for all of them: polarisation.
   */
  readonly hasOneHash?: boolean;
}

/** Every leaf has `wires` wires to every spine. */
export interface LeafSpineOptions extends Common {
  readonly kind: 'leaf-spine';
  readonly leaves: number;
  readonly spines: number;
  readonly wires?: number;
}

/** Each pod is a leaf-spine fabric; spine i of every pod has a wire to each of the `cores` core switches of plane i. */
export interface ThreeTierOptions extends Common {
  readonly kind: 'three-tier';
  readonly pods: number;
  readonly leaves: number;
  readonly spines: number;
  readonly cores: number;
}

/**
 * Rail-optimised: each host has a NIC for each rail, and the NICs of one rail share `leaves` leaves of their own.
 * Spines join the leaves of all rails; with one leaf a rail there may be none, and then no frame can change its rail.
 */
export interface RailOptions extends Common {
  readonly kind: 'rails';
  readonly rails: number;
  readonly leaves: number;
  readonly spines: number;
}

/** How the switches are wired. Islands are switches that are not connected, each with its share of the nodes. */
export type FabricOptions = {readonly kind: 'islands'} | LeafSpineOptions | ThreeTierOptions | RailOptions;

/** The first thing that is wrong with a fabric in one line, undefined when all is well. */
export function findFabricFault(fabric: FabricOptions, nodes: number): string | undefined {
  if (fabric.kind === 'islands') return undefined;
  for (const [name, value] of Object.entries(fabric)) {
    if (typeof value !== 'number' || name === 'coreSpeed') continue;
    const least = name === 'spines' && fabric.kind === 'rails' && fabric.leaves === 1 ? 0 : 1;
    if (!Number.isInteger(value) || value < least || value > 1_024) return `${name} must be ${least} to 1024`;
  }
  const {coreSpeed = 1e9, bond = 'none'} = fabric;
  if (!(coreSpeed >= 1e6 && coreSpeed <= 10e12)) return 'the core speed must be 1M to 10T';
  const leaves =
    fabric.leaves * (fabric.kind === 'rails' ? fabric.rails : fabric.kind === 'three-tier' ? fabric.pods : 1);
  if (nodes < leaves) return `nodes must be at least 1 for each of the ${leaves} leaves`;
  if (fabric.kind === 'rails') {
    if (nodes % fabric.rails !== 0) return `nodes must be a multiple of the ${fabric.rails} rails`;
    if (bond !== 'none') return 'NICs on rails are not bonded';
  }
  if (bond === 'two leaves' && fabric.leaves % 2 !== 0) return 'bonds to two leaves need an even number of leaves';
  return undefined;
}
