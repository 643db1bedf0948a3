/** A generation lasts 30 s at least and until it holds enough samples, but no longer than five minutes; in bins. */
const GENERATION_BINS = 300;
const GENERATION_SAMPLES = 100;
const LONGEST_GENERATION_BINS = 3_000;

/** Samples that a judgement needs. */
const ENOUGH = 50;
/**
 * A pool that grows by independent gaps, one a sample, differs from the claimed rate by a ratio q or more with a
 * probability of at most e^-n(q - 1 - ln q) (Chernoff's bound of the gamma distribution). At this exponent chance does
 * so once in 5 · 10^8 looks.
 */
const EXPONENT = 20;
/** What was found is dropped when so little speaks for it still. */
const FORGIVEN = 4;
/** Smaller differences are not worth a correction. */
const LEAST = 0.02;
/** Ratios beyond are no rate, but garbage in the pool's place. */
const MOST = 100;
/** Packets a second that no port's pool outgrows: 1.6 Tbit/s of the smallest frames, both ways. */
const MOST_PER_SECOND = 5e9;
const BINS_PER_SECOND = 10;
/** Two generations of one pool differ by less than this. */
const STEADY = 2;

/** Sums over samples behind a baseline. */
interface Sums {
  /** Samples that the agent made: those that arrived and those that are missing. */
  made: number;
  /** Samples that it says it could not make. */
  drops: number;
  /** What its pool grew by. */
  pool: number;
}

const nothing = (): Sums => ({made: 0, drops: 0, pool: 0});

/** What a sample pool grew by against the samples that were made, over the last 30 to 60 s, longer where they are few. */
export class PoolWindow {
  private young = nothing();
  private old = nothing();
  private youngSince: number;
  private oldSince: number;

  /** `bin`: the first that is added. */
  constructor(bin: number) {
    this.youngSince = bin;
    this.oldSince = bin;
  }

  add(bin: number, made: number, drops: number, pool: number): void {
    const age = bin - this.youngSince;
    if (age >= GENERATION_BINS && (this.young.made >= GENERATION_SAMPLES || age >= LONGEST_GENERATION_BINS)) {
      this.old = this.young;
      this.oldSince = this.youngSince;
      this.young = nothing();
      this.youngSince = bin;
    }
    this.young.made += made;
    this.young.drops += drops;
    this.young.pool += pool;
  }

  get made(): number {
    return this.young.made + this.old.made;
  }

  get drops(): number {
    return this.young.drops + this.old.drops;
  }

  /**
   * Packets of the pool a sample that was made, as a multiple of the claimed `rate`; undefined where the pool says
   * nothing that the rate and the agent's drops do not. `isHeld`: it has said something until now.
   */
  ratio(rate: number, bin: number, isHeld: boolean): number | undefined {
    const {made, drops} = this;
    const pool = this.young.pool + this.old.pool;
    if (made < ENOUGH || pool <= 0) return undefined;
    // Computed by the agent: so many times the rate, to the packet.
    if (Math.abs(pool - rate * made) <= 2 * rate) return undefined;
    const q = pool / (rate * (made + drops));
    if (Math.abs(q - 1) < LEAST || q > MOST || q < 1 / MOST) return undefined;
    if (made * (q - 1 - Math.log(q)) < (isHeld ? FORGIVEN : EXPONENT)) return undefined;
    const seconds = Math.max(1, (bin - this.oldSince) / BINS_PER_SECOND);
    if (pool > MOST_PER_SECOND * seconds || !this.isSteady()) return undefined;
    return pool / (rate * made);
  }

  /** Whether both generations say much the same. */
  private isSteady(): boolean {
    const {young, old} = this;
    if (young.made < ENOUGH || old.made < ENOUGH) return true;
    const change = young.pool / young.made / (old.pool / old.made);
    return change < STEADY && change > 1 / STEADY;
  }
}
