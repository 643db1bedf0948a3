import type {Fabric} from '../fabric/fabric.ts';
import {portName} from '../fabric/ports.ts';
import type {PeriodReport} from './period/period-engine.ts';
import type {JobHosts} from './stragglers/straggler-engine.ts';

/** Ports are gathered anew so often, and held back as long at first: until it is known which are at the edge. */
const EVERY_MS = 10_000;
/** A period is one that is so sure. */
const SURE = 0.75;
const ID = 'fabric';

/**
 * The whole fabric as one job, for as long as there is one cycle in it and nobody knows of its jobs: a host behind each
 * edge port that has RoCEv2, called by the port.
 */
export class FabricJob {
  private readonly fabric: Fabric;
  private readonly report: () => PeriodReport | undefined;
  private job: JobHosts = {id: ID, name: null, hosts: [], periodMs: null};
  private gatheredAt = Number.NaN;

  constructor(fabric: Fabric, report: () => PeriodReport | undefined) {
    this.fabric = fabric;
    this.report = report;
  }

  /** The job; undefined while there is no period, or more than one. */
  now(): JobHosts | undefined {
    const {time} = this.fabric;
    if (Number.isNaN(this.gatheredAt) || time < this.gatheredAt) this.gatheredAt = time;
    const sure = this.report()?.periods.filter(({confidence}) => confidence >= SURE) ?? [];
    const periodMs = sure.length === 1 ? sure[0]!.periodMs : null;
    const isDue = time - this.gatheredAt >= EVERY_MS || this.job.hosts.length === 0;
    const hosts = isDue && periodMs !== null ? this.gather(time) : this.job.hosts;
    if (hosts !== this.job.hosts || periodMs !== this.job.periodMs) this.job = {...this.job, hosts, periodMs};
    return periodMs === null ? undefined : this.job;
  }

  private gather(time: number): JobHosts['hosts'] {
    this.gatheredAt = time;
    const {ports, roles, portTicks, newest} = this.fabric;
    const edge = ports.all.filter(({slot}) => roles.at(slot, newest) === 'edge' && portTicks.has(slot));
    return edge.map((port) => ({address: port.id, name: portName(port), port}));
  }
}
