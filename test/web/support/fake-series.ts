import type {FakeFabric} from './fake-fabric.ts';

/** Seconds that a fake server says it has run: nothing is known before. */
const KNOWN_S = 1_800;

/** An hour or a day in steps of the fabric, or of a link: known since half an hour, one minute of it a gap. */
export function fakeSeries(fabric: FakeFabric, path: string, query: URLSearchParams, finalBefore: number) {
  const step = Number(query.get('step'));
  const isLink = path.includes('/links/');
  const back = Number(/^-(\d+)s$/.exec(query.get('from')!)![1]) * 1_000;
  const start = Math.floor((finalBefore - back) / step) * step;
  const points = Math.ceil((finalBefore + 1_200 - start) / step);
  const level = isLink ? 4e10 : fabric.scenario.links * 4e10;
  const column = (of: number) =>
    Array.from({length: points}, (_, i) => {
      const ago = finalBefore - (start + i * step);
      return ago > KNOWN_S * 1_000 || (ago > 600_000 && ago <= 660_000) ? null : of;
    });
  return {
    ...{finalBefore, start, step, unit: 'bit/s', values: column(level), low: column(level * 0.99)},
    ...{high: column(level * 1.01), samples: column(3_000), unconfirmed: column(0)},
    ...{min: column(0), max: column(level * 2.25)},
  };
}
