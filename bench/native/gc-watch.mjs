// Loaded into the ingest thread in front of it: tells the longest pause of garbage collection, in milliseconds.
import {PerformanceObserver} from 'node:perf_hooks';
import {parentPort} from 'node:worker_threads';

let longest = 0;
new PerformanceObserver((list) => {
  for (const {duration} of list.getEntries()) {
    if (duration <= longest) continue;
    longest = duration;
    parentPort?.postMessage({type: 'gc', longest});
  }
}).observe({entryTypes: ['gc']});
