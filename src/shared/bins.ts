/** Length of a bin in milliseconds: ten bins a second give the project its name. */
export const BIN_MS = 100;

/** Length of a tick in milliseconds: a tenth of a bin, for cycles that are faster than bins. */
export const TICK_MS = 10;

/** When a flow's samples were taken is told by slots of so many milliseconds, modulo so many of them: 1.6 s. */
export const FLOW_SLOT_MS = 25;
export const FLOW_SLOTS = 64;

/** The bin that holds an instant: `floor(epoch ms / 100)`. Exceeds 2^32, so it is a double everywhere. */
export function binOf(epochMs: number): number {
  return Math.floor(epochMs / BIN_MS);
}

/**
 * How many bins a bin may still be revised for after it was first shown (1.2 s); also what a client
 * that fell behind is sent again.
 */
export const REVISED_BINS = 13;
