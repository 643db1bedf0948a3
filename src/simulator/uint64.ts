const U32 = 2 ** 32;

/** Writes value × factor as 64 bits, exactly for a value up to 2^53 and a factor up to 2^20; what is above is cut off. */
export function setUint64(view: DataView, at: number, value: number, factor = 1): void {
  const low = (value % U32) * factor;
  const high = Math.floor(value / U32) * factor + Math.floor(low / U32);
  view.setUint32(at, high % U32);
  view.setUint32(at + 4, low % U32);
}
