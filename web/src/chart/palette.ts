/** Colours that a drawing needs. The style sheet holds the same values for text; canvas cannot read `light-dark()`. */
export interface Palette {
  dark: boolean;
  ground: string;
  panel: string;
  line: string;
  hatch: string;
  text: string;
  quiet: string;
  accent: string;
  warn: string;
  series: readonly string[];
}

export const DARK: Palette = {
  dark: true,
  ground: '#0b0e13',
  panel: '#11161d',
  line: '#1e2630',
  hatch: '#33404f',
  text: '#e6ebf1',
  quiet: '#8b98a8',
  accent: '#4cc2ff',
  warn: '#ffb547',
  series: ['#56b4e9', '#e69f00', '#2bc7a0', '#cc79a7', '#f0e442', '#ff8a65', '#9fa8ff', '#b0bec5'],
};

export const LIGHT: Palette = {
  dark: false,
  ground: '#f6f7f9',
  panel: '#ffffff',
  line: '#e3e7ec',
  hatch: '#c2cad4',
  text: '#141a21',
  quiet: '#5b6877',
  accent: '#0072b2',
  warn: '#945800',
  series: ['#0072b2', '#d55e00', '#009e73', '#a0407c', '#8a6d00', '#b3261e', '#4f46c8', '#546e7a'],
};

/** Stops of the map's colours, even steps from 0 to the line rate, monotone in lightness. */
const HEAT_DARK = ['#0d131b', '#10263d', '#134a73', '#1c7396', '#3f9d93', '#8fc27a', '#f3e76b'];
const HEAT_LIGHT = ['#f3f6fa', '#dbe8f5', '#b4d2ee', '#7fb3de', '#4688c4', '#1f5ea3', '#0b2f68'];

/** Stops of the map's colours, for the legend beside it. */
export function heatStops(dark: boolean): readonly string[] {
  return dark ? HEAT_DARK : HEAT_LIGHT;
}

/**
 * Colours of the 256 values of a cell as pixels in memory order (ABGR on the little-endian machines that browsers run
 * on). 0 is no data and stays transparent, so that the hatching below shows.
 */
export function heatColours(dark: boolean): Uint32Array {
  const stops = heatStops(dark).map(rgbOf);
  const colours = new Uint32Array(256);
  for (let cell = 1; cell < 256; cell++) {
    const at = ((cell - 1) / 254) * (stops.length - 1);
    const i = Math.min(stops.length - 2, Math.floor(at));
    const [r, g, b] = [0, 1, 2].map((c) => Math.round(stops[i]![c]! + (stops[i + 1]![c]! - stops[i]![c]!) * (at - i)));
    colours[cell] = ((255 << 24) | (b! << 16) | (g! << 8) | r!) >>> 0;
  }
  return colours;
}

/** Red, green and blue of `#rrggbb`. */
function rgbOf(hex: string): [number, number, number] {
  const n = Number.parseInt(hex.slice(1), 16);
  return [n >> 16, (n >> 8) & 255, n & 255];
}

/** A colour with some transparency. */
export function faded(hex: string, alpha: number): string {
  const [r, g, b] = rgbOf(hex);
  return `rgba(${r}, ${g}, ${b}, ${alpha})`;
}
