/** Watches a server while things go wrong, and says afterwards what should not have been: each as a sentence. */
import {Count} from '../../../src/account/ledger.ts';
import {type BinRates, rateOfBin} from '../../../src/api/estimate.ts';
import {readLedgers} from '../../../src/fabric/findings/waterfall.ts';
import {Moments} from '../../../src/fabric/history/moments.ts';
import type {Port} from '../../../src/fabric/ports.ts';
import {FABRIC_SCOPE, readBin, type Scope} from '../../../src/fabric/reader.ts';
import {ROLES} from '../../../src/fabric/roles/roles.ts';
import {Direction} from '../../../src/fabric/rows.ts';
import {BinState} from '../../../src/shared/live.ts';
import type {FaultSchedule, PortPlan} from './fault-schedule.ts';
import type {FaultyWorld} from './faulty-world.ts';
import type {WholeServer} from './whole-server.ts';

/** How much more than was sent a rate may be, beyond what chance explains. */
const IMPOSSIBLE = 1.5;
/** Chance is left e^-25 by Bernstein's inequality: √(2 · 25 · variance) + 25 / 3 · largest weight. */
const CHANCE = 25;

export class Witness {
  readonly errors: string[] = [];
  private readonly server: WholeServer;
  private readonly schedule: FaultSchedule;
  private newest = Number.NEGATIVE_INFINITY;
  private finalBefore = Number.NaN;
  /** What bins said when they became final, by scope. */
  private readonly settled: {scope: Scope; bin: number; said: string}[] = [];
  private totals: number[] = [];

  constructor(server: WholeServer, schedule: FaultSchedule) {
    this.server = server;
    this.schedule = schedule;
    server.onAdvance = ({newest}) => this.look(newest);
  }

  /** What is wrong in the end. */
  judge(world: FaultyWorld): string[] {
    this.checkLedgers(world);
    this.checkAgents(world);
    this.checkSamples(world);
    this.checkFinal();
    this.checkTotals();
    this.checkBins();
    this.checkRates();
    this.checkClient();
    return this.errors;
  }

  private fail(what: string): void {
    if (this.errors.length < 10) this.errors.push(what);
  }

  private same(what: string, found: number, right: number): void {
    if (found !== right) this.fail(`${what} is ${found}, not ${right}`);
  }

  private look(newest: number): void {
    const {fabric} = this.server;
    if (!(newest > this.newest)) this.fail(`the newest bin went from ${this.newest} to ${newest}`);
    this.newest = newest;
    const from = Number.isNaN(this.finalBefore) ? fabric.firstBin : this.finalBefore;
    for (let bin = Math.max(from, fabric.firstBin); bin < fabric.finalBin; bin++) {
      for (const scope of this.scopes()) this.settled.push({scope, bin, said: this.said(scope, bin)});
    }
    this.finalBefore = Math.max(from, fabric.finalBin);
    const {roceBytes, allBytes, roceFrames, allFrames, ceFrames, cnpFrames} = fabric.totals;
    const links = fabric.ports.all.flatMap(({slot}) =>
      [Direction.In, Direction.Out].map((direction) => fabric.totals.ofLink(slot, direction).allBytes),
    );
    const totals = [roceBytes, allBytes, roceFrames, allFrames, ceFrames, cnpFrames, ...links];
    this.totals.forEach((was, i) => {
      if (!(totals[i]! >= was)) this.fail(`a total fell from ${was} to ${totals[i]}`);
    });
    this.totals = totals;
  }

  private scopes(): Scope[] {
    const links = this.server.fabric.ports.all.flatMap((port) =>
      [Direction.In, Direction.Out].map((direction): Scope => ({kind: 'link', port, direction})),
    );
    const roles = ROLES.map((role): Scope => ({kind: 'fabric', role}));
    return [...roles, ...links];
  }

