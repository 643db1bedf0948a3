import {CounterRecordFormat, Size, UNKNOWN_COUNTER_32} from '../sflow/constants.ts';

/** Lanes of each port's module. */
export const LANES = 4;
const PFC_BYTES = 20;
const OPTICS_BYTES = 20;
const LANE_BYTES = 40;
const WAVELENGTH_NM = 1_310;
const SUPPLY_MV = 3_300;

/** PFC counters of a port since the start. */
export interface PauseCounts {
  requests: number;
  pausedUs: number;
  storms: number;
  stormsOver: number;
}

/** What the module of a port tells: each port and lane something else, and always the same. */
export function opticsOf(ifIndex: number, lane: number) {
  return {
    milliCelsius: 35_000 + 500 * (ifIndex % 20),
    biasUa: 6_000 + 10 * ifIndex + lane,
    sentUw: 1_000 + ifIndex,
    receivedUw: 500 + 10 * lane + (ifIndex % 10),
  };
}

/** PFC counters (0:11). The switch sends requests and does not count indications. */
export const PFC_RECORD_BYTES = Size.Prefix + PFC_BYTES;

/** Returns where the next record begins. */
export function writePfc(view: DataView, at: number, counts: PauseCounts): number {
  const values = [counts.requests, UNKNOWN_COUNTER_32, counts.pausedUs, counts.storms, counts.stormsOver];
  view.setUint32(at, CounterRecordFormat.Pfc);
  view.setUint32(at + 4, PFC_BYTES);
  values.forEach((value, i) => {
    view.setUint32(at + Size.Prefix + 4 * i, Math.floor(value) % 2 ** 32);
  });
  return at + PFC_RECORD_BYTES;
}

/** Optical module (0:10). */
export const OPTICS_RECORD_BYTES = Size.Prefix + OPTICS_BYTES + LANES * LANE_BYTES;

/** Returns where the next record begins. */
export function writeOptics(view: DataView, at: number, ifIndex: number): number {
  view.setUint32(at, CounterRecordFormat.Optics);
  view.setUint32(at + 4, OPTICS_RECORD_BYTES - Size.Prefix);
  const head = [ifIndex, LANES, SUPPLY_MV, opticsOf(ifIndex, 1).milliCelsius, LANES];
  const lanes = Array.from({length: LANES}, (_, i) => {
    const {biasUa, sentUw, receivedUw} = opticsOf(ifIndex, i + 1);
    return [i + 1, biasUa, sentUw, 0, 0, WAVELENGTH_NM, receivedUw, 0, 0, WAVELENGTH_NM];
  });
  [...head, ...lanes.flat()].forEach((value, i) => {
    view.setUint32(at + Size.Prefix + 4 * i, value);
  });
  return at + OPTICS_RECORD_BYTES;
}
