import type {Fabric} from '../fabric/fabric.ts';
import {BIN_MS} from '../shared/bins.ts';

/** Epoch ms: bins before it will not change; 0 while there are none. */
export function finalBefore(fabric: Fabric): number {
  return Number.isFinite(fabric.finalBin) ? fabric.finalBin * BIN_MS : 0;
}