  /** Figures of a bin. State may still turn from unconfirmed to present. */
  private said(scope: Scope, bin: number): string {
    const moments = new Moments();
    return (['all', 'roce'] as const)
      .map((measure) => {
        readBin(this.server.fabric, scope, measure, bin, moments.clear());
        return Object.values(moments).join(' ');
      })
      .join(' / ');
  }

  private checkLedgers(world: FaultyWorld): void {
    const {fabric} = this.server;
    const {counts, rowsLate, partialsLost, tablesRefused} = readLedgers(fabric);
    const {delivered, duplicates, garbage, samples} = world;
    this.same('datagrams received', counts[Count.DatagramsReceived]!, delivered);
    this.same('duplicates', counts[Count.DatagramsDuplicate]!, duplicates);
    this.same('datagrams decoded', counts[Count.DatagramsDecoded]!, delivered - duplicates - garbage);
    this.same('datagrams dropped by the kernel', counts[Count.DatagramsKernelDropped]!, world.kernelDropped);
    this.same('flow samples', counts[Count.FlowSamples]!, samples);
    this.same('flow samples counted', counts[Count.FlowSamplesCounted]!, samples);
    this.same('late rows', rowsLate, 0);
    this.same('lost Partials', partialsLost, 0);
    this.same('refused by tables', tablesRefused, 0);
  }

  private checkAgents(world: FaultyWorld): void {
    const {fabric} = this.server;
    for (const {plan, lives} of world.running) {
      const heard = lives.filter(({numbers}) => numbers.size > 0);
      const stream = fabric.agents.get(plan.address)?.subAgents.get(0);
      if (heard.length === 0) continue;
      if (!stream) {
        this.fail(`${plan.address} is not known`);
        continue;
      }
      const received = heard.reduce((sum, {numbers}) => sum + numbers.size, 0);
      const expected = heard.reduce((sum, {first, last}) => sum + last - first + 1, 0);
      this.same(`${plan.address} received`, stream.received, received);
      this.same(`${plan.address} received + missing`, stream.received + stream.missing, expected);
      this.same(`${plan.address} restarts`, stream.restarts, heard.length - 1);
      for (const ifIndex of new Set(heard.flatMap(({sources}) => [...sources.keys()]))) {
        if (!fabric.ports.get(`${plan.address}~${ifIndex}`)) this.fail(`${plan.address}~${ifIndex} is forgotten`);
      }
    }
  }

  /** Each sample is in one bin and no more: of the ports that it came in at. */
  private checkSamples({samples}: FaultyWorld): void {
    const {fabric} = this.server;
    const moments = new Moments();
    for (const port of fabric.ports.all) {
      const scope: Scope = {kind: 'link', port, direction: Direction.In};
      for (let bin = fabric.firstBin; bin <= fabric.newest; bin++) readBin(fabric, scope, 'all', bin, moments);
    }
    this.same('samples in all bins', moments.samples, samples);
  }

  private checkFinal(): void {
    for (const {scope, bin, said} of this.settled) {
      if (bin < this.server.fabric.firstBin) continue;
      const now = this.said(scope, bin);
      const where =
        scope.kind === 'fabric' ? `all ${scope.role} ports` : `${scope.port.id} direction ${scope.direction}`;
      if (now !== said) this.fail(`final bin ${bin} of ${where} said ${said} and says ${now}`);
    }
  }

  /** No bin is lost: each that time passed through has figures, and the others have none. */
  private checkBins(): void {
    const {fabric, lived} = this.server;
    const moments = new Moments();
    for (const port of fabric.ports.all) {
      const scope: Scope = {kind: 'link', port, direction: Direction.In};
      for (let bin = Math.max(fabric.firstBin, port.agent.presence.firstBin); bin <= fabric.newest; bin++) {
        const isAbsent = readBin(fabric, scope, 'all', bin, moments) === BinState.Absent;
        if (isAbsent === lived.has(bin)) this.fail(`bin ${bin} of ${port.id} ${isAbsent ? 'is lost' : 'never was'}`);
      }
    }
  }

