/** How often bands hold the truth, and how wide they are beside those of one who knows the mix. */
const Z_95 = 1.959963984540054;

/** Frames of one length at one sampling rate that a bin really had. */
export interface Part {
  length: number;
  frames: number;
  rate: number;
}

/** What a count or a sum of bytes has to reach, by the samples that are expected of what carries it. */
export interface Goal {
  low: number;
  high: number;
  width: number;
}

export class Coverage {
  bins = 0;
  private covered = 0;
  private width = 0;
  private bias = 0;

  /** Takes one bin: truth, the band, and the width of a band that knows the variance. */
  add(truth: number, value: number, low: number, high: number, oracle: number): void {
    this.bins++;
    if (low <= truth && truth <= high) this.covered++;
    this.width += (high - low) / oracle;
    this.bias += value / truth - 1;
  }

  /** Share of the bins whose band held the truth. */
  get share(): number {
    return this.covered / this.bins;
  }

  /** Mean width over the oracle's. */
  get meanWidth(): number {
    return this.width / this.bins;
  }

  /** Mean relative error. */
  get meanError(): number {
    return this.bias / this.bins;
  }
}

/** Width of a 95 % band by one who knows what was there: 2 · 1.96 · √Σ N · frames · L². */
export function oracleWidth(parts: readonly Part[], weigh: (part: Part) => number): number {
  return 2 * Z_95 * Math.sqrt(parts.reduce((sum, part) => sum + part.frames * part.rate * weigh(part) ** 2, 0));
}

/**
 * What is wrong, as a sentence: coverage or width outside the goal by more than chance explains (3.7 standard errors,
 * one in ten thousand).
 */
export function missed(what: string, {share, bins, meanWidth}: Coverage, {low, high, width}: Goal): string[] {
  const error = 3.7 * Math.sqrt((0.95 * 0.05) / bins);
  const found: string[] = [];
  const percent = (value: number) => `${(100 * value).toFixed(2)} %`;
  if (share < low - error || share > high + error) {
    found.push(`${what}: ${percent(share)} of ${bins} bins are covered, not ${percent(low)} to ${percent(high)}`);
  }
  if (meanWidth > width + 2 / Math.sqrt(bins))
    found.push(`${what}: ${meanWidth.toFixed(3)} × the oracle's width, not ${width}`);
  return found;
}
