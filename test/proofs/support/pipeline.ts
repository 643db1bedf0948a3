/** Everything from a datagram to a bin in one process, without a clock: what comes out is what is served. */
import {DEFAULT_LIMITS} from '../../../src/account/accountant.ts';
import {decodePartial} from '../../../src/account/codec.ts';
import {Ingest} from '../../../src/account/ingest.ts';
import {meanOver} from '../../../src/api/estimate.ts';
import {Fabric} from '../../../src/fabric/fabric.ts';
import {FABRIC_SCOPE, type Scope} from '../../../src/fabric/reader.ts';
import {directionOf} from '../../../src/fabric/rows.ts';
import type {Estimate, MeasureName} from '../../../src/shared/live.ts';

/** Some time in 2026, on the edge of a bin and of a second. */
export const START_MS = 1_790_000_000_000;
export const START_BIN = START_MS / 100;

export class Pipeline {
  readonly fabric: Fabric;
  readonly ingest: Ingest;
  /** Told when the fabric has taken a Partial, as engines of the analysis are. */
  onTaken: (() => void) | undefined;

  constructor(depth = 600) {
    this.fabric = new Fabric({depth, flows: 1_000});
    this.ingest = new Ingest({limits: DEFAULT_LIMITS, producer: 0, epoch: 1, seed: 7}, (encoded) => {
      this.fabric.apply(decodePartial(encoded));
      this.onTaken?.();
    });
  }

  /** Takes a datagram; `from` is the sender's address in four words. */
  readonly receive = (bytes: Uint8Array, length: number, from: Uint32Array, atMs: number): void => {
    this.ingest.buffer.set(bytes.subarray(0, length));
    this.ingest.receive(length, from, atMs);
  };

  /** One bin of a scope as REST says it. */
  estimate(scope: Scope, bin: number, measure: MeasureName = 'all'): Estimate {
    return meanOver(this.fabric, scope, measure, bin, bin);
  }

  link(id: string, direction: 'in' | 'out' = 'in'): Scope {
    const port = this.fabric.ports.get(id);
    if (!port) throw new Error(`no link ${id}`);
    return {kind: 'link', port, direction: directionOf(direction)};
  }

  readonly whole: Scope = FABRIC_SCOPE;
}
