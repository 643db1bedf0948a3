import {existsSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {RING_LAYOUT} from './ring.ts';

/** A receiver in the addon. */
export type Handle = {readonly __brand: 'NativeReceiver'};

/** What addon.c exports. Numbers below zero are errors of the system, as `errno` has them. */
export interface Addon {
  readonly layout: number;
  /** `table` tells several rings apart; one needs none, and it may be empty. */
  open(rings: readonly Uint8Array[], table: Uint8Array): Handle;
  listen(handle: Handle, host: string, port: string, reusePort: boolean, bufferBytes: number): number;
  forward(handle: Handle, host: string, port: string): number;
  bufferBytes(handle: Handle): number;
  start(handle: Handle): number;
  stop(handle: Handle): number;
}

/** Beside this file in dist/, and in dist/ when this runs from the source. */
const PLACES = ['./receiver.node', '../../../dist/collector/native/receiver.node'];

/** Loads the addon that build.mjs has made. Throws an Error with one line where there is none that fits. */
export function loadAddon(file: string | undefined = findAddon()): Addon {
  if (file === undefined) throw new Error('it is not built');
  const module = {exports: {} as Partial<Addon>};
  try {
    process.dlopen(module, file);
  } catch (error) {
    throw new Error((error as Error).message.split('\n', 1)[0]);
  }
  if (module.exports.layout !== RING_LAYOUT) throw new Error(`${file} was built from other source`);
  return module.exports as Addon;
}

function findAddon(): string | undefined {
  return PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url))).find((file) => existsSync(file));
}
