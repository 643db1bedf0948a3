import type {Fabric} from '../../fabric/fabric.ts';
import {Moments} from '../../fabric/history/moments.ts';
import type {Port} from '../../fabric/ports.ts';
import {readBin, type Scope} from '../../fabric/reader.ts';
import {ROLES} from '../../fabric/roles/roles.ts';
import {BIN_MS} from '../../shared/bins.ts';
import {BinState} from '../../shared/live.ts';
import {kindBand, shareBand} from '../sampling-error.ts';

/** A figure with its 95 % interval. */
export interface Banded {
  value: number;
  low: number;
  high: number;
}

/** What says that switches are congested: undefined where it is not known. */
export interface Marks {
  /** RoCEv2 frames that are marked congestion experienced, of all RoCEv2 frames. */
  ceShare: Banded | undefined;
  /** Congestion notification packets a second. */
  cnpPerSecond: Banded | undefined;
}

/**
 * Of the bins from..to of the fabric: marks on all hops, for it is behind the first that frames are marked; notifications
 * at the edge.
 */
export function fabricMarks({sums, firstBin}: Fabric, from: number, to: number): Marks {
  const moments = new Moments();
  let ce = 0;
  let cnp = 0;
  let bins = 0;
  for (let bin = Math.max(from, firstBin); bin <= to; bin++) {
    if (sums.state(bin) === BinState.Absent) continue;
    bins++;
    ce += sums.ce(bin);
    for (const role of ROLES) sums.addTo(moments, bin, 'roce', role);
    cnp += sums.cnp(bin);
  }
  return marksOf(ce, cnp, moments, bins);
}

/** Of the bins from..to of one direction of a link. */
export function linkMarks(fabric: Fabric, port: Port, direction: number, from: number, to: number): Marks {
  const {rows, rings} = fabric;
  const scope: Scope = {kind: 'link', port, direction};
  const moments = new Moments();
  let ce = 0;
  let cnp = 0;
  let bins = 0;
  for (let bin = Math.max(from, fabric.firstBin); bin <= to; bin++) {
    if (readBin(fabric, scope, 'roce', bin, moments) === BinState.Absent) continue;
    bins++;
    const basis = rows.basis(port.slot, direction, bin);
    for (const row of rows.of(port.slot, direction)) {
      if (row.basis !== basis) continue;
      const chunk = rings.chunk(row.index);
      const cell = rings.at(row.index, bin);
      const weight = rows.weight(row, bin);
      ce += weight * chunk.ce[cell]!;
      cnp += weight * chunk.cnp[cell]!;
    }
  }
  return marksOf(ce, cnp, moments, bins);
}

function marksOf(ce: number, cnp: number, moments: Moments, bins: number): Marks {
  const {frames} = moments;
  const share = Math.min(1, ce / frames);
  const perSecond = (count: number) => (count * 1_000) / (bins * BIN_MS);
  const rate = kindBand(cnp, moments);
  return {
    ceShare: frames > 0 ? {value: share, ...shareBand(share, moments)} : undefined,
    cnpPerSecond: bins > 0 ? {value: perSecond(cnp), low: perSecond(rate.low), high: perSecond(rate.high)} : undefined,
  };
}
