/**
 * Power spectrum of a real series whose length is a power of two: a complex transform of half the length (even
 * samples as real, odd as imaginary parts), in place, two stages of radix 2 at a time. Tables and working memory are made
 * once a size.
 */
export class RealFft {
  readonly size: number;
  private readonly half: number;
  private readonly reversed: Uint32Array;
  private readonly cos: Float64Array;
  private readonly sin: Float64Array;
  /** The stage that joins transforms of `length` has its factors from `length` on, one behind another. */
  private readonly stageCos: Float64Array;
  private readonly stageSin: Float64Array;
  private readonly re: Float64Array;
  private readonly im: Float64Array;

  constructor(size: number) {
    if (size < 4 || (size & (size - 1)) !== 0) throw new RangeError(`${size} is no power of two`);
    this.size = size;
    this.half = size / 2;
    const bits = Math.log2(this.half);
    this.reversed = new Uint32Array(this.half);
    for (let i = 1; i < this.half; i++) {
      this.reversed[i] = (this.reversed[i >>> 1] >>> 1) | ((i & 1) << (bits - 1));
    }
    this.cos = new Float64Array(this.half);
    this.sin = new Float64Array(this.half);
    for (let i = 0; i < this.half; i++) {
      this.cos[i] = Math.cos((2 * Math.PI * i) / size);
      this.sin[i] = -Math.sin((2 * Math.PI * i) / size);
    }
    this.stageCos = new Float64Array(this.half);
    this.stageSin = new Float64Array(this.half);
    for (let length = 1; length < this.half; length *= 2) {
      for (let i = 0; i < length; i++) {
        this.stageCos[length + i] = this.cos[(i * this.half) / length];
        this.stageSin[length + i] = this.sin[(i * this.half) / length];
      }
    }
    this.re = new Float64Array(this.half);
    this.im = new Float64Array(this.half);
  }

  /** Adds weight · |F(k)|² of `series`, padded with zeros, to `power[k]`, for k up to the length of `power` - 1. */
  addPower(series: Float64Array, weight: number, power: Float64Array): void {
    const {half, re, im} = this;
    this.transform(this.load(series));
    const top = Math.min(power.length, half);
    // F(k) = even(k) + e^{-2πik/size} · odd(k), both from the half-length transform.
    for (let k = 0; k < top; k++) {
      const mirror = k === 0 ? 0 : half - k;
      const evenRe = (re[k] + re[mirror]) / 2;
      const evenIm = (im[k] - im[mirror]) / 2;
      const oddRe = (im[k] + im[mirror]) / 2;
      const oddIm = (re[mirror] - re[k]) / 2;
      const real = evenRe + this.cos[k] * oddRe - this.sin[k] * oddIm;
      const imaginary = evenIm + this.cos[k] * oddIm + this.sin[k] * oddRe;
      power[k] += weight * (real * real + imaginary * imaginary);
    }
    if (power.length > half) power[half] += weight * (re[0] - im[0]) ** 2;
  }

  /** Puts a series in its places. Returns the length of the transforms that are done with that. */
  private load(series: Float64Array): number {
    const {half, re, im, reversed} = this;
    // Of four values that the first two stages join, all but one are zeros of the padding: four times that one.
    const isQuarter = 4 * series.length <= this.size && half >= 4;
    const copies = isQuarter ? 4 : 1;
    for (let i = 0; i < half / copies; i++) {
      const to = reversed[i];
      const real = 2 * i < series.length ? series[2 * i] : 0;
      const imaginary = 2 * i + 1 < series.length ? series[2 * i + 1] : 0;
      for (let at = to; at < to + copies; at++) {
        re[at] = real;
        im[at] = imaginary;
      }
    }
    return copies;
  }

  /** Joins transforms of `length` to one. */
  private transform(length: number): void {
    for (; 2 * length < this.half; length *= 4) this.joinFour(length);
    if (length < this.half) this.joinTwo(length);
  }

  /** The stages of `length` and of twice that: values are fetched once for both. */
  private joinFour(length: number): void {
    const {half, re, im, stageCos, stageSin} = this;
    for (let start = 0; start < half; start += 4 * length) {
      for (let i = 0; i < length; i++) {
        const w1Re = stageCos[length + i];
        const w1Im = stageSin[length + i];
        const w2Re = stageCos[2 * length + i];
        const w2Im = stageSin[2 * length + i];
        const a = start + i;
        const b = a + length;
        const c = b + length;
        const d = c + length;
        const bRe = re[b] * w1Re - im[b] * w1Im;
        const bIm = re[b] * w1Im + im[b] * w1Re;
        const dRe = re[d] * w1Re - im[d] * w1Im;
        const dIm = re[d] * w1Im + im[d] * w1Re;
        const cRe = re[c] + dRe;
        const cIm = im[c] + dIm;
        const eRe = re[c] - dRe;
        const eIm = im[c] - dIm;
        const aRe = re[a] + bRe;
        const aIm = im[a] + bIm;
        const fRe = re[a] - bRe;
        const fIm = im[a] - bIm;
        const gRe = cRe * w2Re - cIm * w2Im;
        const gIm = cRe * w2Im + cIm * w2Re;
        // The factor a quarter turn on is that of the second half: -j times the first one.
        const hRe = eRe * w2Im + eIm * w2Re;
        const hIm = eIm * w2Im - eRe * w2Re;
        re[a] = aRe + gRe;
        im[a] = aIm + gIm;
        re[c] = aRe - gRe;
        im[c] = aIm - gIm;
        re[b] = fRe + hRe;
        im[b] = fIm + hIm;
        re[d] = fRe - hRe;
        im[d] = fIm - hIm;
      }
    }
  }

  private joinTwo(length: number): void {
    const {half, re, im, stageCos, stageSin} = this;
    for (let start = 0; start < half; start += 2 * length) {
      for (let i = 0; i < length; i++) {
        const wRe = stageCos[length + i];
        const wIm = stageSin[length + i];
        const a = start + i;
        const b = a + length;
        const bRe = re[b] * wRe - im[b] * wIm;
        const bIm = re[b] * wIm + im[b] * wRe;
        re[b] = re[a] - bRe;
        im[b] = im[a] - bIm;
        re[a] += bRe;
        im[a] += bIm;
      }
    }
  }
}

/** The least power of two that is not below `n`. */
export const powerOfTwo = (n: number): number => 2 ** Math.ceil(Math.log2(n));
