import {weightedPoissonBand} from '../../../src/shared/band.ts';
import {BinState, type FlowRow, type LinkInfo, type MeasureName, type SummaryTopic} from '../../../src/shared/live.ts';
import type {BinFigures} from './frame-builder.ts';

/** What a fake server pretends to watch. */
export interface Scenario {
  links: number;
  /** Ports of one switch. */
  portsPerSwitch: number;
  speed: number | null;
  /** Length of a compute and exchange cycle, and the share of it that is exchange. */
  cycleMs: number;
  exchange: number;
  roce: boolean;
  receiving: boolean;
  demo: boolean;
  /** Links whose role is not known. */
  unknownLinks: number;
  /** Index of a switch that fell silent this many bins ago. */
  silent: {agent: number; bins: number} | null;
  lost: number;
  /** Some switches are in trouble, and findings tell of it. */
  troubled: boolean;
  /** Switches drop packets, and parallel links are uneven. */
  dropping: boolean;
  /** Events that have happened. */
  events: number;
  /** Shifts every slot, as a restarted server may do. */
  slotShift: number;
  /** Name of the ports; a number follows. */
  portName: string;
}

/** 244 links of 100 Gbit/s at one switch, a cycle of 500 ms. */
export const REFERENCE: Scenario = {
  links: 244,
  portsPerSwitch: 244,
  speed: 100e9,
  cycleMs: 500,
  exchange: 0.47,
  roce: true,
  receiving: true,
  demo: false,
  unknownLinks: 0,
  silent: null,
  lost: 0,
  troubled: false,
  dropping: false,
  events: 0,
  slotShift: 0,
  portName: 'Ethernet',
};

/** Bits that one sample stands for: 1 in 50,000 frames of 4,158 bytes. */
const SAMPLE_BITS = 50_000 * 4158 * 8;

/** Figures of a fabric as a function of link and bin alone, so that any stretch of history can be asked for. */
export class FakeFabric {
  readonly scenario: Scenario;
  readonly list: LinkInfo[];

  constructor(scenario: Scenario) {
    this.scenario = scenario;
    this.list = Array.from({length: scenario.links}, (_, i) => {
      const agent = Math.floor(i / scenario.portsPerSwitch);
      const port = (i % scenario.portsPerSwitch) + 1;
      return {
        slot: (i + scenario.slotShift) % scenario.links,
        id: `10.0.${Math.floor(agent / 250)}.${(agent % 250) + 1}~${port}`,
        agent: `10.0.${Math.floor(agent / 250)}.${(agent % 250) + 1}`,
        ifIndex: port,
        name: `${scenario.portName}${port}`,
        role: 'edge' as const,
        speed: scenario.speed,
      };
    });
  }

  agentOf(link: number): number {
    return Math.floor(link / this.scenario.portsPerSwitch);
  }

  /** Samples of a link in a bin; -1 where its switch was silent. */
  samples(link: number, bin: number, newest: number, measure: MeasureName): number {
    const {silent, roce, cycleMs, exchange} = this.scenario;
    if (silent !== null && this.agentOf(link) === silent.agent && bin > newest - silent.bins) return -1;
    if (measure === 'roce' && !roce) return 0;
    // Link 117 is late by 60 ms and link 140 stays out of step: what the map is there to show.
    const late = link % 244 === 117 ? 60 : 0;
    const phase = link % 244 === 140 ? 0.5 : 0;
    const at = (((bin * 100 - late) / cycleMs + phase) % 1) + 1;
    const from = at % 1;
    const busy = Math.max(0, Math.min(exchange, from + 100 / cycleMs) - from) / (100 / cycleMs);
    const again = Math.max(0, from + 100 / cycleMs - 1) / (100 / cycleMs);
    const share = 0.02 + 0.9 * Math.min(1, busy + Math.min(again, exchange * (cycleMs / 100)));
    const speed = this.scenario.speed ?? 100e9;
    return (
      poisson((share * speed * 0.1) / SAMPLE_BITS, noise(link, bin)) + (measure === 'all' && bin % 7 === 0 ? 1 : 0)
    );
  }

  link(link: number, bin: number, newest: number, measure: MeasureName): BinFigures {
    return figures(this.samples(link, bin, newest, measure), bin >= newest);
  }

  total(bin: number, newest: number, measure: MeasureName): BinFigures {
    let n = 0;
    let present = false;
    for (let link = 0; link < this.scenario.links; link++) {
      const samples = this.samples(link, bin, newest, measure);
      if (samples < 0) continue;
      present = true;
      n += samples;
    }
    return figures(present ? n : -1, bin >= newest);
  }

  /** One column of the map, by slot. */
  column(bin: number, newest: number, measure: MeasureName, cells: Uint8Array, offset: number): void {
    const full = ((this.scenario.speed ?? 100e9) * 0.1) / SAMPLE_BITS;
    for (let link = 0; link < this.scenario.links; link++) {
      const n = this.samples(link, bin, newest, measure);
      const slot = (link + this.scenario.slotShift) % this.scenario.links;
      cells[offset + slot] = n < 0 ? 0 : 1 + Math.round(254 * Math.min(1, n / full));
    }
  }

