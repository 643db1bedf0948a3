import type {Palette} from '../chart/palette.ts';

/** What stands around a chart in its picture. */
export interface Caption {
  title: string;
  /** What it shows, and when. */
  subtitle: string;
  /** Its legend: a line an entry. */
  legend: readonly {text: string; colour: string | null}[];
}

const FONT = '"Inter Variable", system-ui, sans-serif';

/** A picture of a chart as it stands on the page, with its title above and its legend below. */
export function pictureOf(chart: HTMLCanvasElement, caption: Caption, palette: Palette): Promise<Blob | null> {
  const {width} = chart;
  const font = Number.parseFloat(getComputedStyle(chart).fontSize) * (width / Math.max(1, chart.clientWidth));
  const pad = font * 1.2;
  const line = font * 1.6;
  const head = pad + line * 2.4;
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(width + pad * 2);
  canvas.height = Math.round(head + chart.height + pad + line * caption.legend.length + pad);
  const ctx = canvas.getContext('2d')!;
  ctx.fillStyle = palette.panel;
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  ctx.textBaseline = 'top';
  ctx.fillStyle = palette.text;
  ctx.font = `600 ${font * 1.1}px ${FONT}`;
  ctx.fillText(caption.title, pad, pad);
  ctx.fillStyle = palette.quiet;
  ctx.font = `425 ${font * 0.92}px ${FONT}`;
  ctx.fillText(caption.subtitle, pad, pad + line);
  ctx.drawImage(chart, pad, head);
  let y = head + chart.height + pad;
  for (const {text, colour} of caption.legend) {
    if (colour !== null) {
      ctx.fillStyle = colour;
      ctx.fillRect(pad, y + font * 0.45, font * 0.95, font * 0.25);
    }
    ctx.fillStyle = palette.text;
    ctx.fillText(text, pad + font * 1.6, y);
    y += line;
  }
  return new Promise((done) => canvas.toBlob(done, 'image/png'));
}
