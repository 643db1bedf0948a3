/** Short ways to read a fabric in tests, by the public reading side. */
import type {Fabric} from '../../src/fabric/fabric.ts';
import {Moments} from '../../src/fabric/history/moments.ts';
import {FABRIC_SCOPE, readBin, type Scope} from '../../src/fabric/reader.ts';
import {directionOf} from '../../src/fabric/rows.ts';
import type {MeasureName} from '../../src/shared/live.ts';

export interface Reading {
  state: number;
  samples: number;
  frames: number;
  bytes: number;
  squares: number;
  largest: number;
}

export function read(fabric: Fabric, scope: Scope, measure: MeasureName, bin: number): Reading {
  const moments = new Moments();
  const state = readBin(fabric, scope, measure, bin, moments);
  const {samples, frames, bytes, squares, largest} = moments;
  return {state, samples, frames, bytes, squares, largest};
}

export function linkScope(fabric: Fabric, id: string, direction: 'in' | 'out'): Scope {
  const port = fabric.ports.get(id);
  if (!port) throw new Error(`no link ${id}`);
  return {kind: 'link', port, direction: directionOf(direction)};
}

export const fabricBytes = (fabric: Fabric, bin: number, measure: MeasureName = 'roce') =>
  read(fabric, FABRIC_SCOPE, measure, bin).bytes;

export const linkBytes = (
  fabric: Fabric,
  id: string,
  direction: 'in' | 'out',
  bin: number,
  measure: MeasureName = 'roce',
) => read(fabric, linkScope(fabric, id, direction), measure, bin).bytes;

/** Everything that bins before `to` say, for comparing before and after. */
export function figures(fabric: Fabric, from: number, to: number): object[] {
  const bins: object[] = [];
  for (let bin = from; bin < to; bin++) {
    for (const measure of ['roce', 'all'] as const) {
      const {state: _, ...fabricWide} = read(fabric, FABRIC_SCOPE, measure, bin);
      const links = fabric.ports.all.flatMap((port) =>
        (['in', 'out'] as const).map((direction) => {
          const {state: __, ...link} = read(fabric, linkScope(fabric, port.id, direction), measure, bin);
          return {id: port.id, direction, ...link};
        }),
      );
      bins.push({bin, measure, ...fabricWide, links});
    }
  }
  return bins;
}