  summary(newest: number): SummaryTopic {
    const {scenario} = this;
    const on = scenario.receiving;
    const mean = (measure: MeasureName) => {
      let n = 0;
      for (let bin = newest - 32; bin < newest - 12; bin++) n += Math.max(0, this.total(bin, newest, measure).samples);
      const f = figures(n, false);
      const scale = on ? 1 / 20 : 0;
      return {
        bitsPerSecond: f.value * scale,
        low: f.low * scale,
        high: f.high * scale,
        framesPerSecond: (f.value * scale) / 8 / 4158,
        framesLow: (f.low * scale) / 8 / 4158,
        framesHigh: (f.high * scale) / 8 / 4158,
        samples: n,
      };
    };
    const silent = scenario.silent === null ? [] : [this.list[scenario.silent.agent * scenario.portsPerSwitch]!.agent];
    return {
      topic: 'summary',
      version: '0.1.0',
      demo: scenario.demo,
      source: 'udp',
      udpPort: 6343,
      addresses: ['10.20.30.40', '192.168.1.20'],
      bin: newest - 32,
      agents: on ? Math.ceil(scenario.links / scenario.portsPerSwitch) : 0,
      agentsMissing: silent,
      links: on ? scenario.links : 0,
      edgeLinks: on ? scenario.links - scenario.unknownLinks : 0,
      unknownLinks: scenario.unknownLinks,
      unknownShare: scenario.unknownLinks / scenario.links,
      rolesFrom: on ? 'single switch' : 'unknown',
      roce: mean('roce'),
      all: mean('all'),
      ceShare: on && scenario.roce ? 0.0031 : null,
      cnpPerSecond: on && scenario.roce ? 412 : null,
      ...{ceShareLow: null, ceShareHigh: null, cnpPerSecondLow: null, cnpPerSecondHigh: null},
      datagramsPerSecond: on ? 1218 : 0,
      flowSamplesPerSecond: on ? 7310 : 0,
      totals: {
        datagrams: on ? newest % 1e6 : 0,
        flowSamples: on ? newest % 1e6 : 0,
        roceSamples: on && scenario.roce ? newest % 1e6 : 0,
        kernelDropped: scenario.lost,
        ringDropped: 0,
        rejected: 0,
        missing: scenario.lost * 3,
      },
      findings: scenario.troubled ? {warning: 2, bad: 1} : {warning: 0, bad: 0},
      historyBins: 3000,
    };
  }

  flows(newest: number): FlowRow[] {
    if (!this.scenario.roce) return [];
    return Array.from({length: 12}, (_, i) => {
      const jitter = noise(i, Math.floor(newest / 10));
      const rate = (46 - i * 2.4 + jitter) * 1e9;
      const link = this.list[(i * 37) % this.list.length]!;
      return {
        source: `192.168.${i % 4}.${10 + i}`,
        destination: `192.168.${(i + 1) % 4}.${40 + i * 3}`,
        destQp: 0x11a0 + i * 7,
        dscp: 26,
        bitsPerSecond: rate,
        low: rate * 0.86,
        high: rate * 1.15,
        samples: 180 - i * 9,
        operationsPerSecond: 1200 - i * 55 + jitter * 20,
        ce: i === 2 ? 0.041 : 0.0021 * jitter,
        cnpPerSecond: i === 2 ? 312 : 4 * jitter,
        ...{operationsLow: 0, operationsHigh: 2_000, ceLow: 0, ceHigh: 1, cnpLow: 0, cnpHigh: 400},
        ...{packetsByPsn: null, retransmissions: 0},
        links: [link.id, this.list[(i * 37 + 20) % this.list.length]!.id],
      };
    });
  }
}

/** A bin with `n` samples of frames of one length. */
function figures(n: number, unconfirmed: boolean): BinFigures {
  if (n < 0) {
    const none = {value: Number.NaN, low: Number.NaN, high: Number.NaN, squares: 0, largest: 0};
    return {...none, samples: 0, state: BinState.Absent};
  }
  const largest = SAMPLE_BITS * 10;
  const value = n * largest;
  const squares = n * largest ** 2;
  const state = unconfirmed ? BinState.Unconfirmed : BinState.Present;
  return {value, ...weightedPoissonBand(value, squares, largest), squares, largest, samples: n, state};
}

/** A number in 0 .. 1 that looks random and is always the same for a link and bin. */
function noise(link: number, bin: number): number {
  let h = Math.imul(link + 1, 0x9e3779b1) ^ Math.imul(bin % 2 ** 31, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return ((h ^ (h >>> 15)) >>> 0) / 2 ** 32;
}

function poisson(mean: number, u: number): number {
  if (mean <= 0) return 0;
  let p = Math.exp(-mean);
  let sum = p;
  let n = 0;
  while (u > sum && n < 1000) sum += p *= mean / ++n;
  return n;
}
