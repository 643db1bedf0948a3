import type {Fabric} from '../../fabric/fabric.ts';
import {Moments} from '../../fabric/history/moments.ts';
import type {OperationSums} from '../../fabric/operation-sums.ts';
import type {Port} from '../../fabric/ports.ts';
import type {Banded} from '../congestion/marks.ts';
import {frameBand, meanBand} from '../sampling-error.ts';
import {exact, scaled} from './banded.ts';
import {HeldSecond} from './threshold-held.ts';
import type {Subject} from './threshold-readings.ts';

/** Whose operations are gathered: those of agents by their addresses, and of the fabric. */
const FABRIC = '';

/** Figures of operations, of the fabric or of an agent. */
export class OperationReadings {
  private readonly fabric: Fabric;
  private readonly held: HeldSecond<OperationSums>;

  constructor(fabric: Fabric) {
    this.fabric = fabric;
    this.held = new HeldSecond(fabric);
  }

  /** Packets a second. */
  rate(of: Subject, pick: (sums: OperationSums) => Moments): Banded | undefined {
    const sums = this.sums(of);
    if (!sums) return undefined;
    const moments = pick(sums);
    return scaled({value: moments.frames, ...frameBand(moments)}, 1 / this.fabric.operations.windowSeconds);
  }

  allNaks(of: Subject): Banded | undefined {
    return this.rate(of, ({naks}) => {
      const all = new Moments();
      for (const moments of naks) all.add(moments);
      return all;
    });
  }

  bytesPerOperation(of: Subject): Banded | undefined {
    const lengths = this.sums(of)?.rdmaBytes;
    const band = lengths && meanBand(lengths);
    return band && {value: lengths.sum / lengths.weights, ...band};
  }

  credits(of: Subject): Banded | undefined {
    const credits = this.sums(of)?.credits;
    return credits && credits.samples > 0 ? exact(credits.sum / credits.weights) : undefined;
  }

  /** Undefined where nothing is known: no seconds, no port. */
  private sums(of: Subject): OperationSums | undefined {
    const {operations, roles, newest} = this.fabric;
    if (!(operations.windowSeconds > 0)) return undefined;
    const gather = (groupOf: (port: Port) => string | undefined) => (found: Map<string, OperationSums>) => {
      for (const [group, sums] of operations.sumsBy(groupOf)) found.set(group, sums);
    };
    if (of.kind === 'fabric') {
      const edge = gather(({slot}) => (roles.at(slot, newest) === 'edge' ? FABRIC : undefined));
      return this.held.once('fabric', edge).get(FABRIC);
    }
    return of.kind === 'agent'
      ? this.held
          .once(
            'agents',
            gather(({agent}) => agent.address),
          )
          .get(of.agent.address)
      : undefined;
  }
}