  /** Running totals hold all final bins, and nothing else. */
  private checkTotals(): void {
    const {fabric} = this.server;
    const {totals} = fabric;
    const check = (what: string, total: number, scope: Scope) => {
      const moments = new Moments();
      for (let bin = fabric.firstBin; bin < fabric.finalBin; bin++) readBin(fabric, scope, 'all', bin, moments);
      // Sums of the same numbers in another order.
      if (!(Math.abs(total - moments.bytes) <= 1e-9 * moments.bytes)) {
        this.fail(`the total of ${what} is ${total}, that of its final bins ${moments.bytes}`);
      }
    };
    check('the fabric', totals.allBytes, FABRIC_SCOPE);
    for (const port of fabric.ports.all) {
      for (const direction of [Direction.In, Direction.Out]) {
        const scope: Scope = {kind: 'link', port, direction};
        check(`${port.id} direction ${direction}`, totals.ofLink(port.slot, direction).allBytes, scope);
      }
    }
  }

  private checkRates(): void {
    const {fabric} = this.server;
    const moments = new Moments();
    for (const port of fabric.ports.all) {
      const most = this.mostBytes(port);
      for (const direction of [Direction.In, Direction.Out]) {
        for (let bin = fabric.firstBin; bin <= fabric.newest; bin++) {
          const scope: Scope = {kind: 'link', port, direction};
          if (readBin(fabric, scope, 'all', bin, moments.clear()) === BinState.Absent) continue;
          const {bytes, samples, largest} = moments;
          const sent = IMPOSSIBLE * most;
          const limit = sent + Math.sqrt(2 * CHANCE * sent * largest) + (CHANCE / 3) * largest;
          if (!(bytes >= 0 && samples >= 0 && bytes <= limit)) {
            this.fail(`${port.id} direction ${direction} has ${bytes} bytes in bin ${bin}, where ${most} were sent`);
          }
        }
      }
    }
  }

  /** The most that a port could have had in a bin; where all frames leave, what came in anywhere. */
  private mostBytes({agent, ifIndex}: Port): number {
    const plan = this.schedule.agents.find(({address}) => address === agent.address);
    if (!plan) throw new Error(`nobody sent as ${agent.address}`);
    const bytes = ({framesPerMs, length}: PortPlan) => framesPerMs * length * 100;
    const own = plan.ports.find((port) => port.ifIndex === ifIndex);
    return own ? bytes(own) : plan.ports.reduce((sum, port) => sum + bytes(port), 0);
  }

  /** What the live socket was told is what the server says, with no bin left out. */
  private checkClient(): void {
    const {fabric, frames} = this.server;
    const told = new Map<number, string>();
    let last = Number.NaN;
    for (const frame of frames) {
      const series = frame.fabric?.all;
      if (!series) continue;
      if (series.firstBin > last + 1)
        this.fail(`a frame begins at ${series.firstBin}, the one before ended at ${last}`);
      series.values.forEach((value, i) => {
        told.set(series.firstBin + i, [value, series.low[i], series.high[i], series.samples[i]].join(' '));
      });
      last = Math.max(series.firstBin + series.values.length - 1, frame.newestBin);
    }
    this.same('the last bin that was told', last, fabric.newest);
    const into: BinRates = {value: 0, low: 0, high: 0, squares: 0, largest: 0, samples: 0};
    for (let bin = fabric.firstBin; bin < fabric.finalBin; bin++) {
      const state = rateOfBin(fabric, FABRIC_SCOPE, 'all', bin, new Moments(), into);
      // The frames hold 32 bits of a rate.
      const [value, low, high] = [into.value, into.low, into.high].map(Math.fround);
      const now = (state === BinState.Absent ? [null, null, null, null] : [value, low, high, into.samples]).join(' ');
      if (told.get(bin) !== now) this.fail(`the live socket says ${told.get(bin)} of bin ${bin}, the server ${now}`);
    }
  }
}
