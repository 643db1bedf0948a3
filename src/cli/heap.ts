import {setFlagsFromString} from 'node:v8';

/**
 * Keeps the part of the heap for new objects at the size that it has, in all threads: 1 MB when it is called first. By
 * itself it grows to 32 MB while modules are loaded and stays there, where all that a server of a small fabric makes anew
 * each second fills a few. And such a heap is cleared sooner by one thread than by the five that would be woken up for it.
 * To be called again when threads have been started: V8 goes back to growth with each.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--no-parallel-scavenge');
}

/**
 * Lets it grow again, as V8 does by itself: tens of thousands of ports fill 1 MB hundreds of times a second, and clearing
 * that took a third of the main thread.
 */
export function letHeapGrow(): void {
  setFlagsFromString('--semi-space-growth-factor=2');
}
